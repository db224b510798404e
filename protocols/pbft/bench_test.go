// SPDX-License-Identifier: Apache-2.0

package pbft_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/testkit/council"
)

func BenchmarkAgree(b *testing.B) {
	for _, c := range []struct {
		n    int
		mode wire.Mode
	}{{4, wire.Signed}, {16, wire.Signed}, {31, wire.MAC}, {100, wire.MAC}} {
		b.Run(fmt.Sprintf("%v/n=%d", c.mode, c.n), func(b *testing.B) {
			s, err := council.New(c.n, c.mode, nil)
			if err != nil {
				b.Fatal(err)
			}
			op := [][]byte{make([]byte, 128)}
			var took []time.Duration
			b.ReportAllocs()
			for b.Loop() {
				began := time.Now()
				if err := s.Decide(op, func() { took = append(took, time.Since(began)) }); err != nil {
					b.Fatal(err)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkOperations is throughput where a client signs for 256 operations at once.
func BenchmarkOperations(b *testing.B) {
	s, err := council.New(4, wire.Signed, nil)
	if err != nil {
		b.Fatal(err)
	}
	ops := make([][]byte, 256)
	for i := range ops {
		ops[i] = make([]byte, 128)
	}
	began := time.Now()
	n := 0
	for b.Loop() {
		if err := s.Decide(ops, func() {}); err != nil {
			b.Fatal(err)
		}
		n += len(ops)
	}
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "ops/s")
}
