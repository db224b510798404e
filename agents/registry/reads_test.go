// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// Holds: REG-1
func TestReadsAskNoProcessAndAreServedWithoutAnOwner(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		w.register(agent("a", w.start().PID(), "x"))
		q, err := index.Prepare(query.Query{Where: query.Capability.Eq("x")})
		require.NoError(t, err)
		before, ok := w.owner().Status()
		require.True(t, ok)
		var buf []*index.Row
		for range 500_000 {
			_, found := w.reg.Lookup(id("a"))
			page, err := w.reg.Answer(q, buf)
			if !found || err != nil || len(page.Rows) != 1 {
				t.Fatal("a read failed")
			}
			buf = page.Rows
		}
		after, _ := w.owner().Status()
		assert.Equal(t, before.Handled, after.Handled)
		w.owner().Kill() // whether or not there is another by now
		assert.True(t, w.known("a"))
		assert.Equal(t, []string{"a"}, w.ids(`capability = "x"`))
	})
}

func TestALookUpAllocatesNothing(t *testing.T) {
	w := newWorld(t, registry.Options{})
	w.register(&index.Row{ID: "a"})
	assert.Zero(t, testing.AllocsPerRun(1000, func() { w.reg.Lookup(id("a")) }))
	assert.Zero(t, testing.AllocsPerRun(1000, func() { w.reg.Lookup(id("nobody")) }))
	assert.Zero(t, testing.AllocsPerRun(1000, func() { w.reg.View() }))
}

func TestAllIsOfOneVersionWhateverIsWrittenMeanwhile(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		for _, name := range []string{"a", "b", "c"} {
			w.register(&index.Row{ID: name})
		}
		var seen []string
		for row := range w.reg.All() {
			seen = append(seen, row.ID)
			require.NoError(t, w.reg.Unregister(background, id("c")))
			w.register(&index.Row{ID: "d"})
		}
		assert.Equal(t, []string{"a", "b", "c"}, seen)
	})
}
