// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry"
	"mabeam.dev/testkit/sim"
)

func TestAnOwnerThatDiesIsSucceededWithNothingLost(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		p, doomed := w.start(), w.start()
		for i := range 10 {
			w.register(agent(fmt.Sprint("a", i), p.PID(), "x"))
		}
		w.register(agent("b", doomed.PID()))
		before := w.reg.View()
		first := w.owner()
		first.Kill()
		assert.Equal(t, before, w.reg.View(), "readers notice nothing")
		doomed.PID().Kill() // nobody monitors it now
		synctest.Wait()
		require.NotEqual(t, first, w.owner())
		assert.Len(t, w.ids(`capability = "x"`), 10)
		assert.False(t, w.known("b"), "the new owner found it dead")
		w.register(agent("c", p.PID()))
		p.PID().Kill()
		synctest.Wait()
		assert.Zero(t, w.reg.View().Len(), "the new owner monitors everybody")
		assert.Equal(t, uint64(2), w.register(agent("b", w.start().PID())).Incarnation, "what is past is inherited too")
	})
}

func TestAHolderThatDiesIsReplaced(t *testing.T) {
	live(t, registry.Options{Intensity: patient}, func(w *world) {
		w.register(agent("a", w.start().PID()))
		for range 3 {
			w.holder().Kill()
			synctest.Wait()
			w.owner().Kill()
			synctest.Wait()
		}
		assert.True(t, w.known("a"))
		w.register(agent("b", w.start().PID()))
	})
}

// In a simulation nobody is quick enough to save anything between the two ends.
func TestWhenOwnerAndHolderDieTheRegistryBeginsAnew(t *testing.T) {
	sim.Explore(t, 5, func(s *sim.Sim) {
		w := &world{tb: s, sys: s.NewSystem(actors.Options{})}
		w.run(registry.Options{})
		h := w.listen(`kind = "worker"`, registry.WatchOptions{})
		s.Settle()
		w.register(agent("a", w.start().PID()))
		s.Settle()
		require.Equal(s, []string{"added a"}, h.told())
		holder, owner := w.holder(), w.owner()
		holder.Kill()
		owner.Kill()
		s.Settle()
		require.Equal(s, []string{"removed a", "gap"}, h.told(), "all was lost")
		require.False(s, w.known("a"))
		w.register(agent("b", w.start().PID()))
		s.Settle()
		require.Equal(s, []string{"b"}, w.ids(`kind = "worker"`))
		require.Equal(s, []string{"added b"}, h.told())
	})
}

func TestACallThatTheOwnersEndMeetsSaysSo(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		var errs []error
		p := w.start()
		p.Tell(func(c *cx) error {
			c.Go(func(inside context.Context) do {
				_, err := w.reg.Register(inside, &index.Row{ID: "a"})
				return func(*cx) error { errs = append(errs, err); return nil }
			})
			w.owner().Kill()
			return nil
		})
		synctest.Wait()
		require.Len(t, errs, 1)
		if errs[0] != nil {
			require.ErrorIs(t, errs[0], registry.ErrUnavailable)
		}
		w.holder().Kill()
		w.owner().Kill()
		_, err := w.reg.Register(background, &index.Row{ID: "a"})
		if err != nil { // the supervisor may have been quicker
			require.ErrorIs(t, err, registry.ErrUnavailable)
		}
	})
}

// Each process crashes with several rows; the registry's deaths come in waves of up to 256 in a commit.
func TestAfterTenThousandDeathsTheTablesAgreeWithTheLiving(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		const n = 10_000
		var ops []registry.Op
		all := make([]ref, n)
		for i := range all {
			all[i] = w.start()
			ops = append(ops, registry.Register{Row: agent(fmt.Sprint("a", i), all[i].PID(), "x", fmt.Sprint("c", i%7))})
		}
		_, err := w.reg.Batch(background, registry.Atomic, ops...)
		require.NoError(t, err)
		w.owner().Kill()
		removed := 0
		stop := count(w.bus, func(registry.Removed) { removed++ })
		defer stop()
		for i, p := range all {
			if i%10 != 0 {
				p.Tell(func(*cx) error { panic("as planned") })
			}
			if i == n/2 {
				w.owner().Kill()
			}
		}
		synctest.Wait()
		assert.Equal(t, n/10, w.reg.View().Len())
		assert.Len(t, w.ids(`capability = "x"`), n/10)
		assert.Equal(t, n-n/10, removed)
		rows := 0
		for row := range w.reg.All() {
			rows++
			assert.True(t, row.Handle.(actors.PID).Alive(), row.ID)
			assert.Same(t, row, w.lookup(row.ID))
		}
		assert.Equal(t, n/10, rows)
		time.Sleep(time.Second)
	})
}
