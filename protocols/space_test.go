// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/election"
	"mabeam.dev/telemetry"
)

func TestBarriersAndLatchesAcrossACrash(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		var tripped []protocols.BarrierTripped
		telemetry.Subscribe(w.bus, "test", func(e protocols.BarrierTripped) { tripped = append(tripped, e) })
		b := w.Barrier("b", barrier.Spec{Parties: 3})
		passed := make(chan protocols.Passage, 3)
		arrive := func(who string) {
			go func() { // ends with the generation
				p, err := b.Await(as(who), 0)
				assert.NoError(t, err)
				passed <- p
			}()
			synctest.Wait()
		}
		arrive("ann")
		arrive("bob")
		w.kill(t, "space")
		time.Sleep(time.Second)
		st, err := b.Status(context.Background())
		require.NoError(t, err)
		assert.Equal(t, []string{"outside/ann", "outside/bob"}, st.Arrived)
		arrive("cid")
		for range 3 {
			assert.Equal(t, uint64(1), (<-passed).Generation)
		}
		require.Len(t, tripped, 1)
		assert.Equal(t, 3, tripped[0].Passed)

		_, err = b.AwaitGeneration(as("ann"), 1, 0)
		require.ErrorIs(t, err, barrier.ErrGeneration)
		_, err = b.Await(as("ann"), time.Second)
		var broken *barrier.BrokenError
		require.ErrorAs(t, err, &broken)
		assert.Equal(t, "outside/ann", broken.Culprit)
		_, err = b.Await(as("bob"), 0)
		require.ErrorIs(t, err, barrier.ErrBroken)
		gen, err := b.Reset(as("bob"))
		require.NoError(t, err)
		assert.Equal(t, uint64(3), gen)
		_, err = w.Barrier("b", barrier.Spec{Parties: 4}).Await(as("ann"), 0)
		var kind *protocols.KindError
		require.ErrorAs(t, err, &kind)

		phaser := w.Barrier("p", barrier.Spec{Kind: barrier.Phaser})
		_, err = phaser.Await(as("ann"), 0)
		require.ErrorIs(t, err, barrier.ErrNotRegistered)
		_, err = phaser.Register(as("ann"))
		require.NoError(t, err)
		_, err = phaser.Await(as("ann"), 0)
		require.NoError(t, err)
		require.NoError(t, phaser.Deregister(as("ann")))

		d := w.DoubleBarrier("d", 1)
		_, err = d.Leave(as("ann"), 0)
		require.ErrorIs(t, err, barrier.ErrNotRegistered)
		_, err = d.Enter(as("ann"), 0)
		require.NoError(t, err)
		_, err = d.Enter(as("bob"), 0)
		require.ErrorIs(t, err, barrier.ErrFull)
		_, err = d.Leave(as("ann"), 0)
		require.NoError(t, err)
		_, err = d.Reset(as("ann"))
		require.NoError(t, err)
		_, err = d.Status(context.Background())
		require.NoError(t, err)

		l := w.Latch("l", 2)
		require.ErrorIs(t, l.Await(as("ann"), time.Second), barrier.ErrBroken)
		opened := make(chan error, 1)
		go func() { opened <- l.Await(as("ann"), 0) }() // ends when the latch opens
		synctest.Wait()
		left, err := l.CountDown(context.Background(), 1)
		require.NoError(t, err)
		assert.Equal(t, 1, left)
		w.kill(t, "space")
		time.Sleep(time.Second)
		left, err = l.CountDown(context.Background(), 1)
		require.NoError(t, err)
		assert.Zero(t, left)
		require.NoError(t, <-opened)
		require.ErrorAs(t, w.Latch("l", 3).Await(as("ann"), 0), &kind)
	})
}

