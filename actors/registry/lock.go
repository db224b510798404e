// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"mabeam.dev/actors"
)

// Lock runs fn while the process holds the lock of a key, which no other process then does, and returns what fn returned. Locks have nothing to do
// with what is registered. Those who wait get the lock in the order of asking. It is free again when fn has returned or panicked, or when the
// process has ended: what the abandoned handler of a killed process then still does in fn is not guarded.
//
// The wait ends with ctx, without limit if ctx has none; pass the process's Context or one made of it. Errors of Lock itself: the cause of ctx,
// ErrLockHeld, *EndedError, actors.ErrFenced.
func (r *Registry[K, V]) Lock(ctx context.Context, self actors.Sender, key K, fn func() error) error {
	if err := r.ended(); err != nil {
		return err
	}
	mine := &claim[K]{key: key, pid: actors.OwnerOf(self)}
	cancel, err := actors.AtEnd(self, func(actors.Reason) { r.locks.drop(mine) })
	if err != nil {
		return &refusal{"lock", fmt.Sprint(key), err}
	}
	defer func() { // also when fn panics
		cancel()
		r.locks.drop(mine)
	}()
	held, err := r.locks.claim(mine)
	if err != nil {
		return err
	}
	if !held {
		_, err := actors.CallForever(ctx, r.owner.From(self), func(done actors.Reply[struct{}]) Msg {
			return Msg{func() { r.locks.await(mine, done) }}
		})
		switch {
		case err != nil && r.ended() != nil && !errors.Is(err, actors.ErrFenced):
			return r.ended()
		case err != nil:
			return &refusal{"lock", fmt.Sprint(key), err}
		}
	}
	return fn()
}

// lockTable is who holds and who waits for which lock. Its lock is a leaf.
type lockTable[K comparable] struct {
	mu struct {
		sync.Mutex
		queues map[K][]*claim[K] // the first holds the lock
	}
}

// claim is one process's wish for one lock.
type claim[K comparable] struct {
	key  K
	pid  actors.PID
	over bool // the process has ended or has had it
	done actors.Reply[struct{}]
}

// claim enters a wish and reports whether it is fulfilled at once.
func (t *lockTable[K]) claim(c *claim[K]) (held bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.over {
		return false, &refusal{"lock", fmt.Sprint(c.key), actors.ErrFenced}
	}
	queue := t.mu.queues[c.key]
	for _, other := range queue {
		if other.pid == c.pid {
			return false, &refusal{"lock", fmt.Sprint(c.key), ErrLockHeld}
		}
	}
	t.mu.queues[c.key] = append(queue, c)
	return len(queue) == 0, nil
}

// await has done answered when the lock is the claim's, which it may be by now.
func (t *lockTable[K]) await(c *claim[K], done actors.Reply[struct{}]) {
	t.mu.Lock()
	first := len(t.mu.queues[c.key]) > 0 && t.mu.queues[c.key][0] == c
	if !first {
		c.done = done
	}
	t.mu.Unlock()
	if first {
		done.Send(struct{}{})
	}
}

// drop ends a claim, whether it was fulfilled or not, and hands the lock on if it was.
func (t *lockTable[K]) drop(c *claim[K]) {
	t.mu.Lock()
	c.over = true
	var next *claim[K]
	queue := t.mu.queues[c.key]
	for i, other := range queue {
		if other != c {
			continue
		}
		rest := append(queue[:i:i], queue[i+1:]...)
		if len(rest) == 0 {
			delete(t.mu.queues, c.key)
			break
		}
		t.mu.queues[c.key] = rest
		if i == 0 {
			next = rest[0]
		}
		break
	}
	var done actors.Reply[struct{}]
	if next != nil {
		done = next.done // the zero Reply if its question is still on the way
	}
	t.mu.Unlock()
	done.Send(struct{}{})
}
