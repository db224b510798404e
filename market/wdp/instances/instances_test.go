// SPDX-License-Identifier: Apache-2.0

package instances_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/instances"
)

func TestEveryKindGivesValidProblemsThatDependOnTheSeedAlone(t *testing.T) {
	require.Len(t, instances.Kinds, 13)
	for _, kind := range instances.Kinds {
		different := false
		for seed := range uint64(20) {
			goods, bids := 4+int(seed)*2, 1+int(seed)*9
			p := instances.Generate(kind, goods, bids, seed)
			require.NoError(t, p.Validate(), p.Name)
			require.Len(t, p.Bids, bids)
			require.Equal(t, p, instances.Generate(kind, goods, bids, seed))
			different = different || !slices.EqualFunc(p.Bids, instances.Generate(kind, goods, bids, seed+100).Bids, func(a, b cert.Bid) bool { return a.Price == b.Price })
			for _, b := range p.Bids {
				legacy := kind[0] == 'L'
				require.Equal(t, legacy, b.Group == cert.NoGroup, p.Name)
			}
		}
		require.True(t, different, kind)
	}
}

func TestWhatCannotBeGeneratedIsAMistakeOfTheProgram(t *testing.T) {
	require.Panics(t, func() { instances.Generate("L9", 4, 4, 1) })
	require.Panics(t, func() { instances.Generate(instances.L1, 1, 4, 1) })
	require.Panics(t, func() { instances.Generate(instances.L1, 4, 0, 1) })
}

func TestKnownWinnersMayWinTogetherAndPayTheKnownRevenue(t *testing.T) {
	known, err := instances.Known()
	require.NoError(t, err)
	sizes := map[string]int{}
	for _, c := range known {
		sizes[c.Size]++
		goods, sum := map[int]bool{}, int64(0)
		for _, w := range c.Answer.Winners {
			sum += c.Problem.Bids[w].Price
			for _, g := range c.Problem.Bids[w].Goods {
				require.False(t, goods[g], c.Problem.Name)
				goods[g] = true
			}
		}
		require.Equal(t, c.Answer.Revenue, sum, c.Problem.Name)
	}
	require.Equal(t, map[string]int{"small": 11, "medium": 10, "large": 3}, sizes)
}

func ExampleGenerate() {
	p := instances.Generate(instances.Scheduling, 12, 4, 1)
	for _, b := range p.Bids {
		fmt.Println(b.Bidder, b.Price, b.Goods)
	}
	// Output:
	// 0 1384 [0 1]
	// 0 1384 [1 2]
	// 0 1384 [2 3]
	// 0 692 [3 4]
}