func TestALeaderIsFollowedByTheHealthiest(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		e := w.Election("chief", election.Spec{})
		var seen []string
		watcher := w.spawn("watcher")
		watcher.Tell(func(c *actors.Context[run]) {
			protocols.Observe(c, e, func(l protocols.Leadership) run {
				return func(*actors.Context[run]) { seen = append(seen, fmt.Sprintf("%s %v", l.Leader, l.Term)) }
			})
		})
		office, err := e.Campaign(as("ann"), protocols.Candidacy{Health: 1})
		require.NoError(t, err)
		require.NoError(t, e.Check(context.Background(), office.Term()))
		offices := make(chan *protocols.Office, 2)
		for i, who := range []string{"bob", "cid"} {
			go func() { // ends when it is elected
				o, err := e.Campaign(as(who), protocols.Candidacy{Health: 10 * (i + 1), TTL: 10 * time.Second})
				assert.NoError(t, err)
				offices <- o
			}()
			synctest.Wait()
		}
		l, err := e.Stand(as("dan"), protocols.Candidacy{})
		require.NoError(t, err)
		assert.Equal(t, "outside/ann", l.Leader)
		all, err := e.Candidates(context.Background())
		require.NoError(t, err)
		assert.Len(t, all, 4)
		w.kill(t, "space")
		time.Sleep(time.Second)
		require.NoError(t, office.Resign(context.Background()))
		cid := <-offices
		require.ErrorIs(t, e.Check(context.Background(), office.Term()), election.ErrNotLeader)
		require.ErrorIs(t, office.Resign(context.Background()), election.ErrNotLeader)
		assert.Positive(t, cid.Term().Compare(office.Term()))
		assert.True(t, cid.Valid())
		require.NoError(t, cid.Renew(context.Background(), 20*time.Second))
		time.Sleep(19 * time.Second)
		assert.False(t, cid.Valid())
		bob := <-offices // cid did not renew
		require.ErrorIs(t, cid.Renew(context.Background(), time.Second), election.ErrNotLeader)
		require.NoError(t, bob.Resign(context.Background()))
		l, err = e.Leader(context.Background())
		require.NoError(t, err)
		assert.Equal(t, "outside/dan", l.Leader)
		require.NoError(t, e.Withdraw(as("dan")))
		require.ErrorIs(t, e.Withdraw(as("dan")), election.ErrNotCandidate)
		synctest.Wait()
		assert.Equal(t, []string{
			"outside/ann 2.1", " 2.1", "outside/cid 2.2", " 2.2", "outside/bob 2.3", " 2.3", "outside/dan 2.4", " 2.4",
		}, seen)
	})
}

func TestAViewShowsWhatAProcessHasAndWaitsFor(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		bob, err := w.Lock("y").Acquire(as("bob"))
		require.NoError(t, err)
		ann := w.spawn("ann")
		ann.Tell(func(c *actors.Context[run]) {
			_, err := w.Lock("x").Acquire(c)
			assert.NoError(t, err)
			_, err = w.Semaphore("s", 2).Acquire(c, 1)
			assert.NoError(t, err)
			_, err = w.Barrier("p", barrier.Spec{Kind: barrier.Phaser}).Register(c)
			assert.NoError(t, err)
			_, err = w.Election("e", election.Spec{}).Stand(c, protocols.Candidacy{})
			assert.NoError(t, err)
			_, err = w.Lock("y").Acquire(c)
			assert.ErrorIs(t, err, actors.ErrFenced, "it waits until it is killed")
		})
		synctest.Wait()
		has, err := w.Holdings(context.Background(), ann.PID())
		require.NoError(t, err)
		var shown []string
		for _, h := range has {
			shown = append(shown, fmt.Sprint(h.Kind, " ", h.Name, " ", h.Held()))
		}
		assert.Equal(t, []string{"lock x true", "semaphore s true", "lock y false", "barrier p false", "election e true"}, shown)
		n, err := w.Stats(context.Background())
		require.NoError(t, err)
		assert.Equal(t, protocols.SpaceStats{Locks: 3, Held: 3, Waiting: 1, Barriers: 1, Elections: 1, Owners: 2, Epoch: 2}, n)
		names, err := w.Locks(context.Background())
		require.NoError(t, err)
		assert.Equal(t, []string{"s", "x", "y"}, names)
		his, err := w.HoldingsOf(context.Background(), "bob")
		require.NoError(t, err)
		assert.Len(t, his, 1)
		ann.PID().Kill()
		synctest.Wait()
		require.NoError(t, bob.Release(context.Background()))
		has, err = w.Holdings(context.Background(), ann.PID())
		require.NoError(t, err)
		assert.Empty(t, has, "the end of a process leaves nothing")
	})
}
