// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// watcher is a process that watches, and what it was told.
type watcher struct {
	ref
	watch *registry.Watch
	page  index.Page
	err   error
	got   []registry.Notice
}

// watch has a process watch a query, in a bubble.
func (w *world) watch(text string, o registry.WatchOptions) *watcher {
	w.Helper()
	h := w.listen(text, o)
	synctest.Wait()
	return h
}

// listen has a process watch a query when it comes to it.
func (w *world) listen(text string, o registry.WatchOptions) *watcher {
	w.Helper()
	q, err := query.Parse(text)
	require.NoError(w, err)
	h := &watcher{ref: w.start()}
	h.Tell(func(c *cx) error {
		h.watch, h.page, h.err = registry.Subscribe(c, w.reg, q, o, func(n registry.Notice) do {
			return func(*cx) error { h.got = append(h.got, n); return nil }
		})
		return nil
	})
	return h
}

// told returns what the watcher was told in words, and forgets it.
func (h *watcher) told() (out []string) {
	for _, n := range h.got {
		for _, c := range n.Changes {
			out = append(out, fmt.Sprint(c.Effect, " ", c.ID().Name))
		}
		if n.Gap {
			out = append(out, "gap")
		}
		if n.Err != nil {
			out = append(out, n.Err.Error())
		}
	}
	h.got = nil
	return out
}

func (w *world) team(name, team string) {
	w.Helper()
	_, err := w.reg.Update(background, id(name), 0, registry.Patch{Team: index.Known(team)})
	require.NoError(w, err)
}

func TestAWatchTellsTheAnswerAndThenEveryChangeInOrder(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		p := w.start()
		w.register(agent("a", p.PID()))
		w.team("a", "blue")
		h := w.watch(`team = "blue" order by id`, registry.WatchOptions{})
		require.NoError(t, h.err)
		require.Len(t, h.page.Rows, 1)
		assert.Equal(t, uint64(2), h.page.Version)
		w.register(agent("b", p.PID()))
		w.register(agent("c", w.start().PID()))
		w.team("b", "blue")
		w.team("b", "blue")
		w.team("c", "red")
		w.team("a", "red")
		p.PID().Kill()
		synctest.Wait()
		assert.Equal(t, uint64(4), h.got[0].Changes[0].Version-1)
		assert.Equal(t, []string{"added b", "changed b", "removed a", "removed b"}, h.told())
		h.Tell(func(*cx) error { h.watch.Stop(); return nil })
		synctest.Wait()
		w.team("c", "blue")
		synctest.Wait()
		assert.Empty(t, h.told())
		overview(t, w, func(o registry.Overview) { assert.Zero(t, o.Watches) })
	})
}

func overview(t *testing.T, w *world, check func(registry.Overview)) {
	t.Helper()
	v, err := actors.Inspect(background, w.owner())
	require.NoError(t, err)
	check(v.(registry.Overview))
}

func TestAWatchGoesOnThroughTheOwnersDeathWithNoGapAndNoRepetition(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		h := w.watch(`kind = "worker"`, registry.WatchOptions{})
		p := w.start()
		w.register(agent("a", p.PID()))
		w.owner().Kill()
		p.PID().Kill()
		synctest.Wait()
		w.register(agent("b", w.start().PID()))
		synctest.Wait()
		assert.Equal(t, []string{"added a", "removed a", "added b"}, h.told())
	})
}

func TestASlowWatcherIsToldWhatItCameTo(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		p := w.start()
		for _, name := range []string{"a", "b"} {
			w.register(agent(name, p.PID()))
		}
		h := w.watch(`kind = "worker"`, registry.WatchOptions{Buffer: 2})
		gate := w.sys.NewGate()
		h.Tell(func(*cx) error { gate.Wait(); return nil })
		w.team("a", "blue")
		w.register(agent("c", p.PID()))
		w.team("c", "blue")
		w.team("a", "red")
		w.register(agent("d", p.PID()))
		require.NoError(t, w.reg.Unregister(background, id("d")))
		require.NoError(t, w.reg.Unregister(background, id("b")))
		_, err := w.reg.Settle(background) // the last write is answered before watches are told
		require.NoError(t, err)
		gate.Open()
		synctest.Wait()
		require.Len(t, h.got, 1)
		first := h.got[0].Changes[1]
		assert.Equal(t, "red", first.After.Team)
		assert.Empty(t, first.Before.Team)
		assert.Equal(t, []string{"added c", "changed a", "removed b", "gap"}, h.told())
	})
}

func TestASlowWatcherCanBeLetGo(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		h := w.watch(`kind = "worker"`, registry.WatchOptions{Buffer: 2, Pace: registry.Disconnect})
		gate := w.sys.NewGate()
		h.Tell(func(*cx) error { gate.Wait(); return nil })
		p := w.start()
		for i := range 3 {
			w.register(agent(fmt.Sprint(i), p.PID()))
		}
		_, err := w.reg.Settle(background) // the last write is answered before watches are told
		require.NoError(t, err)
		gate.Open()
		synctest.Wait()
		assert.Equal(t, []string{registry.ErrSlow.Error()}, h.told())
		overview(t, w, func(o registry.Overview) { assert.Zero(t, o.Watches) })
		w.register(agent("x", p.PID()))
		synctest.Wait()
		assert.Empty(t, h.told())
	})
}

func TestWatchesOfTheDeadAreForgottenAndTheirNumberIsBounded(t *testing.T) {
	live(t, registry.Options{MaxWatches: 1}, func(w *world) {
		h := w.watch(`kind = "worker"`, registry.WatchOptions{})
		other := w.watch(`kind = "worker"`, registry.WatchOptions{})
		var limit *registry.LimitError
		require.ErrorAs(t, other.err, &limit)
		h.PID().Kill()
		synctest.Wait()
		overview(t, w, func(o registry.Overview) { assert.Zero(t, o.Watches) })
		require.NoError(t, w.watch(`kind = "worker"`, registry.WatchOptions{}).err)
		require.ErrorIs(t, w.watch(`kind = "worker" limit 1`, registry.WatchOptions{}).err, query.ErrBadQuery)
	})
}
