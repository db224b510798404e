// SPDX-License-Identifier: Apache-2.0

package index

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAJournalIsTheSameAsAMapAndOldOnesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		journals, naive := []*journal{nil}, []map[string]recent{{}}
		hash := func(id string) uint64 { return key{keyID, "", id}.hash() }
		for edit := uint64(1); edit < 20; edit++ {
			from := rapid.IntRange(0, len(journals)-1).Draw(t, "from")
			j, n := journals[from], maps.Clone(naive[from])
			for range rapid.IntRange(1, 8).Draw(t, "writes") {
				id := fmt.Sprint(rapid.IntRange(0, 15).Draw(t, "id"))
				r := recent{hash: uint32(hash(id)), was: &Row{ID: id}}
				if last := j.find(hash(id), name{id: id}); last != nil {
					require.Equal(t, n[id], *last)
					j = j.without(edit<<8|uint64(from), last)
					delete(n, id)
					continue
				}
				require.NotContains(t, n, id)
				if rapid.Bool().Draw(t, "living") {
					r.now = &Row{ID: id}
				}
				j, n[id] = j.with(edit<<8|uint64(from), r), r
			}
			journals, naive = append(journals, j), append(naive, n)
		}
		for i, j := range journals {
			all := map[string]recent{}
			j.each(func(r *recent) { all[r.name().id] = *r })
			require.Equal(t, naive[i], all)
			require.Equal(t, len(all), j.size())
			for _, p := range j.parts() {
				require.NotZero(t, p.used)
			}
		}
	})
}

// A row that is written again and again takes one place among those that are not indexed yet.
func TestARowThatIsWrittenAgainStaysOneRecentWrite(t *testing.T) {
	v, _ := new(View).Apply(Put(&Row{ID: "a"}))
	for range 3 * maxRecent {
		v, _ = v.Apply(Put(&Row{ID: "b"}))
	}
	require.Equal(t, 2, v.recent.size())
	v, _ = v.Apply(Remove("", "b"))
	require.Equal(t, 1, v.recent.size())
	for i := range maxRecent {
		v, _ = v.Apply(Put(&Row{ID: fmt.Sprint(i)}))
	}
	require.LessOrEqual(t, v.recent.size(), maxRecent)
	require.Equal(t, maxRecent+1, v.Len())
}
