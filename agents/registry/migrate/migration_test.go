// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/migrate"
	"mabeam.dev/agents/registry/migrate/plan"
)

// Holds: REG-20
func TestStartShadowsWritesAndLeavesWhatWasThereForTheCopy(t *testing.T) {
	live(t, nil, func(t *testing.T, w *world) {
		w.register("before")
		w.do(plan.Start)
		w.register("after")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"after", "before"}, w.ids())
		assert.NotContains(t, full(t, w.new), ":before")
		assert.Contains(t, full(t, w.new), ":after")
		_, err := w.new.Register(t.Context(), row("stranger", w.idle()))
		require.ErrorIs(t, err, registry.ErrReadOnly, "nobody but the migration writes there")
	})
}

// Holds: REG-21
func TestCopyBringsOverEverythingWithWhatIsHiddenAndMarksIt(t *testing.T) {
	live(t, nil, func(t *testing.T, w *world) {
		for _, id := range names(2500) {
			w.register(id)
		}
		dead := w.register("dead")
		w.do(plan.Start)
		dead.Kill()
		before := time.Now()
		s := w.do(plan.Copy)
		assert.Equal(t, uint64(2500), s.Copied)
		rows := full(t, w.new)
		require.Len(t, rows, 2500)
		for _, r := range rows {
			require.Equal(t, "1.2", r.Capabilities[0].Version)
			require.False(t, r.MigratedAt.Before(before))
		}
		w.equal()
	})
}

// TestEveryStepCanBeRolledBackWithTheWritesMadeSince also goes all the way again behind the roll-back.
//
// Holds: REG-24
func TestEveryStepCanBeRolledBackWithTheWritesMadeSince(t *testing.T) {
	for p := plan.Shadowing; p < plan.Retired; p++ {
		t.Run(p.String(), func(t *testing.T) {
			live(t, nil, func(t *testing.T, w *world) {
				ctx := t.Context()
				w.register("a")
				w.register("b")
				gone := w.register("c")
				w.to(p)
				w.register("d")
				gone.Kill()
				synctest.Wait()
				require.NoError(t, w.book.Unregister(ctx, registry.ID{Name: "b"}))
				changed, err := w.book.Update(ctx, registry.ID{Name: "a"}, 1, registry.Patch{Health: index.Known(index.Health{Status: query.Degraded})})
				require.NoError(t, err)
				assert.Equal(t, uint64(2), changed.Version)

				assert.Equal(t, plan.Idle, w.do(plan.Rollback).Phase)
				assert.Equal(t, []string{"a", "d"}, w.ids())
				r, _ := w.old.Lookup(registry.ID{Name: "a"})
				assert.Equal(t, query.Degraded, r.Health.Status)
				assert.Equal(t, uint64(2), r.Version)
				_, err = w.new.Register(ctx, row("x", w.idle()))
				require.ErrorIs(t, err, registry.ErrReadOnly)
				w.register("e")

				w.to(plan.Retired)
				assert.Equal(t, []string{"a", "d", "e"}, w.ids())
				assert.Equal(t, "1.2", full(t, w.new)[":e"].Capabilities[0].Version)
				_, err = w.m.Do(ctx, plan.Rollback)
				require.ErrorIs(t, err, plan.ErrStep)
			})
		})
	}
}

// liar is a side that loses one row on its way in, and knows nothing of it.
type liar struct {
	migrate.Side
	lose string
}

func (l *liar) Import(ctx context.Context, ops ...registry.Op) error {
	var kept []registry.Op
	for _, op := range ops {
		if r, ok := op.(registry.Restore); !ok || r.Row.ID != l.lose {
			kept = append(kept, op)
		}
	}
	return l.Side.Import(ctx, kept...)
}

// Holds: REG-22
func TestOneLostRowIsListedAndNothingIsSwitched(t *testing.T) {
	var l *liar
	live(t, func(s *migrate.Spec) { l = &liar{s.New, "b"}; s.New = l }, func(t *testing.T, w *world) {
		for _, id := range []string{"a", "b", "c"} {
			w.register(id)
		}
		w.do(plan.Start)
		w.do(plan.Copy)
		_, err := w.m.Do(t.Context(), plan.Verify)
		var different *migrate.DifferentError
		require.ErrorAs(t, err, &different)
		require.Len(t, different.Report.Differences, 1)
		assert.Equal(t, `"b": missing`, different.Report.Differences[0].String())
		assert.Equal(t, 3, different.Report.Leader)
		_, err = w.m.Do(t.Context(), plan.SwitchReads)
		require.ErrorIs(t, err, plan.ErrStep)

		l.lose = ""
		w.do(plan.Copy)
		w.do(plan.Verify)
		l.lose = "d"
		w.register("d")
		_, err = w.m.Do(t.Context(), plan.SwitchReads)
		require.ErrorIs(t, err, migrate.ErrDifferent, "it looks again")
		s, err := w.m.Status(t.Context())
		require.NoError(t, err)
		assert.Equal(t, plan.Verified, s.Phase)
	})
}

// gone is a side whose tables nobody has, while it is true.
type gone struct {
	migrate.Side
	is atomic.Bool // the mover looks at it whenever its time comes
}

