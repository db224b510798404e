// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
)

// gated is a store whose commits wait until the test lets them go on, so that a test decides what queues up meanwhile.
type gated struct {
	*memory.Store
	begin  chan int   // receives the number of appends of each group, from the journal's process
	end    chan error // the test sends what the commit is to give
	poison error
}

func (g *gated) AppendGroup(ctx context.Context, group []events.Append) ([]events.Outcome, error) {
	g.begin <- len(group)
	if err := <-g.end; err != nil {
		if errors.Is(err, events.ErrPoisoned) {
			g.poison = err
		}
		return nil, err
	}
	return g.Store.AppendGroup(ctx, group)
}

func (g *gated) Stats() events.Stats {
	st := g.Store.Stats()
	st.Poisoned = g.poison
	return st
}

// rig is a journal on a gated store in a bubble.
type rig struct {
	sys   *actors.System
	store *gated
	j     *events.Journal
}

func newRig(t *testing.T, o events.JournalOptions) *rig {
	r := &rig{
		sys:   actors.New(actors.Options{CallTimeout: -1}),
		store: &gated{Store: memory.New(memory.Options{}), begin: make(chan int), end: make(chan error)},
	}
	r.j = events.NewJournal(r.store, o)
	_, err := r.j.Start(r.sys)
	require.NoError(t, err)
	return r
}

func (r *rig) close(t *testing.T) {
	require.NoError(t, r.sys.Close(context.Background()))
}

// one lets the next commit through and gives its size.
func (r *rig) one(result error) int {
	n := <-r.store.begin
	r.store.end <- result
	return n
}

type answer struct {
	where events.Appended
	err   error
}

// appendLater starts an append and gives the channel of its answer.
func (r *rig) appendLater(ctx context.Context, s events.Stream, ev ...events.New) chan answer {
	out := make(chan answer, 1)
	go func() { // the test waits for it by receiving
		where, err := r.j.Append(ctx, s, events.Any, ev...)
		out <- answer{where, err}
	}()
	return out
}

func fact(kind string) events.New { return events.New{Type: kind} }

func TestLoadMakesTheGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{GroupAppends: 8})
		defer r.close(t)
		first := r.appendLater(t.Context(), "s", fact("a"))
		assert.Equal(t, 1, <-r.store.begin, "nobody lingers for company")
		var rest []chan answer
		for i := range 20 {
			rest = append(rest, r.appendLater(t.Context(), events.Stream(fmt.Sprint(i)), fact("b")))
			synctest.Wait()
		}
		r.store.end <- nil
		assert.Equal(t, answer{where: events.Appended{First: 1, Last: 1, Version: 1}}, <-first)
		assert.Equal(t, []int{8, 8, 4}, []int{r.one(nil), r.one(nil), r.one(nil)})
		for i, c := range rest {
			a := <-c
			assert.NoError(t, a.err)
			assert.Equal(t, events.Position(i+2), a.where.First, "order of arrival is order of the log")
		}
	})
}

func TestBytesLimitAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{GroupBytes: 1000})
		defer r.close(t)
		first := r.appendLater(t.Context(), "s", fact("a"))
		<-r.store.begin
		var rest []chan answer
		for range 3 {
			rest = append(rest, r.appendLater(t.Context(), "s", events.New{Type: "b", Data: make([]byte, 600)}))
			synctest.Wait()
		}
		r.store.end <- nil
		assert.Equal(t, []int{1, 1, 1}, []int{r.one(nil), r.one(nil), r.one(nil)})
		for _, c := range append(rest, first) {
			assert.NoError(t, (<-c).err)
		}
	})
}

func TestAppendManyIsDecidedApartAndCommittedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{GroupAppends: 2})
		defer r.close(t)
		type many struct {
			out []events.Outcome
			err error
		}
		done := make(chan many, 1)
		go func() { // the test waits for it by receiving
			out, err := r.j.AppendMany(t.Context(),
				events.Append{Stream: "s", Events: []events.New{fact("a"), fact("b")}},
				events.Append{Stream: "s", Expect: events.NoStream, Events: []events.New{fact("c")}},
				events.Append{Stream: "t", Events: []events.New{fact("d")}})
			done <- many{out, err}
		}()
		assert.Equal(t, 3, r.one(nil), "a request is never split")
		m := <-done
		require.NoError(t, m.err)
		assert.Equal(t, events.Appended{First: 1, Last: 2, Version: 2}, m.out[0].Appended)
		assert.ErrorIs(t, m.out[1].Err, events.ErrVersion)
		assert.Equal(t, events.Appended{First: 3, Last: 3, Version: 1}, m.out[2].Appended)
		seen := map[events.ID]bool{}
		for e, err := range r.j.Replay(t.Context(), 0) {
			require.NoError(t, err)
			assert.False(t, e.ID.IsZero())
			seen[e.ID] = true
		}
		assert.Len(t, seen, 3, "events without an id get one of their own")
		none, err := r.j.AppendMany(t.Context())
		assert.Empty(t, none)
		assert.NoError(t, err)
	})
}

