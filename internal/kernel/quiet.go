// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"sync"
)

// quiet counts what is going on in a system, so that a driver can wait until nothing is: processes that are scheduled or in a turn,
// less those that wait for another process inside their turn. Whoever wakes a waiting process counts it in before it lets go of its
// own share, so the count never touches zero in between.
type quiet struct {
	mu struct {
		sync.Mutex
		busy    int
		waiters []chan struct{} // closed by done when busy falls to zero
	}
}

func (q *quiet) add() {
	if q == nil {
		return
	}
	q.mu.Lock()
	q.mu.busy++
	q.mu.Unlock()
}

func (q *quiet) done() {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.mu.busy--
	if q.mu.busy > 0 {
		return
	}
	for _, w := range q.mu.waiters {
		close(w)
	}
	q.mu.waiters = nil
}

func (q *quiet) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.mu.busy == 0
}

func (q *quiet) wait(ctx context.Context) error {
	q.mu.Lock()
	if q.mu.busy == 0 {
		q.mu.Unlock()
		return nil
	}
	w := make(chan struct{})
	q.mu.waiters = append(q.mu.waiters, w)
	q.mu.Unlock()
	select {
	case <-w:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// WaitQuiet returns when no process is scheduled, in a turn or woken, other than those that wait at a [Gate]. It needs
// Config.TrackIdle and reports ErrNotTracked without it. A process whose call ends with
// its context is counted in only when it runs: whoever ends contexts of callers waits for them himself.
func (s *System) WaitQuiet(ctx context.Context) error {
	if s.quiet == nil {
		return ErrNotTracked
	}
	if s.conductor != nil {
		s.conductor.Park(Blocked{For: "quiet", Ctx: ctx, Due: s.quiet.idle})
		if s.quiet.idle() {
			return nil
		}
		return context.Cause(ctx)
	}
	return s.quiet.wait(ctx)
}
