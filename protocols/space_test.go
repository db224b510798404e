// SPDX-License-Identifier: Apache-2.0

package protocols_test

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
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/counter"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// bubble runs body with a space of its own on virtual time.
func bubble(t *testing.T, o protocols.SpaceOptions, body func(t *testing.T, w world)) {
	synctest.Test(t, func(t *testing.T) {
		bus := telemetry.NewBus()
		sys := actors.New(actors.Options{Events: bus})
		defer func() { assert.NoError(t, sys.Close(context.Background())) }()
		o.Name = "space"
		s, child, err := protocols.NewSpace(sys, o)
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
		require.NoError(t, err)
		body(t, world{sys, s, bus})
	})
}

type world struct {
	sys *actors.System
	*protocols.Space
	bus *telemetry.Bus
}

// kill ends the space's process, and returns when the next one serves.
func (w world) kill(t require.TestingT, who string) {
	pid := w.sys.WhereIs(who)
	pid.Kill()
	_, err := pid.Await(context.Background())
	require.NoError(t, err)
}

// as is a caller outside of processes.
func as(name string) context.Context { return protocols.AsOwner(context.Background(), name) }

// run is what a process of spawn does, one after the other.
type run func(c *actors.Context[run])

func (w world) spawn(name string) actors.Ref[run] {
	return actors.MustSpawn(w.sys, name, actors.Stateless(func(c *actors.Context[run], f run) error {
		f(c)
		return nil
	}))
}

func TestALockIsHandedOverInOrderWithRisingTokens(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		first, err := w.Lock("x").Acquire(as("ann"))
		require.NoError(t, err)
		_, err = w.Lock("x").TryAcquire(as("bob"))
		require.ErrorIs(t, err, lock.ErrHeld)
		var order []string
		done := make(chan *protocols.Grant, 3)
		for _, who := range []string{"bob", "cid", "dan"} {
			go func() { // ends when it has sent its grant
				g, err := w.Lock("x").Acquire(as(who))
				assert.NoError(t, err)
				order = append(order, who)
				done <- g
			}()
			synctest.Wait()
		}
		st, err := w.Lock("x").Status(context.Background())
		require.NoError(t, err)
		require.Len(t, st.Waiters, 3)
		last := first
		for range 3 {
			require.NoError(t, last.Release(as("ann")))
			g := <-done
			require.Positive(t, g.Token().Compare(last.Token()))
			last = g
		}
		require.NoError(t, last.Release(context.Background()))
		require.ErrorIs(t, last.Release(context.Background()), lock.ErrNotHolder)
		assert.ErrorIs(t, first.Release(context.Background()), lock.ErrStaleToken)
		assert.Equal(t, []string{"bob", "cid", "dan"}, order)
		_, leased := last.Deadline()
		assert.False(t, leased)
		assert.Equal(t, "x", last.Name())
	})
}

// A waiter keeps its place through any number of crashes of the space, and hears of its grant from whoever lives then.
func TestWaitersKeepTheirPlaceThroughCrashes(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		held, err := w.Lock("x").Acquire(as("ann"))
		require.NoError(t, err)
		var order []string
		grants := make(chan *protocols.Grant, 2)
		for _, who := range []string{"bob", "cid"} {
			go func() { // ends when it has sent its grant
				g, err := w.Lock("x").Acquire(as(who))
				assert.NoError(t, err)
				order = append(order, who)
				grants <- g
			}()
			synctest.Wait()
		}
		for range 3 {
			w.kill(t, "space")
			time.Sleep(time.Second)
		}
		w.kill(t, "space.holder")
		time.Sleep(time.Second)
		w.kill(t, "space")
		time.Sleep(time.Second)
		require.NoError(t, held.Release(context.Background()))
		next := <-grants
		assert.Positive(t, next.Token().Compare(held.Token()))
		assert.Greater(t, next.Token().Epoch, held.Token().Epoch)
		require.NoError(t, next.Release(context.Background()))
		assert.NoError(t, (<-grants).Release(context.Background()))
		assert.Equal(t, []string{"bob", "cid"}, order)
	})
}

// Both processes of the space die at once: what was held is gone, and the tokens go on rising.
func TestALostTableBeginsEmptyWithGreaterTokens(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		held, err := w.Lock("x").Acquire(as("ann"))
		require.NoError(t, err)
		holder, space := w.sys.WhereIs("space.holder"), w.sys.WhereIs("space")
		holder.Kill()
		space.Kill()
		time.Sleep(time.Second)
		next, err := w.Lock("x").Acquire(as("bob"))
		require.NoError(t, err)
		assert.Positive(t, next.Token().Compare(held.Token()))
		assert.ErrorIs(t, held.Release(context.Background()), lock.ErrStaleToken)
	})
}

