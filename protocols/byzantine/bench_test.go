// SPDX-License-Identifier: Apache-2.0

package byzantine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/wire"
)

// tally is an App that only counts.
type tally struct{ n int }

func (a *tally) Validate([]byte) error               { return nil }
func (a *tally) Apply(_ pbft.Place, _ []byte) []byte { a.n++; return nil }
func (a *tally) Snapshot() []byte                    { return fmt.Append(nil, a.n) }
func (a *tally) Restore([]byte) error                { return nil }

func benchGroup(b *testing.B, n int, mode wire.Mode, o byzantine.Options) *byzantine.Group {
	sys := actors.New(actors.Options{})
	b.Cleanup(func() { require.NoError(b, sys.Close(context.Background())) })
	o.Replica.Linger = -1
	g, err := groups(b, sys, o).Open(b.Context(), byzantine.Spec{ID: "bench", Members: names(n), Mode: mode, App: func() pbft.App { return &tally{} }})
	require.NoError(b, err)
	_, err = g.Submit(b.Context(), 0, "", []byte("0")) // the processes are up
	require.NoError(b, err)
	return g
}

// BenchmarkSubmit times one request after the other through processes, from its client's signature to its certificate.
func BenchmarkSubmit(b *testing.B) {
	for _, c := range []struct {
		n     int
		mode  wire.Mode
		votes byzantine.VoteStore
		name  string
	}{
		{4, wire.Signed, nil, "signed"},
		{4, wire.Signed, byzantine.JournalVotes(newDisk(), "votes"), "journal"},
		{16, wire.Signed, nil, "signed"},
		{31, wire.MAC, nil, "mac"},
		{100, wire.MAC, nil, "mac"},
	} {
		b.Run(fmt.Sprintf("%s/n=%d", c.name, c.n), func(b *testing.B) {
			g := benchGroup(b, c.n, c.mode, byzantine.Options{Votes: c.votes, Replica: pbft.Options{Timeout: 10 * time.Second}})
			op := make([]byte, 128)
			var took []time.Duration
			b.ReportAllocs()
			for b.Loop() {
				begin := time.Now()
				if _, err := g.Submit(b.Context(), 0, "", op); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkOperations is throughput where clients sign for 256 operations at once.
func BenchmarkOperations(b *testing.B) {
	g := benchGroup(b, 4, wire.Signed, byzantine.Options{Replica: pbft.Options{Timeout: 10 * time.Second}})
	ops := make([][]byte, 256)
	for i := range ops {
		ops[i] = make([]byte, 128)
	}
	began, n := time.Now(), 0
	for b.Loop() {
		asks := make([]byzantine.Ask, 4)
		for i := range asks {
			asks[i] = byzantine.Ask{Client: i, Ops: ops}
		}
		if _, err := g.SubmitAll(b.Context(), asks); err != nil {
			b.Fatal(err)
		}
		n += 256 * len(asks)
	}
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "ops/s")
}
