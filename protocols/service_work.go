// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"mabeam.dev/protocols/lock"
	"mabeam.dev/telemetry"
)

// WorkOp is an operation of a Coordinator.
type WorkOp string

// The operations.
const (
	OpCreate WorkOp = "create"
	OpWait   WorkOp = "wait"
	OpCancel WorkOp = "cancel"
)

// WorkDone is the event: an operation of a Coordinator has come back.
type WorkDone struct {
	Operation WorkOp   // that was done
	Kind      WorkKind // of the work
	Space     string   // of a primitive
	Name      string   // of the primitive, or the session's id
	Agent     string   // who asked: its process's name or that of AsOwner; empty for other code
	Err       error    // that the caller got
}

// EventName returns "coordination.work".
func (WorkDone) EventName() string { return "coordination.work" }

// LogLevel is Debug.
func (WorkDone) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names operation, work and agent.
func (e WorkDone) LogAttrs() []slog.Attr {
	all := []slog.Attr{
		slog.String("operation", string(e.Operation)), slog.String(telemetry.KeyKind, string(e.Kind)), slog.String("space", e.Space), slog.String("name", e.Name),
		slog.String(telemetry.KeyAgent, e.Agent),
	}
	if e.Err != nil {
		all = append(all, slog.Any(telemetry.KeyError, e.Err))
	}
	return all
}

// Work is one thing that a Coordinator coordinates. Any number of goroutines may use it; a primitive is waited for by one of them at a time.
type Work struct {
	c     *Coordinator
	o     Order
	space *Space
	mu    struct {
		sync.Mutex
		stop context.CancelCauseFunc // of the wait under way
		held *Obtained               // that can be given back
	}
}

// Name is the session's id, or the primitive's name.
func (w *Work) Name() string { return w.o.Name }

// Wait waits until the session has ended, the claim is granted, all are at the barrier, the latch is open, the caller leads, or the counter has counted. The
// caller's process owns what it gets, or who AsOwner names. Errors are those of the engine or the primitive; ErrWithdrawn if the work was cancelled.
// What is still held is returned again.
func (w *Work) Wait(ctx context.Context) (Obtained, error) {
	got, err := w.wait(ctx)
	w.c.tell(ctx, OpWait, w, err)
	return got, err
}

func (w *Work) wait(ctx context.Context) (Obtained, error) {
	if w.o.Kind == WorkSession {
		w.c.count(w.o.Kind, func(t *Tally) { t.Waiting++ })
		r, err := w.c.engine.Await(ctx, SessionID(w.o.Name))
		w.ended(err)
		return Obtained{Kind: w.o.Kind, Result: r}, err
	}
	if held := w.had(); held != nil {
		switch s, err := w.Status(ctx); {
		case err != nil:
			return Obtained{}, err
		case s.Held:
			return *held, nil
		}
		w.lost(held)
	}
	limited, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w.mu.Lock()
	if w.mu.stop != nil {
		w.mu.Unlock()
		return Obtained{}, &SpecError{"wait", "it is waited for already"}
	}
	w.mu.stop = stop
	w.mu.Unlock()
	w.c.count(w.o.Kind, func(t *Tally) { t.Waiting++ })
	got, err := w.obtain(limited)
	w.mu.Lock()
	w.mu.stop = nil
	withdrawn := context.Cause(limited)
	if errors.Is(withdrawn, ErrWithdrawn) {
		w.mu.Unlock()
		err = errors.Join(withdrawn, giveBack(ctx, got, err))
	} else {
		if err == nil && (got.Grant != nil || got.Office != nil) {
			w.mu.held = &got
		}
		w.mu.Unlock()
	}
	w.ended(err)
	if err != nil {
		return Obtained{}, err
	}
	return got, nil
}

func (w *Work) ended(err error) {
	var cancelled *CancelledError
	w.c.count(w.o.Kind, func(t *Tally) {
		t.Waiting--
		switch {
		case err == nil:
			t.Obtained++
		case errors.Is(err, ErrWithdrawn) || errors.As(err, &cancelled):
			t.Cancelled++
		default:
			t.Failed++
		}
	})
}

// giveBack gives back what came in spite of a cancellation.
func giveBack(ctx context.Context, got Obtained, err error) error {
	switch {
	case err != nil:
		return nil
	case got.Grant != nil:
		return got.Grant.Release(ctx)
	case got.Office != nil:
		return got.Office.Resign(ctx)
	}
	return nil
}

