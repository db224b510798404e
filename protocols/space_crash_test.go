// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/counter"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/telemetry"
)

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