func (g *gone) Changes(since migrate.Moment) ([]index.Change, migrate.Moment, error) {
	if g.is.Load() {
		return nil, nil, &registry.UnavailableError{Op: "read", Err: actors.ErrNoProc}
	}
	return g.Side.Changes(since)
}

func TestARegistryThatIsNotThereIsNotTakenForAnEmptyOne(t *testing.T) {
	var old *gone
	live(t, func(s *migrate.Spec) { old = &gone{Side: s.Old}; s.Old = old }, func(t *testing.T, w *world) {
		w.register("a")
		w.to(plan.Copied)
		old.is.Store(true)
		for _, c := range []plan.Command{plan.Copy, plan.Verify} {
			_, err := w.m.Do(t.Context(), c)
			require.ErrorIs(t, err, registry.ErrUnavailable)
		}
		time.Sleep(time.Second)
		s, err := w.m.Status(t.Context())
		require.NoError(t, err)
		assert.NotEmpty(t, s.Problem)
		old.is.Store(false)
		assert.Empty(t, w.do(plan.Verify).Problem)
		assert.Len(t, full(t, w.new), 1)
	})
}

func TestLossOnTheFollowersSideIsPutRightByItself(t *testing.T) {
	live(t, nil, func(t *testing.T, w *world) {
		for _, id := range names(10) {
			w.register(id)
		}
		w.to(plan.Verified)
		require.NoError(t, w.new.Import(t.Context(), registry.Unregister{ID: registry.ID{Name: "003"}}))
		w.sys.WhereIs("after").Kill()
		w.sys.WhereIs("after.holder").Kill() // everything
		time.Sleep(time.Second)
		w.equal()
		assert.Len(t, full(t, w.new), 10)
		w.do(plan.SwitchReads)
	})
}

func TestReadersSeeWhatTheyHaveWrittenInEveryPhase(t *testing.T) {
	for p := plan.Idle; p <= plan.Retired; p++ {
		t.Run(p.String(), func(t *testing.T) {
			live(t, nil, func(t *testing.T, w *world) {
				w.to(p)
				for _, id := range names(20) {
					w.register(id)
					_, ok := w.book.Lookup(registry.ID{Name: id})
					require.True(t, ok)
				}
				results, err := w.book.Batch(t.Context(), registry.Atomic, registry.Unregister{ID: registry.ID{Name: "003"}})
				require.NoError(t, err)
				require.Len(t, results, 1)
				page, err := w.book.Find(query.Query{Where: query.Kind.Eq("agent"), Limit: 4})
				require.NoError(t, err)
				assert.Equal(t, "004", page.Rows[3].ID)
			})
		})
	}
}

// slow is a side whose writes take a while.
type slow struct {
	migrate.Side
	sys  *actors.System
	time time.Duration
}

func (s *slow) Register(ctx context.Context, r *index.Row) (*index.Row, error) {
	if err := s.sys.Sleep(ctx, s.time); err != nil {
		return nil, err
	}
	return s.Side.Register(ctx, r)
}

// Holds: REG-25
func TestRetirementWaitsForOpenCallsAndRefusesWhenTheyDoNotEnd(t *testing.T) {
	var side *slow
	live(t, func(s *migrate.Spec) { side = &slow{Side: s.Old}; s.Old = side }, func(t *testing.T, w *world) {
		side.sys = w.sys
		w.to(plan.Reads)
		side.time = 50 * time.Second
		pid := w.idle()
		done := make(chan error, 1)
		go func() { // ends when its write does, which the test waits for
			_, err := w.book.Register(context.Background(), row("late", pid))
			done <- err
		}()
		synctest.Wait()
		w.do(plan.SwitchWrites)
		began := time.Now()
		_, err := w.m.Do(t.Context(), plan.Retire)
		var open *migrate.OpenCallsError
		require.ErrorAs(t, err, &open)
		assert.Equal(t, int64(1), open.Open)
		assert.Equal(t, 30*time.Second, time.Since(began).Round(time.Second))
		w.do(plan.Retire)
		assert.Less(t, time.Since(began), 51*time.Second)
		require.NoError(t, <-done, "it was refused by the old side and is made at the new one")
		assert.Equal(t, []string{"late"}, w.ids())
	})
}

func TestSpecWithMistakesIsRefused(t *testing.T) {
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	_, _, err := migrate.New(sys, migrate.Spec{Every: -1})
	require.ErrorContains(t, err, "both needed")
	require.ErrorContains(t, err, "negative")
}

func TestJournalOfOtherRegistriesIsNotGoneOnWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		j := new(migrate.Memory)
		require.NoError(t, j.Save(t.Context(), migrate.Record{Seq: 1, Old: "x", New: "y", Phase: plan.Switched}))
		w := build(t, sys, nil, nil)
		_, child, err := migrate.New(sys, migrate.Spec{Name: "other", Old: w.old, New: w.new, Journal: j})
		require.NoError(t, err)
		_, err = child.Start(sys, nil)
		require.ErrorIs(t, err, migrate.ErrForeign)
	})
}
