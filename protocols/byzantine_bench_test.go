// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
)

// BenchmarkByzantine times whole sessions of Byzantine consensus: keys, processes, ballots, certificate and the search for liars included.
func BenchmarkByzantine(b *testing.B) {
	for _, n := range []int{4, 16, 31, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sys := actors.New(actors.Options{})
			known := map[string]protocols.Member{}
			var names []string
			for i := range n {
				name := fmt.Sprintf("v%d", i)
				names = append(names, name)
				known[name] = protocols.Member{Process: actors.MustSpawn(sys, name, says("yes"))}
			}
			e, err := protocols.NewEngine(protocols.EngineOptions{Name: "coordination", Roster: fixed(known)})
			require.NoError(b, err)
			_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{e.Child()}})
			require.NoError(b, err)
			var took []time.Duration
			b.ReportAllocs()
			for b.Loop() {
				begin := time.Now()
				if _, err := e.Coordinate(context.Background(), protocols.Spec{Question: "?", Participants: names, Fault: selector.High, Deadline: 10 * time.Minute}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			require.NoError(b, sys.Close(context.Background()))
		})
	}
}
