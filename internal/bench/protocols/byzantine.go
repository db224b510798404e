// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/council"
)

// modes name how votes are made authentic.
var modes = map[wire.Mode]string{wire.Signed: "signed", wire.MAC: "MAC"}

// byzantine measures PBFT with real keys, from a client's signature to its certificate: among supervised processes whose votes outlive them, and the same
// work done by one goroutine.
func (b *bench) byzantine() error {
	for _, m := range []struct {
		n     int
		mode  wire.Mode
		usual int
		goal  float64
	}{{4, wire.Signed, 1_000, 5}, {16, wire.Signed, 60, 60}, {31, wire.MAC, 200, 50}, {100, wire.MAC, 20, 250}} {
		if b.quick && m.n > 31 {
			continue
		}
		name := fmt.Sprintf("PBFT, %s, n = %d", modes[m.mode], m.n)
		t, err := b.group(m.n, m.mode, 1, m.usual, false)
		if err != nil {
			return err
		}
		b.row(name, t, time.Millisecond, m.goal)
		if t, err = agreements(m.n, m.mode, 1, b.ops(m.usual)); err != nil {
			return err
		}
		b.row(name+", on one goroutine", t, time.Millisecond, 0)
	}
	t, err := b.group(4, wire.Signed, 1, 200, true)
	if err != nil {
		return err
	}
	b.row("PBFT, signed, n = 4, durable votes", t, time.Millisecond, 0)
	if t, err = b.group(4, wire.Signed, 256, 200, false); err != nil {
		return err
	}
	b.table.Add(benchtab.Row{
		Measure: "PBFT, signed, n = 4, 256 operations a request, throughput", Value: 256 / mean(t).Seconds(), Unit: "ops/s", Goal: benchtab.ValueAtLeast(20_000),
	})
	return nil
}

func mean(t times) time.Duration {
	sum := time.Duration(0)
	for _, d := range t {
		sum += d
	}
	return sum / time.Duration(len(t))
}

// group times decisions of a group of processes, with requests that have so many operations.
func (b *bench) group(members int, mode wire.Mode, ops, usual int, durable bool) (t times, err error) {
	sys := actors.New(actors.Options{})
	ctx := context.Background()
	defer func() { err = errors.Join(err, sys.Close(ctx)) }()
	o := byzantine.Options{Replica: pbft.Options{Linger: -1, Timeout: 10 * time.Second}} // nobody is doubted because the machine is busy
	if durable {
		journal, remove, err := openJournal(sys)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, remove()) }()
		o.Votes = byzantine.JournalVotes(record{journal}, "votes")
	}
	host, err := byzantine.NewHost("groups", o)
	if err != nil {
		return nil, err
	}
	if _, err := supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{host.Child()}}); err != nil {
		return nil, err
	}
	names := make([]string, members)
	for i := range names {
		names[i] = fmt.Sprintf("member-%d", i)
	}
	g, err := host.Open(ctx, byzantine.Spec{ID: "measured", Members: names, Mode: mode, App: func() pbft.App { return new(tally) }})
	if err != nil {
		return nil, err
	}
	request := operations(ops)
	counted := uint64(0)
	return repeated(b.ops(usual), func() error {
		d, err := g.Submit(ctx, 0, "", request...)
		if err != nil {
			return err
		}
		counted += uint64(ops)
		if got := binary.BigEndian.Uint64(d.Results[ops-1]); got != counted {
			return fmt.Errorf("%d operations are counted, want %d", got, counted)
		}
		return nil
	})
}

func operations(n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = make([]byte, 128)
	}
	return all
}

// tally is an application that counts operations.
type tally struct{ n uint64 }

// Validate takes everything.
func (a *tally) Validate([]byte) error { return nil }

// Apply counts.
func (a *tally) Apply(pbft.Place, []byte) []byte {
	a.n++
	return a.Snapshot()
}

// Snapshot is the count.
func (a *tally) Snapshot() []byte { return binary.BigEndian.AppendUint64(nil, a.n) }

// Restore takes a count.
func (a *tally) Restore(b []byte) error {
	if a.n = 0; len(b) == 8 {
		a.n = binary.BigEndian.Uint64(b)
	}
	return nil
}

// agreements times n decisions of a group whose members share one goroutine.
func agreements(members int, mode wire.Mode, ops, n int) (times, error) {
	c, err := council.New(members, mode, nil)
	if err != nil {
		return nil, err
	}
	request := operations(ops)
	all := make(times, 0, n)
	for i := -n / 10; i < n; i++ { // a tenth more, to warm up
		begin := time.Now()
		if err := c.Decide(request, func() {
			if i >= 0 {
				all = append(all, time.Since(begin))
			}
		}); err != nil {
			return nil, err
		}
	}
	slices.Sort(all)
	return all, nil
}
