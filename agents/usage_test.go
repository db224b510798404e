// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

func TestUsageSaysHowItIsKnown(t *testing.T) {
	live(t, func(w *world) {
		w.assign("a", "hang", 1)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		info := w.info("a")
		assert.Equal(t, index.Estimated, info.Source, "nobody said anything")
		assert.InDelta(t, 1, info.CPU, 0)
		assert.InDelta(t, 1, info.Busy, 0)
		assert.GreaterOrEqual(t, info.BusyFor, 2*time.Second)
		assert.Equal(t, query.Healthy, info.Health.Status, "a guess is held against nobody")
		w.info("a").Ref.Tell(agents.Recall{Token: 1})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Zero(t, w.info("a").Busy)

		w.info("a").Ref.Tell(agents.Report{Memory: 7, CPU: 0.25})
		synctest.Wait()
		assert.Equal(t, index.Reported, w.info("a").Source)
		assert.Equal(t, int64(7), w.info("a").Memory)
	}, agents.Spec{ID: "a", Limits: agents.Limits{CPU: 0.5}})
}

// distant is a kind whose work is done elsewhere; what it sees of it, it is told.
type distant struct {
	agents.Message
	seen agents.Observation
}

type elsewhere struct{ spec agents.Spec }

func (e elsewhere) Init(*actors.Context[agents.Message]) error { return nil }

func (e elsewhere) Receive(ctx *actors.Context[agents.Message], m agents.Message) error {
	e.spec.Note(ctx, m.(distant).seen)
	return nil
}

func TestWhatIsObservedFromOutsideCountsMoreThanReports(t *testing.T) {
	live(t, func(w *world) {
		kind := agents.Kind{Name: "elsewhere", New: func(s agents.Spec, _ *agents.Directory) (actors.Behavior[agents.Message], error) {
			return elsewhere{s}, nil
		}}
		a, err := agents.Spawn(w.sys, agents.Spec{ID: "d", Limits: agents.Limits{Memory: 100}}, kind, w.dir)
		require.NoError(t, err)
		note := func(o agents.Observation) {
			a.Ref().Tell(distant{seen: o})
			synctest.Wait()
		}
		a.Ref().Tell(agents.Report{Memory: 1})
		note(agents.Observation{})
		assert.Equal(t, index.Reported, w.info("d").Source, "what cannot be measured leaves the report")
		a.Ref().Tell(agents.Report{})
		note(agents.Observation{})
		assert.Equal(t, index.Unmeasured, w.info("d").Source)
		note(agents.Observation{Measured: true, Memory: 95, CPU: 2, Beat: time.Now(), Every: 10 * time.Second})
		assert.Equal(t, index.Measured, w.info("d").Source)
		assert.Equal(t, int64(95), w.info("d").Memory)
		causes := func() (out []string) {
			synctest.Wait()
			for _, c := range w.info("d").Health.Causes {
				out = append(out, c.Name)
			}
			return out
		}
		time.Sleep(15 * time.Second)
		assert.Equal(t, []string{"resource"}, causes(), "one beat in ten seconds was promised")
		time.Sleep(10 * time.Second)
		assert.Equal(t, []string{"heartbeat", "resource"}, causes())
	})
}

func TestWhoHasSpentItsBudgetTakesNoMore(t *testing.T) {
	live(t, func(w *world) {
		w.assign("a", "work", 1)
		assert.Equal(t, int64(10), w.info("a").Spent)
		w.assign("a", "panic", 2)
		assert.Equal(t, int64(20), w.info("a").Spent, "through all incarnations")
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, query.Degraded, w.info("a").Health.Status)
		w.assign("a", "work", 3)
		out, err := actors.Call(w.Context(), w.info("a").Ref, func(r actors.Reply[agents.Outcome]) agents.Message {
			return agents.Assign{Task: agents.Task{ID: "x", Token: 4}, Reply: r}
		})
		require.NoError(t, err)
		assert.Equal(t, agents.ClassUndelivered, out.Failure.Class)
		assert.Positive(t, out.Failure.After, "it would be refused again at once")
		assert.Equal(t, int64(30), w.info("a").Spent)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, query.Unhealthy, w.info("a").Health.Status)
		assert.Equal(t, "custom:budget", w.info("a").Health.Causes[0].Name)
		f, ok := w.dir.Lifetime("a")
		assert.True(t, ok)
		assert.Equal(t, uint64(3), f.Attempts)
		assert.Equal(t, uint64(1), f.Failures)
		_, ok = w.dir.Lifetime("nobody")
		assert.False(t, ok)
	}, agents.Spec{ID: "a", Limits: agents.Limits{Budget: 25}, Price: agents.Price{Attempt: 10}})
}
