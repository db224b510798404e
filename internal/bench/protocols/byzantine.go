// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/testkit/council"
)

// modes name how votes are made authentic.
var modes = map[wire.Mode]string{wire.Signed: "signed", wire.MAC: "MAC"}

// byzantine measures PBFT with real keys: all the work of all members on one goroutine, from the client's signature to its certificate.
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
		t, err := agreements(m.n, m.mode, 1, b.ops(m.usual), nil)
		if err != nil {
			return err
		}
		b.row(fmt.Sprintf("PBFT, %s, n = %d", modes[m.mode], m.n), t, time.Millisecond, m.goal)
	}
	t, err := agreements(4, wire.Signed, 256, b.ops(200), nil)
	if err != nil {
		return err
	}
	sum := time.Duration(0)
	for _, d := range t {
		sum += d
	}
	b.table.Add(benchtab.Row{
		Measure: "PBFT, signed, n = 4, 256 operations a request, throughput", Value: float64(256*len(t)) / sum.Seconds(), Unit: "ops/s",
		Goal: benchtab.ValueAtLeast(20_000),
	})
	return b.durableVotes()
}

// agreements times n decisions of requests that have so many operations.
func agreements(members int, mode wire.Mode, ops, n int, log council.Log) (times, error) {
	c, err := council.New(members, mode, log)
	if err != nil {
		return nil, err
	}
	request := make([][]byte, ops)
	for i := range request {
		request[i] = make([]byte, 128)
	}
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

// durableVotes measures it with votes that are in a file before they are sent; the members of a program share its journal.
func (b *bench) durableVotes() (err error) {
	sys := actors.New(actors.Options{})
	ctx := context.Background()
	defer func() { err = errors.Join(err, sys.Close(ctx)) }()
	journal, remove, err := openJournal(sys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	t, err := agreements(4, wire.Signed, 1, b.ops(200), func(records []wire.Record) error {
		facts := make([]events.New, len(records))
		for i, r := range records {
			facts[i] = events.New{Type: "vote", Data: wire.EncodeRecord(r)}
		}
		_, err := journal.Append(ctx, "votes", events.Any, facts...)
		return err
	})
	if err == nil {
		b.row("PBFT, signed, n = 4, durable votes", t, time.Millisecond, 0)
	}
	return err
}
