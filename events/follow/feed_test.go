// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/telemetry"
)

type ctx = context.Context

// world is a journal in a bubble.
type world struct {
	*testing.T
	sys   *actors.System
	store *memory.Store
	j     *events.Journal
}

// bubble runs a test in a bubble with a journal that runs.
func bubble(t *testing.T, body func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, sys: actors.New(actors.Options{Events: telemetry.NewBus()}), store: memory.New(memory.Options{})}
		defer func() { require.NoError(t, w.sys.Close(context.Background())) }()
		w.j = events.NewJournal(w.store, events.JournalOptions{})
		_, err := w.j.Start(w.sys)
		require.NoError(t, err)
		body(t, w)
	})
}

// append appends events of these types to stream "s".
func (w *world) append(types ...string) {
	w.Helper()
	for _, typ := range types {
		_, err := w.j.Append(w.Context(), "s", events.Any, events.New{Type: typ})
		require.NoError(w, err)
	}
}

func typesOf(list []events.Event) (out []string) {
	for _, e := range list {
		out = append(out, e.Type)
	}
	return out
}

func TestAFeedGivesWhatIsThereAndThenWhatIsAppended(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		f, err := NewFeed(w.j, events.Query{Types: []string{"a", "b"}})
		require.NoError(t, err)
		w.append("a", "x", "b", "a")
		one, err := f.Next(t.Context(), 0, 2)
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b"}, typesOf(one.Events))
		two, err := f.Next(t.Context(), one.Through, 2)
		require.NoError(t, err)
		assert.Equal(t, []string{"a"}, typesOf(two.Events))
		var three Batch
		done := make(chan error, 1)
		go func() { // the test waits for it by receiving
			three, err = f.Next(t.Context(), two.Through, 2)
			done <- err
		}()
		synctest.Wait()
		w.append("x")
		synctest.Wait()
		assert.Empty(t, done, "nothing selected was appended")
		w.append("b")
		require.NoError(t, <-done)
		assert.Equal(t, []string{"b"}, typesOf(three.Events))
		assert.Equal(t, events.Position(6), three.Through)
	})
}

func TestAFeedThatBeginsNowGivesOnlyWhatComes(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		f, err := NewFeed(w.j, events.Query{})
		require.NoError(t, err)
		w.append("old")
		done := make(chan Batch, 1)
		go func() { // the test waits for it by receiving
			b, err := f.Next(t.Context(), Now, 0)
			assert.NoError(t, err)
			done <- b
		}()
		synctest.Wait()
		w.append("new")
		assert.Equal(t, []string{"new"}, typesOf((<-done).Events))
	})
}

func TestAFeedTellsWhatRetentionRemovedAndHowFarAnEmptyStretchGoes(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		f, err := NewFeed(w.j, events.Query{Types: []string{"b"}})
		require.NoError(t, err)
		many := make([]events.New, 2000)
		for i := range many {
			many[i].Type = "a"
		}
		_, err = w.j.Append(t.Context(), "s", events.Any, many...)
		require.NoError(t, err)
		b, err := f.Next(t.Context(), 0, 1)
		require.NoError(t, err)
		assert.Equal(t, Batch{Events: b.Events, Through: 2000}, b)
		assert.Empty(t, b.Events)
		_, err = w.j.Remove(t.Context(), events.Removal{Stream: "s", Before: 11})
		require.NoError(t, err)
		all, err := NewFeed(w.j, events.Query{})
		require.NoError(t, err)
		_, err = all.Next(t.Context(), 3, 1)
		var gone *events.CompactedError
		require.ErrorAs(t, err, &gone)
		assert.Equal(t, events.Position(11), gone.First)
		b, err = all.Next(t.Context(), gone.First-1, 1)
		require.NoError(t, err)
		assert.Equal(t, events.Position(11), b.Through)
	})
}

// asker is a process that reads a feed with a credit of two.
type asker struct {
	f    Feed
	seen *[]string
}

type answer struct {
	b   Batch
	err error
}

func (a *asker) Init(c *actors.Context[answer]) error {
	a.ask(c, 0)
	return nil
}

func (a *asker) ask(c *actors.Context[answer], after events.Position) {
	Ask(c, a.f, after, 2, func(b Batch, err error) answer { return answer{b, err} })
}

func (a *asker) Receive(c *actors.Context[answer], m answer) error {
	*a.seen = append(*a.seen, fmt.Sprint(typesOf(m.b.Events), m.err))
	a.ask(c, m.b.Through)
	return nil
}

func TestAProcessThatAsksOutlastsTheJournal(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		f, err := NewFeed(w.j, events.Query{})
		require.NoError(t, err)
		var seen []string
		_, err = actors.Spawn(w.sys, "asker", func() actors.Behavior[answer] { return &asker{f, &seen} })
		require.NoError(t, err)
		_, err = w.j.Append(t.Context(), "s", events.Any, events.New{Type: "a"}, events.New{Type: "b"})
		require.NoError(t, err)
		synctest.Wait()
		w.sys.WhereIs("journal").Kill()
		synctest.Wait()
		_, err = w.j.Start(w.sys)
		require.NoError(t, err)
		_, err = w.j.Append(t.Context(), "s", events.Any, events.New{Type: "c"}, events.New{Type: "d"}, events.New{Type: "e"})
		require.NoError(t, err)
		settle()
		assert.Equal(t, []string{"[a b] <nil>", "[c d] <nil>", "[e] <nil>"}, seen)
	})
}

// Whatever is stored and selected, and however much is asked for at once: all batches together are what the query selects.
func TestBatchesJoinedAreTheSelection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := memory.New(memory.Options{})
		j := events.NewJournal(store, events.JournalOptions{}) // not started: where Next would wait it fails
		names := rapid.SampledFrom([]string{"a", "b", "c"})
		var all []events.Event
		n := rapid.IntRange(0, 30).Draw(t, "events")
		for i := range n {
			_, err := store.AppendGroup(context.Background(), []events.Append{{
				Stream: events.Stream(names.Draw(t, "stream")),
				Events: []events.New{{ID: events.ID{byte(i + 1)}, Type: names.Draw(t, "type"), Agent: names.Draw(t, "agent")}},
			}})
			require.NoError(t, err)
		}
		for e, err := range store.ReadAll(context.Background(), 0) {
			require.NoError(t, err)
			all = append(all, e)
		}
		var q events.Query
		if rapid.Bool().Draw(t, "by stream") {
			q.Stream = events.Stream(names.Draw(t, "of stream"))
		}
		if rapid.Bool().Draw(t, "by agent") {
			q.Agent = names.Draw(t, "of agent")
		}
		if rapid.Bool().Draw(t, "by type") {
			q.Types = []string{names.Draw(t, "of type")}
		}
		f, err := NewFeed(j, q)
		require.NoError(t, err)
		begin := events.Position(rapid.IntRange(0, n+3).Draw(t, "after"))
		var want, got []events.Position
		for _, e := range all {
			if e.Position > begin && q.Matches(e) {
				want = append(want, e.Position)
			}
		}
		for at := begin; ; {
			size := rapid.IntRange(0, 5).Draw(t, "credit")
			b, err := f.Next(context.Background(), at, size)
			require.GreaterOrEqual(t, b.Through, at)
			at = b.Through
			if err != nil {
				require.ErrorIs(t, err, actors.ErrNoProc)
				break
			}
			require.NotEmpty(t, b.Events)
			if size > 0 {
				require.LessOrEqual(t, len(b.Events), size)
			}
			for _, e := range b.Events {
				got = append(got, e.Position)
			}
		}
		require.Equal(t, want, got)
	})
}
