// SPDX-License-Identifier: Apache-2.0

package reputation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/reputation"
)

// load is evidence of many agents from many raters, over a year.
func load(n int) []reputation.Evidence {
	all := make([]reputation.Evidence, n)
	for i := range all {
		all[i] = reputation.Evidence{
			Agent: reputation.Agent(fmt.Sprintf("agent-%d", i%1000)), Rater: reputation.Agent(fmt.Sprintf("rater-%d", i*7%997)), Source: reputation.Settlement,
			Cause: fmt.Sprintf("t%d", i), Domain: "maps", Dimension: reputation.Dimension(i % 4), Outcome: .9, Credibility: .9,
			At: start.Add(time.Duration(i) * time.Minute),
		}
	}
	return all
}

// BenchmarkRecord reports the 99th percentile of one update, besides the mean.
func BenchmarkRecord(b *testing.B) {
	book, _ := reputation.New(reputation.Rules{})
	all := load(max(b.N, 1))
	took := make([]time.Duration, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		began := time.Now()
		_, _ = book.Record(all[i])
		took[i] = time.Since(began)
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
}

func BenchmarkScore(b *testing.B) {
	book, _ := reputation.New(reputation.Rules{})
	for _, e := range load(10_000) {
		_, _ = book.Record(e)
	}
	at := start.Add(400 * day)
	b.ReportAllocs()
	for b.Loop() {
		_ = book.Score("agent-77", "maps", at)
	}
}

func BenchmarkRank(b *testing.B) {
	n := random(10_000, 200_000)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = n.Rank()
	}
}

func TestReadingAScoreAllocatesNothing(t *testing.T) {
	book, err := reputation.New(reputation.Rules{})
	require.NoError(t, err)
	for _, e := range load(4000) {
		_, err := book.Record(e)
		require.NoError(t, err)
	}
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = book.Score("agent-77", "maps", start) }))
}
