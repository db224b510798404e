// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

var background = context.Background()

func TestWhatIsRegisteredIsFoundByEveryIndexAtOnce(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		p := w.start()
		row := agent("a", p.PID(), "nlp/summarise")
		row.Labels, row.Node, row.Team = []index.Label{{Name: "zone", Value: "x"}}, "n1", "blue"
		now := w.register(row)
		assert.Equal(t, uint64(1), now.Version)
		assert.Equal(t, uint64(1), now.Incarnation)
		assert.Equal(t, time.Now(), now.RegisteredAt)
		assert.Zero(t, row.Version, "what was handed in stays as it is")
		assert.Same(t, now, w.lookup("a"))
		for _, q := range []string{
			`capability = "nlp/summarise"`, `capability prefix "nlp"`, `node = "n1"`, `team = "blue"`, `label.zone = "x"`, `state = ready`,
			`health = unknown`, `kind = "worker"`,
		} {
			assert.Equal(t, []string{"a"}, w.ids(q), q)
		}
		p.PID().Kill()
		synctest.Wait()
		assert.False(t, w.known("a"))
		assert.Zero(t, w.reg.View().Len())
	})
}

func TestTheNextIncarnationGoesOnWithTheHistory(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		p := w.start()
		first := w.register(agent("a", p.PID(), "x"))
		_, err := w.reg.Update(background, id("a"), first.Version, registry.Patch{
			Performance: index.Known(index.Performance{P99: index.Known(time.Second), Done: 7}),
		})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		p.PID().Kill()
		synctest.Wait()
		again := w.register(agent("a", w.start().PID(), "y"))
		assert.Equal(t, uint64(2), again.Incarnation)
		assert.Equal(t, first.RegisteredAt, again.RegisteredAt)
		assert.Equal(t, uint64(7), again.Performance.Done)
		assert.Greater(t, again.Version, uint64(2))
		assert.Empty(t, w.ids(`capability = "x"`))
	})
}

func TestHistoryIsForgottenInTime(t *testing.T) {
	live(t, registry.Options{Retention: time.Minute}, func(w *world) {
		p := w.start()
		w.register(agent("a", p.PID()))
		p.PID().Kill()
		time.Sleep(2 * time.Minute)
		assert.Equal(t, uint64(1), w.register(agent("a", w.start().PID())).Incarnation)
	})
}

