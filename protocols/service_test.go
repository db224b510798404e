// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// served is a coordinator of an engine with two that agree and of a space.
func served(t *testing.T, body func(t *testing.T, w world, c *protocols.Coordinator, names []string)) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		known, names := fixed{}, []string{"a", "b", "c"}
		for i, choice := range []string{"yes", "yes", "silent"} {
			known[names[i]] = protocols.Member{ID: names[i], Process: actors.MustSpawn(w.sys, names[i], says(choice))}
		}
		e, err := protocols.NewEngine(protocols.EngineOptions{Name: "coordination", Roster: known})
		require.NoError(t, err)
		_, err = supervision.Start(w.sys, "council", supervision.Spec{Children: []supervision.Child{e.Child()}})
		require.NoError(t, err)
		body(t, w, protocols.NewCoordinator(w.sys, e, w.Space), names)
	})
}

func orders(names []string) []protocols.Order {
	return []protocols.Order{
		{Kind: protocols.WorkSession, Session: protocols.Spec{ID: "s", Question: "?", Participants: names[:2]}},
		{Kind: protocols.WorkLock, Name: "l"},
		{Kind: protocols.WorkSemaphore, Name: "m", Size: 2, Permits: 2},
		{Kind: protocols.WorkBarrier, Name: "b", Barrier: barrier.Spec{Parties: 1}},
		{Kind: protocols.WorkLatch, Name: "o", Size: 2, Count: 2},
		{Kind: protocols.WorkElection, Name: "e"},
		{Kind: protocols.WorkCounter, Name: "c", Count: 7},
	}
}

func TestEverythingIsCreatedWaitedForSeenCancelledAndCountedAlike(t *testing.T) {
	served(t, func(t *testing.T, w world, c *protocols.Coordinator, names []string) {
		ctx := as("ann")
		for _, o := range orders(names) {
			work, err := c.Create(ctx, o)
			require.NoError(t, err, o.Kind)
			got, err := work.Wait(ctx)
			require.NoError(t, err, o.Kind)
			s, err := work.Status(ctx)
			require.NoError(t, err, o.Kind)
			assert.Equal(t, o.Kind, s.Kind)
			assert.False(t, s.Waiting)
			switch o.Kind {
			case protocols.WorkSession:
				assert.Equal(t, "yes", got.Result.Decision)
				assert.Equal(t, protocols.StateDecided, s.Session.State)
				assert.ErrorIs(t, work.Cancel(ctx, ""), protocols.ErrAlreadyDecided)
				continue
			case protocols.WorkLock, protocols.WorkSemaphore:
				assert.True(t, s.Held)
				assert.Equal(t, got.Grant.Token(), s.Lock.Holders[0].Token)
				again, err := work.Wait(ctx)
				require.NoError(t, err)
				assert.Equal(t, got, again)
			case protocols.WorkBarrier:
				assert.Equal(t, uint64(1), got.Passage.Generation)
				assert.Equal(t, uint64(2), s.Barrier.Generation)
			case protocols.WorkLatch:
				assert.Zero(t, s.Left)
			case protocols.WorkElection:
				assert.True(t, s.Held)
				assert.Equal(t, "outside/ann", s.Leader.Leader)
			case protocols.WorkCounter:
				assert.Equal(t, int64(7), got.Value)
				assert.Equal(t, int64(7), s.Value)
			}
			require.NoError(t, work.Cancel(ctx, "done"))
			require.NoError(t, work.Cancel(ctx, "done"))
			s, err = work.Status(ctx)
			require.NoError(t, err)
			assert.False(t, s.Held)
			assert.Empty(t, s.Lock.Holders)
			assert.Empty(t, s.Leader.Leader)
		}
		all, err := c.Stats(ctx)
		require.NoError(t, err)
		assert.Equal(t, 1, all.Sessions.Ended[protocols.StateDecided])
		assert.Equal(t, selector.Simple, all.Protocols[0].Protocol)
		require.Len(t, all.Spaces, 1)
		assert.Equal(t, "space", all.Spaces[0].Name)
		assert.Equal(t, 1, all.Spaces[0].Counters)
		for _, o := range orders(names) {
			assert.Equal(t, protocols.Tally{Created: 1, Obtained: 1}, all.Work[o.Kind], o.Kind)
		}
	})
}