// obtain asks the primitive.
func (w *Work) obtain(ctx context.Context) (Obtained, error) {
	got, o := Obtained{Kind: w.o.Kind}, w.o
	var err error
	switch o.Kind {
	case WorkLock:
		if o.Shared {
			got.Grant, err = w.space.RWLock(o.Name).RLock(ctx, o.Claim)
		} else {
			got.Grant, err = w.space.Lock(o.Name).Acquire(ctx, o.Claim)
		}
	case WorkSemaphore:
		got.Grant, err = w.space.Semaphore(o.Name, o.Size).Acquire(ctx, max(o.Permits, 1), o.Claim)
	case WorkBarrier:
		got.Passage, err = w.space.Barrier(o.Name, o.Barrier).Await(ctx, o.Claim.Wait)
	case WorkLatch:
		l := w.space.Latch(o.Name, o.Size)
		if o.Count > 0 {
			if _, err := l.CountDown(ctx, o.Count); err != nil {
				return got, err
			}
		}
		err = l.Await(ctx, o.Claim.Wait)
	case WorkElection:
		got.Office, err = w.space.Election(o.Name, o.Election).Campaign(ctx, o.Candidacy)
	case WorkCounter:
		got.Value, err = w.space.Counter(o.Name).Add(ctx, int64(o.Count))
	case WorkSession:
	}
	return got, err
}

// Cancel ends the session, as Engine.Cancel; of a primitive it ends the wait, which gets ErrWithdrawn, and gives back what is held. It may be repeated, and
// is for any caller.
func (w *Work) Cancel(ctx context.Context, why string) error {
	err := w.cancel(ctx, why)
	w.c.tell(ctx, OpCancel, w, err)
	return err
}

func (w *Work) cancel(ctx context.Context, why string) error {
	if w.o.Kind == WorkSession {
		return w.c.engine.Cancel(ctx, SessionID(w.o.Name), why)
	}
	w.mu.Lock()
	held := w.mu.held
	w.mu.held = nil
	if w.mu.stop != nil {
		w.mu.stop(fmt.Errorf("protocols: %s %q: %w: %s", w.o.Kind, w.o.Name, ErrWithdrawn, or(why, "no reason given")))
	}
	w.mu.Unlock()
	if held == nil {
		return nil
	}
	return giveBack(ctx, *held, nil)
}

// Status shows the session, or the primitive with everybody who has it or waits for it.
func (w *Work) Status(ctx context.Context) (Standing, error) {
	w.mu.Lock()
	held := w.mu.held
	s := Standing{Kind: w.o.Kind, Waiting: w.mu.stop != nil}
	w.mu.Unlock()
	var err error
	switch w.o.Kind {
	case WorkSession:
		s.Session, err = w.c.engine.Status(SessionID(w.o.Name))
	case WorkLock, WorkSemaphore:
		s.Lock, err = w.space.lockStatus(ctx, w.o.Name)
		s.Held = err == nil && held != nil && holds(s.Lock, held.Grant)
	case WorkBarrier:
		s.Barrier, err = w.space.Barrier(w.o.Name, w.o.Barrier).Status(ctx)
	case WorkLatch:
		s.Left, err = view(ctx, w.space, func(st *spaceState) int {
			if l := st.latches[w.o.Name]; l != nil {
				return l.Latch.Left()
			}
			return w.o.Size
		})
	case WorkElection:
		s.Leader, err = w.space.Election(w.o.Name, w.o.Election).Leader(ctx)
		s.Held = err == nil && held != nil && held.Office.term == s.Leader.Term && s.Leader.Leader == held.Office.owner
	case WorkCounter:
		s.Value, err = w.space.Counter(w.o.Name).Get(ctx)
	}
	return s, err
}

// holds reports whether a grant is still among the holders: a lease may have ended.
func holds(s lock.Status, g *Grant) bool {
	for _, c := range s.Holders {
		if c.ID == g.id && c.Token == g.token {
			return true
		}
	}
	return false
}

// had is what the last wait has brought and nobody has given back.
func (w *Work) had() *Obtained {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mu.held
}

// lost forgets what was had: its lease or its owner has ended.
func (w *Work) lost(held *Obtained) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.mu.held == held {
		w.mu.held = nil
	}
}
