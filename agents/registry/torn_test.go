// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// A writer moves a pair of agents between two teams, labels and healths, both at once, while the owner is ended again and again. Whatever a
// reader asks, the two are in the same place in every index, and so is what Lookup says to the writer when the call has returned.
func TestReadersSeeWholeCommitsOnly(t *testing.T) {
	const rounds, readers, reads = 400, 4, 1000
	w := &world{tb: t, sys: actors.New(actors.Options{Logger: quiet, TrackIdle: true})}
	defer func() { require.NoError(t, w.sys.Close(background)) }()
	w.run(registry.Options{Intensity: patient})
	w.register(&index.Row{ID: "a", Team: "0", Labels: []index.Label{{Name: "at", Value: "0"}}})
	w.register(&index.Row{ID: "b", Team: "0", Labels: []index.Label{{Name: "at", Value: "0"}}})
	var reading atomic.Int64
	reading.Store(readers)
	var all sync.WaitGroup
	for i := range readers {
		all.Go(func() {
			defer reading.Add(-1)
			version := uint64(0)
			for range reads {
				v := w.reg.View()
				if !assert.GreaterOrEqual(t, v.Version(), version) || !assert.NoError(t, whole(v, i)) {
					return
				}
				version = v.Version()
			}
		})
	}
	for i := 0; i < rounds || reading.Load() > 0; i++ {
		place := fmt.Sprint(i % 3)
		move := registry.Patch{
			Team: index.Known(place), Labels: index.Known([]index.Label{{Name: "at", Value: place}}),
			Health: index.Known(index.Health{Status: query.Status(1 + i%3)}),
		}
		_, err := w.reg.Batch(background, registry.Atomic, registry.Update{ID: id("a"), Patch: move}, registry.Update{ID: id("b"), Patch: move})
		require.NoError(t, err)
		assert.Equal(t, place, w.lookup("a").Team)
		assert.Equal(t, place, w.lookup("b").Team)
		assert.NoError(t, whole(w.reg.View(), i))
		if i%20 == 0 {
			w.owner().Kill()
			require.NoError(t, w.sys.WaitQuiet(background))
		}
	}
	all.Wait()
}

// whole says what is torn in a View.
func whole(v *index.View, i int) error {
	a, ok := v.Get("", "a")
	b, also := v.Get("", "b")
	if !ok || !also || a.Team != b.Team || a.Health.Status != b.Health.Status {
		return fmt.Errorf("the rows differ: %v and %v", a, b)
	}
	for _, where := range []query.Expr{
		query.Team.Eq(a.Team), query.Label("at").Eq(a.Team), query.Health.Eq(a.Health.Status),
		query.And(query.Team.Eq(a.Team), query.Health.Eq(a.Health.Status)),
	} {
		page, err := v.Ask(query.Query{Where: where})
		if err != nil {
			return err
		}
		if len(page.Rows) != 2 || page.Rows[0] != a || page.Rows[1] != b {
			return fmt.Errorf("reader %d: %d rows at version %d", i, len(page.Rows), v.Version())
		}
	}
	return nil
}
