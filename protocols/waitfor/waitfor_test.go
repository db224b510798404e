// SPDX-License-Identifier: Apache-2.0

package waitfor_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/protocols/waitfor"
)

var everybody = []string{"a", "b", "c", "d", "e", "f"}

// stuck tries every order in which those who can go on do, and returns who never can in any.
func stuck(waits map[string][]waitfor.Wait) map[string]bool {
	left := map[string]bool{}
	for _, who := range everybody {
		left[who] = true
	}
	var try func(left map[string]bool)
	best := left
	tried := map[string]bool{}
	try = func(left map[string]bool) {
		key := ""
		for _, who := range everybody {
			if left[who] {
				key += who
			}
		}
		if tried[key] {
			return
		}
		tried[key] = true
		if len(key) < len(best) {
			best = left
		}
		for _, who := range everybody {
			if !left[who] || slices.ContainsFunc(waits[who], func(w waitfor.Wait) bool { return !over(w, left) }) {
				continue
			}
			next := map[string]bool{}
			for _, o := range everybody {
				if left[o] && o != who {
					next[o] = true
				}
			}
			try(next)
		}
	}
	try(left)
	return best
}

// over reports whether a wait is over when only those left have something.
func over(w waitfor.Wait, left map[string]bool) bool {
	for _, b := range w.All {
		if left[b] {
			return false
		}
	}
	back := int64(0)
	for _, s := range w.Some {
		if !left[s.Who] {
			back += s.Units
		}
	}
	return back >= w.Short
}

func TestWhoIsStuckIsFoundWhenAndOnlyWhenNoOrderHelps(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		waits := map[string][]waitfor.Wait{}
		for _, who := range everybody {
			for i := range rapid.IntRange(0, 2).Draw(t, "waits") {
				w := waitfor.Wait{Who: who, For: "x", ID: fmt.Sprint(who, i)}
				w.All = rapid.SliceOfNDistinct(rapid.SampledFrom(everybody), 0, 2, rapid.ID[string]).Draw(t, "all")
				for range rapid.IntRange(0, 3).Draw(t, "some") {
					w.Some = append(w.Some, waitfor.Share{Who: rapid.SampledFrom(everybody).Draw(t, "share"), Units: rapid.Int64Range(1, 3).Draw(t, "units")})
					w.Short += rapid.Int64Range(0, w.Some[len(w.Some)-1].Units).Draw(t, "short")
				}
				waits[who] = append(waits[who], w)
			}
		}
		of := func(who string) []waitfor.Wait { return waits[who] }
		lost := stuck(waits)
		any := waitfor.Any(everybody, of)
		require.Equal(t, len(lost) > 0, any != nil, "a false alarm, or one that was missed: %v", lost)
		for _, who := range everybody {
			cycle := waitfor.Cycle(who, of)
			require.True(t, cycle == nil || lost[who], "%s goes on some time", who)
			if cycle != nil {
				require.Equal(t, who, cycle[0].Who)
				found++
			}
			for i, w := range cycle {
				next := cycle[(i+1)%len(cycle)].Who
				require.True(t, lost[w.Who])
				require.False(t, over(w, lost), "a wait of the cycle ends")
				require.True(t, slices.Contains(w.All, next) || slices.ContainsFunc(w.Some, func(s waitfor.Share) bool { return s.Who == next }), "not a cycle: %v", cycle)
			}
			// Whoever's wait made it so is in the cycle that is shown: without it nobody is stuck.
			without := func(o string) []waitfor.Wait {
				if o == who {
					return nil
				}
				return waits[o]
			}
			if lost[who] && waitfor.Any(everybody, without) == nil {
				require.NotNil(t, cycle, "%s alone is the cause", who)
			}
		}
	})
	require.Positive(t, found)
}
