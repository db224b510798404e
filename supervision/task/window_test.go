// SPDX-License-Identifier: Apache-2.0

package task

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The window does what a list of all items that ever were would do.
func TestTheWindowDoesWhatAListDoes(t *testing.T) {
	errBad := errors.New("bad")
	type item struct{ ended, taken, bad bool }
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "at once")
		w := window[int]{atOnce: n}
		var all []item
		count := func(f func(item) bool) (sum int) {
			for _, it := range all {
				if f(it) {
					sum++
				}
			}
			return sum
		}
		head := func() int { return count(func(it item) bool { return it.taken }) }
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				running := count(func(it item) bool { return !it.ended })
				require.Equal(t, running < n && len(all)-head() < 16*n, w.room())
				require.Equal(t, head() == len(all), w.empty())
				require.Equal(t, head() < len(all) && all[head()].ended, w.ready())
			},
			"begin": func(t *rapid.T) {
				if w.room() {
					require.Equal(t, len(all), w.begin())
					all = append(all, item{})
				}
			},
			"end": func(t *rapid.T) {
				i := rapid.IntRange(0, max(0, len(all)-1)).Draw(t, "which")
				if len(all) == 0 || all[i].ended {
					t.Skip("nothing to end")
				}
				all[i].ended, all[i].bad = true, rapid.Bool().Draw(t, "bad")
				if all[i].bad {
					w.end(i, 0, errBad)
				} else {
					w.end(i, i, nil)
				}
			},
			"take": func(t *rapid.T) {
				if !w.ready() {
					t.Skip("nothing to take")
				}
				i := head()
				v, err := w.take()
				all[i].taken = true
				if all[i].bad {
					require.ErrorIs(t, err, errBad)
				} else {
					require.NoError(t, err)
					require.Equal(t, i, v)
				}
			},
		})
	})
}

// What was handed out is not kept.
func TestTheWindowForgetsWhatItHandedOut(t *testing.T) {
	w := window[*int]{atOnce: 2}
	w.begin()
	w.begin()
	entries := w.entries
	w.end(0, new(int), nil)
	w.take()
	assert.Nil(t, entries[0].value)
}