func TestAFullJournalIsBusyOrMakesTheCallerWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{WaitAppends: 3})
		defer r.close(t)
		var taken []chan answer
		for range 3 {
			taken = append(taken, r.appendLater(t.Context(), "s", fact("a")))
			synctest.Wait()
		}
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		turned := r.appendLater(impatient, "s", fact("never"))
		synctest.Wait()
		patient := r.appendLater(t.Context(), "s", fact("patient"))
		refused := <-turned // a second passes
		assert.ErrorIs(t, refused.err, events.ErrBusy)
		assert.ErrorIs(t, refused.err, context.DeadlineExceeded)
		assert.Equal(t, 1, r.one(nil))
		assert.Equal(t, 2, <-r.store.begin, "what waited in the mailbox")
		synctest.Wait() // the answer of the first group made room: the patient one is in the mailbox
		r.store.end <- nil
		assert.Equal(t, 1, r.one(nil))
		for _, c := range append(taken, patient) {
			assert.NoError(t, (<-c).err)
		}
		head, err := r.j.Head(t.Context())
		require.NoError(t, err)
		assert.Equal(t, events.Position(4), head, "what was refused is not written")
	})
}

func TestNoWaitRefusesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{WaitBytes: 1000, NoWait: true})
		defer r.close(t)
		first := r.appendLater(t.Context(), "s", events.New{Type: "large", Data: make([]byte, 5000)})
		<-r.store.begin // alone, even the too large one enters
		_, err := r.j.Append(t.Context(), "s", events.Any, fact("b"))
		assert.ErrorIs(t, err, events.ErrBusy)
		r.store.end <- nil
		assert.NoError(t, (<-first).err)
		second := r.appendLater(t.Context(), "s", fact("b"))
		r.one(nil)
		assert.NoError(t, (<-second).err)
	})
}

func TestAFailedGroupFailsEachOfItsRequestsAndTheNextOneWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{})
		defer r.close(t)
		first := r.appendLater(t.Context(), "s", fact("a"))
		r.one(events.ErrNoSpace)
		assert.ErrorIs(t, (<-first).err, events.ErrNoSpace)
		second := r.appendLater(t.Context(), "s", fact("b"))
		r.one(nil)
		assert.Equal(t, answer{where: events.Appended{First: 1, Last: 1, Version: 1}}, <-second)
	})
}

func TestAPoisonedStoreEndsTheProcessAndRefusesItsRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{})
		defer r.close(t)
		pid := r.sys.WhereIs("journal")
		first := r.appendLater(t.Context(), "s", fact("a"))
		<-r.store.begin
		second := r.appendLater(t.Context(), "s", fact("b"))
		synctest.Wait()
		r.store.end <- fmt.Errorf("%w: disk", events.ErrPoisoned)
		assert.ErrorIs(t, (<-first).err, events.ErrPoisoned)
		assert.ErrorIs(t, (<-second).err, events.ErrPoisoned, "what waits fails with the cause")
		why, err := pid.Await(t.Context())
		require.NoError(t, err)
		assert.True(t, why.Abnormal())
		_, err = r.j.Append(t.Context(), "s", events.Any, fact("c"))
		assert.ErrorIs(t, err, events.ErrPoisoned)
		assert.ErrorIs(t, err, actors.ErrNoProc)
		_, err = r.j.Start(r.sys)
		assert.ErrorIs(t, err, events.ErrPoisoned)
		for _, err := range r.j.Replay(t.Context(), 0) {
			assert.NoError(t, err, "reads go on")
		}
	})
}

func TestAnOrderedStopWritesWhatWasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{GroupAppends: 1})
		first := r.appendLater(t.Context(), "s", fact("a"))
		<-r.store.begin
		second := r.appendLater(t.Context(), "s", fact("b"))
		synctest.Wait()
		third := r.appendLater(t.Context(), "s", fact("c"))
		synctest.Wait()
		r.store.end <- nil
		<-r.store.begin // of the second; both it and the third have been taken out of the mailbox
		closed := make(chan error, 1)
		go func() { closed <- r.sys.Close(context.Background()) }() // the test waits for it by receiving
		synctest.Wait()
		r.store.end <- nil
		assert.Equal(t, 1, r.one(nil))
		for _, c := range []chan answer{first, second, third} {
			assert.NoError(t, (<-c).err)
		}
		assert.NoError(t, <-closed)
		_, err := r.j.Append(t.Context(), "s", events.Any, fact("d"))
		assert.Error(t, err)
	})
}

func TestARestartedJournalServesTheSameHandleAndForgetsWhatWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{WaitAppends: 2})
		pid := r.sys.WhereIs("journal")
		lost := []chan answer{r.appendLater(t.Context(), "s", fact("a"))}
		<-r.store.begin
		lost = append(lost, r.appendLater(t.Context(), "s", fact("b")))
		synctest.Wait()
		pid.Kill()
		for _, c := range lost {
			var died *actors.CallError
			assert.ErrorAs(t, (<-c).err, &died)
		}
		_, err := r.j.Start(r.sys)
		require.NoError(t, err)
		next := []chan answer{r.appendLater(t.Context(), "t", fact("c")), r.appendLater(t.Context(), "t", fact("d"))}
		synctest.Wait()
		r.store.end <- errors.New("the abandoned commit comes to nothing")
		for n := 0; n < 2; {
			n += r.one(nil)
		}
		for _, c := range next {
			assert.NoError(t, (<-c).err, "the room of what was lost is free again")
		}
		r.close(t)
	})
}

func TestSnapshotsPassThroughTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{})
		defer r.close(t)
		first := r.appendLater(t.Context(), "s", fact("a"))
		r.one(nil)
		require.NoError(t, (<-first).err)
		assert.ErrorIs(t, r.j.PutSnapshot(t.Context(), events.Snap{Stream: "s", Version: 2}), events.ErrVersion)
		require.NoError(t, r.j.PutSnapshot(t.Context(), events.Snap{Stream: "s", Version: 1, State: []byte("x")}))
		sn, ok, err := r.j.Snapshot(t.Context(), "s")
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, []byte("x"), sn.State)
		for e, err := range r.j.Read(t.Context(), "s", 1) {
			require.NoError(t, err)
			assert.Equal(t, "a", e.Type)
		}
		assert.Equal(t, uint64(1), r.j.Stats().Appends)
	})
}

// submitter is a process that submits appends without blocking and passes the outcomes on.
type submitter struct {
	j   *events.Journal
	out chan<- answer
}

type submitMsg struct {
	submit string // type of an event to append, or empty
	answer answer
}

func (s *submitter) Receive(ctx *actors.Context[submitMsg], m submitMsg) error {
	if m.submit == "" {
		s.out <- m.answer
		return nil
	}
	events.Submit(ctx, s.j, []events.Append{{Stream: "s", Events: []events.New{fact(m.submit)}}}, func(out []events.Outcome, err error) submitMsg {
		a := answer{err: err}
		if err == nil {
			a = answer{out[0].Appended, out[0].Err}
		}
		return submitMsg{answer: a}
	})
	return nil
}

func TestSubmitDoesNotBlockAndKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, events.JournalOptions{WaitAppends: 3})
		defer r.close(t)
		got := make(chan answer, 8)
		ref, err := actors.Spawn(r.sys, "submitter", func() actors.Behavior[submitMsg] { return &submitter{r.j, got} })
		require.NoError(t, err)
		for _, kind := range []string{"a", "b", "c", "d"} {
			ref.Tell(submitMsg{submit: kind})
		}
		synctest.Wait()
		for n := 0; n < 3; {
			n += r.one(nil)
		}
		for i := range 3 {
			a := <-got
			require.NoError(t, a.err)
			assert.Equal(t, events.Position(i+1), a.where.First)
		}
		assert.ErrorIs(t, (<-got).err, events.ErrBusy, "the fourth found no room and is answered in its place")
	})
}
