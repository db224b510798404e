// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// holding is a task that the program holds. Once its outcome was told to the owner (cancel, deadline) it is
// unwanted: the program's answer then only frees the place.
type holding struct {
	task     Task
	unwanted bool
}

// Assign gives a task to the program, or says why not: [ErrNotReady], [ErrStopping], [ErrBusy],
// [ErrTaskOpen], [ErrDeadline] for a time-out below 0, [ErrTaskInvalid] or [*TaskTooLargeError]. With an error nothing has changed.
func (s *Session) Assign(t Task) ([]Action, error) {
	refuse := func(err error) ([]Action, error) {
		return nil, fmt.Errorf("protocol: assign %q: %w", t.ID, err)
	}
	switch {
	case s.state == Starting:
		return refuse(ErrNotReady)
	case s.state != Running || s.inputClosed:
		return refuse(ErrStopping)
	case t.ID == "" || !utf8.ValidString(t.ID):
		return refuse(ErrTaskInvalid)
	case s.find(t.ID) >= 0:
		return refuse(ErrTaskOpen)
	case len(s.held) >= s.inflight:
		return refuse(ErrBusy)
	case t.Timeout < 0:
		return refuse(ErrDeadline)
	}
	line, err := Encode(t.work())
	if err != nil {
		return refuse(fmt.Errorf("%w: %w", ErrTaskInvalid, err))
	}
	if size := len(line) - 1; size > s.cfg.LineLimit {
		return nil, &TaskTooLargeError{ID: t.ID, Size: size, Limit: s.cfg.LineLimit}
	}
	t.Input = nil // written; not needed again
	s.held = append(s.held, holding{task: t})
	s.act(WriteLine{Line: line})
	if t.Timeout > 0 {
		s.arm(DeadlineTimer, t.ID, t.Timeout)
	}
	return s.flush(), nil
}

// Publish sends an event to the program. It answers [ErrNotReady] or [ErrStopping] when the program would
// not get it, and an error for data that is not JSON or makes a line over the limit.
func (s *Session) Publish(e Event) ([]Action, error) {
	refuse := func(err error) ([]Action, error) {
		return nil, fmt.Errorf("protocol: publish %q: %w", e.Topic, err)
	}
	switch {
	case s.state == Starting:
		return refuse(ErrNotReady)
	case s.state != Running || s.inputClosed:
		return refuse(ErrStopping)
	}
	line, err := Encode(e)
	if err != nil {
		return refuse(err)
	}
	if size := len(line) - 1; size > s.cfg.LineLimit {
		return refuse(fmt.Errorf("line of %d bytes is longer than %d", size, s.cfg.LineLimit))
	}
	s.act(WriteLine{Line: line})
	return s.flush(), nil
}

func (s *Session) find(id string) int {
	return slices.IndexFunc(s.held, func(h holding) bool { return h.task.ID == id })
}

// cancel ends a task for the owner at once. The place stays taken until the program answers, because it
// may be working still; a program that never answers is ended by the cancel timer.
func (s *Session) cancel(id string, why error) {
	i := s.find(id)
	if i < 0 || s.held[i].unwanted {
		return
	}
	h := &s.held[i]
	h.unwanted = true
	s.disarm(DeadlineTimer, id)
	s.act(TaskFailed{ID: id, Attempt: h.task.Attempt, Err: why})
	if s.state == Running {
		s.write(Cancel{ID: id})
		s.arm(CancelTimer, id, s.cfg.CancelGrace)
	}
}

// failHeld tells the owner of each task that will not be answered any more.
func (s *Session) failHeld(r Reason) {
	for _, h := range s.held {
		if !h.unwanted {
			s.act(TaskFailed{ID: h.task.ID, Attempt: h.task.Attempt, Err: &DownError{Reason: r}})
		}
	}
	s.held = nil
}

// claim finds the task that a line of the program speaks of. It gives nil, and reports what is to be
// reported, when the line must not be delivered.
func (s *Session) claim(id string, attempt int, what string) *Task {
	i := s.find(id)
	if i < 0 {
		known, late := s.closed.find(id)
		switch {
		case late:
			s.late++
		case known:
			s.stray(Stray{Kind: Duplicate, ID: id, Attempt: attempt, Type: what})
		default:
			s.stray(Stray{Kind: UnknownTask, ID: id, Attempt: attempt, Type: what})
		}
		return nil
	}
	h := s.held[i]
	if attempt != 0 && attempt != h.task.Attempt {
		s.stray(Stray{Kind: WrongAttempt, ID: id, Attempt: attempt, Type: what})
		return nil
	}
	if what == (Progress{}).wireType() {
		if h.unwanted {
			return nil
		}
		return &h.task
	}
	s.held = slices.Delete(s.held, i, i+1)
	s.closed.add(id, h.unwanted)
	s.disarm(DeadlineTimer, id)
	s.disarm(CancelTimer, id)
	if h.unwanted {
		s.late++
		s.act(PlaceFreed{ID: id, Late: s.late})
		return nil
	}
	return &h.task
}