// Holds: REG-17
func TestRefusalsSayWhy(t *testing.T) {
	live(t, registry.Options{MaxAgents: 2}, func(w *world) {
		p, dead := w.start(), w.start()
		dead.PID().Kill()
		w.register(agent("a", p.PID()))

		_, err := w.reg.Register(background, agent("a", w.start().PID()))
		var duplicate *registry.DuplicateError
		require.ErrorAs(t, err, &duplicate)
		assert.Equal(t, index.Handle(p.PID()), duplicate.Holder)
		require.ErrorIs(t, err, registry.ErrDuplicate)

		_, err = w.reg.Register(background, agent("b", dead.PID()))
		require.ErrorIs(t, err, registry.ErrDead)
		var ended *registry.DeadError
		require.ErrorAs(t, err, &ended)
		assert.Equal(t, "killed", ended.Reason.String())

		_, err = w.reg.Register(background, &index.Row{ID: "b", State: query.Ready, Capabilities: []index.Capability{{Name: "/"}}})
		require.ErrorIs(t, err, registry.ErrInvalidRow)
		assert.ErrorContains(t, err, "handle")
		assert.ErrorContains(t, err, "capability", "every mistake is named")
		_, err = w.reg.Register(background, &index.Row{ID: "b", State: query.Busy, Handle: p.PID()})
		require.ErrorIs(t, err, registry.ErrInvalidRow)
		_, err = w.reg.Register(background, &index.Row{ID: "b", Health: index.Health{Status: 99}})
		require.ErrorIs(t, err, registry.ErrInvalidRow)
		_, err = w.reg.Register(background, nil)
		require.ErrorIs(t, err, registry.ErrInvalidRow)

		_, err = w.reg.Update(background, id("b"), 0, registry.Patch{})
		require.ErrorIs(t, err, registry.ErrNotFound)
		_, err = w.reg.Update(background, id("a"), 9, registry.Patch{})
		var version *registry.VersionError
		require.ErrorAs(t, err, &version)
		assert.Equal(t, registry.VersionError{ID: id("a"), Have: 1, Want: 9}, *version)
		_, err = w.reg.Update(background, id("a"), 0, registry.Patch{Weight: index.Known(1.0), Labels: index.Known([]index.Label{{}})})
		require.ErrorIs(t, err, registry.ErrInvalidRow)
		_, err = w.reg.Update(background, id("a"), 0, registry.Patch{Event: index.Known(lifecycle.Resume)})
		require.ErrorIs(t, err, lifecycle.ErrTransition)
		_, err = w.reg.Update(background, id("a"), 0, registry.Patch{Event: index.Known(lifecycle.Take)})
		require.ErrorIs(t, err, lifecycle.ErrTransition, "work in hand is no business of the row")
		assert.Equal(t, uint64(1), w.lookup("a").Version, "what is refused changes nothing")

		w.register(agent("b", p.PID()))
		_, err = w.reg.Register(background, agent("c", p.PID()))
		var limit *registry.LimitError
		require.ErrorAs(t, err, &limit)
		assert.Equal(t, registry.LimitError{What: "agents", Max: 2}, *limit)

		_, err = w.reg.Find(query.Query{Limit: -1})
		require.ErrorIs(t, err, query.ErrBadQuery)
		require.NoError(t, w.reg.Unregister(background, id("nobody")))
	})
}

func TestWhoRegistersAgainIsUpdatedToWhatIsDeclaredNow(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		p := w.start()
		first := w.register(agent("a", p.PID(), "x"))
		assert.Same(t, first, w.register(agent("a", p.PID(), "x")), "nothing new, no new version")
		now := w.register(agent("a", p.PID(), "y"))
		assert.Equal(t, uint64(1), now.Incarnation)
		assert.Equal(t, uint64(2), now.Version)
		assert.Equal(t, []string{"a"}, w.ids(`capability = "y"`))
	})
}

func TestABatchIsOneCommitAndAtomicOnesAreAllOrNothing(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		p := w.start()
		var ops []registry.Op
		for _, name := range []string{"a", "b", "c"} {
			ops = append(ops, registry.Register{Row: agent(name, p.PID())})
		}
		before := w.reg.View().Version()
		res, err := w.reg.Batch(background, registry.Atomic, ops...)
		require.NoError(t, err)
		require.Len(t, res, 3)
		assert.Equal(t, before+1, w.reg.View().Version())
		assert.Equal(t, []string{"a", "b", "c"}, w.ids(`kind = "worker"`))

		mixed := []registry.Op{
			registry.Update{ID: id("a"), Patch: registry.Patch{Team: index.Known("blue")}},
			registry.Update{ID: id("nobody")},
			registry.Unregister{ID: id("c")},
		}
		res, err = w.reg.Batch(background, registry.Atomic, mixed...)
		require.ErrorIs(t, err, registry.ErrNotFound)
		require.ErrorIs(t, res[0].Err, registry.ErrUndone)
		require.ErrorIs(t, res[1].Err, registry.ErrNotFound)
		assert.Empty(t, w.ids(`team = "blue"`))
		assert.True(t, w.known("c"))

		res, err = w.reg.Batch(background, registry.Each, mixed...)
		require.NoError(t, err)
		require.NoError(t, res[0].Err)
		assert.Same(t, w.lookup("a"), res[0].Row)
		require.ErrorIs(t, res[1].Err, registry.ErrNotFound)
		assert.Equal(t, []string{"a"}, w.ids(`team = "blue"`))
		assert.False(t, w.known("c"))

		_, err = w.reg.Batch(background, registry.Each, make([]registry.Op, registry.MaxBatch+1)...)
		require.ErrorIs(t, err, registry.ErrLimit)
	})
}