func TestTheEndOfAHolderFreesWhatItHolds(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		var lost []protocols.LockLost
		telemetry.Subscribe(w.bus, "test", func(e protocols.LockLost) { lost = append(lost, e) })
		ann := w.spawn("ann")
		ann.Tell(func(c *actors.Context[run]) {
			_, err := w.Lock("x").Acquire(c)
			assert.NoError(t, err)
			_, err = w.Semaphore("s", 2).Acquire(c, 2)
			assert.NoError(t, err)
		})
		synctest.Wait()
		for _, crash := range []bool{false, true} {
			if crash { // nobody who watched it lives any more
				w.kill(t, "space")
				time.Sleep(time.Second)
			}
			_, err := w.Lock("x").TryAcquire(as("bob"))
			require.ErrorIs(t, err, lock.ErrHeld)
		}
		ann.PID().Kill()
		synctest.Wait()
		_, err := w.Lock("x").TryAcquire(as("bob"))
		require.NoError(t, err)
		_, err = w.Semaphore("s", 2).TryAcquire(as("bob"), 2)
		require.NoError(t, err)
		require.Len(t, lost, 2)
		assert.Equal(t, "space", lost[0].Space)
		assert.Equal(t, "ann", lost[0].Agent)
		assert.Equal(t, ann.PID().String(), lost[0].Owner)
	})
}

// The holder ends while the space is down: the next one frees what it held.
func TestAHolderThatEndsWhileTheSpaceIsDownIsNotForgotten(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		ann := w.spawn("ann")
		ann.Tell(func(c *actors.Context[run]) {
			_, err := w.Lock("x").Acquire(c)
			assert.NoError(t, err)
		})
		synctest.Wait()
		w.sys.WhereIs("space").Kill()
		ann.PID().Kill()
		time.Sleep(time.Second)
		_, err := w.Lock("x").TryAcquire(as("bob"))
		assert.NoError(t, err)
	})
}

func TestWhatACallerGivesUpIsTakenBack(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		held, err := w.Lock("x").Acquire(as("ann"))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(as("bob"), time.Second)
		defer cancel()
		_, err = w.Lock("x").Acquire(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		st, err := w.Lock("x").Status(context.Background())
		require.NoError(t, err)
		assert.Empty(t, st.Waiters)

		// The caller gives up while the space is down.
		ctx2, cancel2 := context.WithCancel(as("cid"))
		failed := make(chan error, 1)
		go func() { // ends with its context
			_, err := w.Lock("x").Acquire(ctx2)
			failed <- err
		}()
		synctest.Wait()
		w.sys.WhereIs("space").Kill()
		cancel2()
		require.ErrorIs(t, <-failed, context.Canceled)
		time.Sleep(time.Second)
		st, err = w.Lock("x").Status(context.Background())
		require.NoError(t, err)
		assert.Empty(t, st.Waiters)

		// A release under a context that has ended is done all the same.
		require.ErrorIs(t, held.Release(ctx2), context.Canceled)
		synctest.Wait()
		_, err = w.Lock("x").TryAcquire(as("dan"))
		assert.NoError(t, err)
	})
}

func TestWaitsAndLeasesEndInTime(t *testing.T) {
	bubble(t, protocols.SpaceOptions{MaxWait: 30 * time.Second}, func(t *testing.T, w world) {
		begin := time.Now()
		g, err := w.Lock("x").Acquire(as("ann"), protocols.Claim{TTL: 10 * time.Second})
		require.NoError(t, err)
		at, ok := g.Deadline()
		require.True(t, ok)
		assert.Equal(t, 9*time.Second, at.Sub(begin))
		_, err = w.Lock("x").Acquire(as("bob"), protocols.Claim{Wait: 3 * time.Second})
		require.ErrorIs(t, err, lock.ErrTimeout)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 3*time.Second, time.Since(begin))
		require.NoError(t, g.Renew(context.Background(), 10*time.Second))
		next, err := w.Lock("x").Acquire(as("bob"))
		require.NoError(t, err)
		assert.Equal(t, 13*time.Second, time.Since(begin))
		assert.False(t, g.Valid())
		assert.True(t, next.Valid())
		require.ErrorIs(t, g.Renew(context.Background(), time.Second), lock.ErrStaleToken)
		_, err = w.Lock("x").Acquire(as("cid"))
		require.ErrorIs(t, err, lock.ErrTimeout)
		assert.Equal(t, 43*time.Second, time.Since(begin))

		var fence protocols.Fence
		require.NoError(t, fence.Do(next.Token(), func() error { return nil }))
		require.ErrorIs(t, fence.Do(g.Token(), func() error { panic("the holder of an old token") }), lock.ErrStaleToken)
	})
}

