// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"time"

	"mabeam.dev/internal/benchtab"
	"mabeam.dev/market/reputation"
)

// reputation measures one update of a book with a thousand agents, who are rated by a thousand others over a year.
func (b *bench) reputation() error {
	n := 200_000
	if b.quick {
		n = 2_000
	}
	var middles, tails []float64
	for range b.rounds {
		book, err := reputation.New(reputation.Rules{})
		if err != nil {
			return err
		}
		took := make([]time.Duration, n)
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for i := range took {
			e := reputation.Evidence{
				Agent: reputation.Agent(fmt.Sprintf("agent-%d", i%1000)), Rater: reputation.Agent(fmt.Sprintf("rater-%d", i*7%997)),
				Source: reputation.Settlement, Cause: fmt.Sprintf("t%d", i), Domain: "maps", Dimension: reputation.Dimension(i % 4),
				Outcome: .9, Credibility: .9, At: start.Add(time.Duration(i) * time.Minute),
			}
			began := time.Now()
			_, err := book.Record(e)
			took[i] = time.Since(began)
			if err != nil {
				return err
			}
		}
		slices.Sort(took)
		middles = append(middles, took[n/2].Seconds()*1e6)
		tails = append(tails, took[n*99/100].Seconds()*1e6)
	}
	slices.Sort(middles)
	slices.Sort(tails)
	b.row("reputation: an update, p50", middles[len(middles)/2], "us", benchtab.Goal{})
	b.row("reputation: an update, p99", tails[len(tails)/2], "us", benchtab.ValueAtMost(10))
	return nil
}