func TestADeathTakesEveryRowOfTheProcessInOneCommit(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		p, other := w.start(), w.start()
		for _, name := range []string{"a", "b", "c"} {
			w.register(agent(name, p.PID()))
		}
		w.register(agent("d", other.PID()))
		require.NoError(t, w.reg.Unregister(background, id("b")))
		before := w.reg.View().Version()
		p.PID().Kill()
		synctest.Wait()
		assert.Equal(t, []string{"d"}, w.ids(`kind = "worker"`))
		assert.Equal(t, before+1, w.reg.View().Version())
	})
}

func TestFiguresAreGatheredAndWrittenWhenTheySaySomethingNew(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		first := w.register(agent("a", w.start().PID()))
		latency := func(d time.Duration) registry.Figures {
			return registry.Figures{ID: id("a"), Performance: index.Known(index.Performance{P99: index.Known(d)})}
		}
		for i := range 95 {
			w.reg.Report(latency(time.Duration(i+1) * time.Millisecond))
		}
		time.Sleep(200 * time.Millisecond)
		assert.Equal(t, first.Version, w.lookup("a").Version)
		time.Sleep(100 * time.Millisecond)
		assert.Equal(t, first.Version+1, w.lookup("a").Version, "one write for all")
		assert.Equal(t, []string{"a"}, w.ids(`p99 = 95ms`))
		w.reg.Report(latency(96 * time.Millisecond))
		time.Sleep(time.Second)
		assert.Equal(t, first.Version+1, w.lookup("a").Version, "one per cent more is nothing")
		w.reg.Report(latency(120 * time.Millisecond))
		time.Sleep(time.Second)
		assert.Equal(t, []string{"a"}, w.ids(`p99 = 120ms`))
		late := latency(time.Second)
		late.Incarnation = 7
		w.reg.Report(late)
		w.reg.Report(registry.Figures{ID: id("nobody")})
		_, err := w.reg.Settle(background)
		require.NoError(t, err)
		assert.Equal(t, []string{"a"}, w.ids(`p99 = 120ms`))
	})
}

func TestWorkInHandIsCountedBesideTheRow(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		p := w.start()
		w.register(agent("a", p.PID()))
		n := w.reg.Inflight(id("a"))
		assert.Equal(t, int64(2), n.Add(2))
		_, err := w.reg.Update(background, id("a"), 0, registry.Patch{Team: index.Known("blue")})
		require.NoError(t, err)
		assert.Same(t, n, w.reg.Inflight(id("a")))
		p.PID().Kill()
		synctest.Wait()
		assert.Nil(t, w.reg.Inflight(id("a")))
		w.register(agent("a", w.start().PID()))
		assert.Zero(t, w.reg.Inflight(id("a")).Now())
	})
}

func TestWithoutItsProcessesThereIsNoRegistry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{Logger: quiet})
		defer sys.Close(background)
		reg, _, err := registry.New(sys, registry.Options{})
		require.NoError(t, err)
		_, err = reg.Register(background, &index.Row{ID: "a"})
		require.ErrorIs(t, err, registry.ErrUnavailable)
		require.ErrorIs(t, err, actors.ErrNoProc)
		_, err = reg.Find(query.Query{})
		require.ErrorIs(t, err, registry.ErrUnavailable)
		_, ok := reg.Lookup(id("a"))
		require.False(t, ok)
		require.Zero(t, reg.View().Len())
		_, _, err = registry.New(sys, registry.Options{Retention: -1, Coalesce: -1, MaxAgents: -1, MaxWatches: -1, MaxPast: -1})
		require.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 5)
	})
}