func TestADeadlockAmongProcessesIsShown(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		ann, err := w.Lock("x").Acquire(as("ann"))
		require.NoError(t, err)
		_, err = w.Lock("y").Acquire(as("bob"))
		require.NoError(t, err)
		go func() { // ends when ann has released
			g, err := w.Lock("x").Acquire(as("bob"))
			assert.NoError(t, err)
			assert.NoError(t, g.Release(context.Background()))
		}()
		synctest.Wait()
		_, err = w.Lock("y").Acquire(as("ann"))
		var d *lock.DeadlockError
		require.ErrorAs(t, err, &d)
		assert.Equal(t, []lock.Edge{{Owner: "outside/ann", Name: "y"}, {Owner: "outside/bob", Name: "x"}}, d.Cycle)
		require.NoError(t, ann.Release(context.Background()))
		synctest.Wait()
		_, err = w.AcquireAll(as("cid"), []string{"y", "x"}, protocols.Claim{Wait: time.Second})
		require.ErrorIs(t, err, lock.ErrTimeout)
		all, err := w.AcquireAll(as("cid"), []string{"z", "x", "z"})
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.NoError(t, all.Release(context.Background()))
	})
}

func TestReadersWritersAndPermits(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		rw := w.RWLock("x")
		r1, err := rw.RLock(as("ann"))
		require.NoError(t, err)
		r2, err := rw.RLock(as("bob"))
		require.NoError(t, err)
		_, err = rw.Lock(as("ann"))
		require.ErrorIs(t, err, lock.ErrUpgrade)
		require.NoError(t, errors.Join(r1.Release(context.Background()), r2.Release(context.Background())))
		g, err := rw.Lock(as("ann"))
		require.NoError(t, err)
		_, err = rw.RLock(as("bob"), protocols.Claim{Wait: time.Second})
		require.ErrorIs(t, err, lock.ErrTimeout)
		require.NoError(t, g.Downgrade(context.Background()))
		_, err = rw.RLock(as("bob"))
		require.NoError(t, err)
		st, err := rw.Status(context.Background())
		require.NoError(t, err)
		assert.Len(t, st.Holders, 2)

		m := w.Semaphore("s", 1)
		_, err = m.Acquire(as("ann"), 2)
		require.ErrorIs(t, err, lock.ErrInvalidRequest)
		require.NoError(t, m.Resize(context.Background(), 3))
		two, err := m.Acquire(as("ann"), 2)
		require.NoError(t, err)
		_, err = m.TryAcquire(as("bob"), 2)
		require.ErrorIs(t, err, lock.ErrHeld)
		require.NoError(t, two.Release(context.Background()))
		sem, err := m.Status(context.Background())
		require.NoError(t, err)
		assert.Equal(t, 3, sem.Size)
		require.ErrorIs(t, m.Resize(context.Background(), 0), lock.ErrInvalidRequest)
	})
}

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

func TestACounterCountsOnceAcrossCrashes(t *testing.T) {
	bubble(t, protocols.SpaceOptions{Remember: 1 << 10}, func(t *testing.T, w world) {
		c := w.BoundedCounter("c", 0, 1000)
		done := make(chan struct{})
		go func() { // ends when it has counted
			defer close(done)
			for range 1000 {
				_, err := c.Add(context.Background(), 1)
				assert.NoError(t, err)
				time.Sleep(time.Millisecond)
			}
		}()
		for range 10 {
			time.Sleep(70 * time.Millisecond)
			w.sys.WhereIs("space").Kill()
		}
		<-done
		v, err := c.Get(context.Background())
		require.NoError(t, err)
		assert.Equal(t, int64(1000), v)
		_, err = c.Add(context.Background(), 1)
		require.ErrorIs(t, err, counter.ErrBounds)
	})
}

func TestASpaceThatIsAwayIsSaidSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { assert.NoError(t, sys.Close(context.Background())) }()
		s, _, err := protocols.NewSpace(sys, protocols.SpaceOptions{Name: "space", MaxWait: time.Second})
		require.NoError(t, err)
		_, err = s.Lock("x").Acquire(context.Background())
		require.ErrorIs(t, err, protocols.ErrSpaceDown)
		_, err = s.Lock("x").Status(context.Background())
		require.ErrorIs(t, err, actors.ErrNoProc)
		_, _, err = protocols.NewSpace(sys, protocols.SpaceOptions{Remember: -1})
		require.ErrorContains(t, err, "no name")
		require.ErrorContains(t, err, "negative")
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