// A wait is ended from elsewhere, and holds nobody up but who waits.
func TestWhatIsCancelledIsWaitedForNoMore(t *testing.T) {
	served(t, func(t *testing.T, w world, c *protocols.Coordinator, names []string) {
		_, err := w.Lock("l").Acquire(as("other"))
		require.NoError(t, err)
		_, err = w.Semaphore("m", 2).Acquire(as("other"), 1)
		require.NoError(t, err)
		_, err = w.Election("e", election.Spec{}).Campaign(as("other"), protocols.Candidacy{})
		require.NoError(t, err)
		all := orders(names)
		all[0].Session.Participants = names
		all[0].Session.Rule.Quorum.Num, all[0].Session.Rule.Quorum.Den = 1, 1
		all[3].Barrier.Parties, all[4].Count = 2, 1
		for _, o := range all[:6] {
			work, err := c.Create(as("ann"), o)
			require.NoError(t, err)
			waited := make(chan error, 1)
			go func() { // ends with the cancellation, which is waited for below
				_, err := work.Wait(as("ann"))
				waited <- err
			}()
			synctest.Wait()
			s, err := work.Status(as("ann"))
			require.NoError(t, err)
			assert.Equal(t, o.Kind != protocols.WorkSession, s.Waiting, o.Kind)
			if s.Waiting {
				_, err := work.Wait(as("ann"))
				var twice *protocols.SpecError
				assert.ErrorAs(t, err, &twice)
			}
			require.NoError(t, work.Cancel(context.Background(), "enough"), o.Kind)
			err = <-waited
			if o.Kind == protocols.WorkSession {
				var cancelled *protocols.CancelledError
				assert.ErrorAs(t, err, &cancelled)
				continue
			}
			assert.ErrorIs(t, err, protocols.ErrWithdrawn, o.Kind)
			assert.ErrorContains(t, err, "enough")
			synctest.Wait()
			s, err = work.Status(as("ann"))
			require.NoError(t, err)
			assert.Empty(t, s.Lock.Waiters)
			assert.Empty(t, s.Barrier.Arrived)
		}
		stats, err := c.Stats(t.Context())
		require.NoError(t, err)
		for _, o := range all[:6] {
			assert.Equal(t, protocols.Tally{Created: 1, Cancelled: 1}, stats.Work[o.Kind], o.Kind)
		}
	})
}

func TestWorkThatCannotBeIsRefusedWithEveryMistake(t *testing.T) {
	served(t, func(t *testing.T, w world, c *protocols.Coordinator, _ []string) {
		for text, o := range map[string]protocols.Order{
			"kind":    {Kind: "dream"},
			"space":   {Kind: protocols.WorkLock, Space: "moon", Name: "l"},
			"name":    {Kind: protocols.WorkLock},
			"size":    {Kind: protocols.WorkSemaphore, Name: "m"},
			"count":   {Kind: protocols.WorkLatch, Name: "m", Size: 1, Count: -1},
			"session": {Kind: protocols.WorkSession},
		} {
			_, err := c.Create(t.Context(), o)
			assert.ErrorIs(t, err, selector.ErrInvalidSpec, text)
			assert.ErrorContains(t, err, text)
		}
		_, err := protocols.NewCoordinator(w.sys, nil).Create(t.Context(), protocols.Order{Kind: protocols.WorkSession})
		assert.ErrorIs(t, err, protocols.ErrUnavailable)
	})
}

// The agent that asks is in each event, and what it holds is free when it ends.
func TestEachEventOfWorkNamesTheAgent(t *testing.T) {
	served(t, func(t *testing.T, w world, c *protocols.Coordinator, _ []string) {
		var mu sync.Mutex
		var heard []protocols.WorkDone
		defer telemetry.Subscribe(w.bus, "work", func(e protocols.WorkDone) {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, e)
		})()
		bob := w.spawn("bob")
		var work *protocols.Work
		bob.Tell(func(ctx *actors.Context[run]) {
			var err error
			work, err = c.Create(ctx, protocols.Order{Kind: protocols.WorkLock, Name: "l"})
			assert.NoError(t, err)
			_, err = work.Wait(ctx)
			assert.NoError(t, err)
		})
		synctest.Wait()
		s, err := work.Status(t.Context())
		require.NoError(t, err)
		assert.True(t, s.Held)
		w.kill(t, "bob")
		time.Sleep(time.Second)
		s, err = work.Status(t.Context())
		require.NoError(t, err)
		assert.False(t, s.Held)
		got, err := work.Wait(as("ann"))
		require.NoError(t, err)
		require.NoError(t, got.Grant.Release(as("ann")))
		mu.Lock()
		defer mu.Unlock()
		lock := protocols.WorkDone{Kind: protocols.WorkLock, Space: "space", Name: "l", Agent: "bob"}
		create, wait, ann := lock, lock, lock
		create.Operation, wait.Operation, ann.Operation, ann.Agent = protocols.OpCreate, protocols.OpWait, protocols.OpWait, "ann"
		assert.Equal(t, []protocols.WorkDone{create, wait, ann}, heard)
	})
}
