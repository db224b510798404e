// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/lock"
)

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

// Who waits at a phaser for one who waits for its permits is in a cycle: the last of them is refused, nothing breaks, and the other goes on.
func TestADeadlockThroughAPhaserAndPermitsIsShown(t *testing.T) {
	bubble(t, protocols.SpaceOptions{}, func(t *testing.T, w world) {
		phaser, permits := w.Barrier("phase", barrier.Spec{Kind: barrier.Phaser}), w.Semaphore("permits", 1)
		for _, who := range []string{"ann", "bob"} {
			_, err := phaser.Register(as(who))
			require.NoError(t, err)
		}
		held, err := permits.Acquire(as("ann"), 1)
		require.NoError(t, err)
		done := make(chan struct{})
		go func() { // ends when ann has given the permit back
			defer close(done)
			g, err := permits.Acquire(as("bob"), 1)
			assert.NoError(t, err)
			assert.NoError(t, g.Release(context.Background()))
			_, err = phaser.Await(as("bob"), 0)
			assert.NoError(t, err)
		}()
		synctest.Wait()
		_, err = phaser.Await(as("ann"), 0)
		var d *lock.DeadlockError
		require.ErrorAs(t, err, &d)
		assert.Equal(t, []lock.Edge{{Owner: "outside/ann", Name: "phase"}, {Owner: "outside/bob", Name: "permits"}}, d.Cycle)
		require.NoError(t, held.Release(context.Background()))
		_, err = phaser.Await(as("ann"), 0)
		require.NoError(t, err)
		<-done
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
