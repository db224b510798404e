// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"

	"mabeam.dev/internal/kernel"
)

// Status is a view of a process that was taken without its help.
type Status = kernel.Status

// Status returns the process's view; ok is false for the zero PID. A dead process has a Status with its reason.
func (p PID) Status() (st Status, ok bool) {
	if p.proc == nil {
		return Status{}, false
	}
	return p.proc.Status(), true
}

// Links returns whom the process is linked to, without its help, oldest link first and at most limit of them; none for a dead process and
// for the zero PID.
func (p PID) Links(limit int) []PID {
	if p.proc == nil {
		return nil
	}
	peers := p.proc.Linked(limit)
	links := make([]PID, len(peers))
	for i, peer := range peers {
		links[i] = PID{peer}
	}
	return links
}

// Inspect asks the process's behaviour for its own view, between two messages and ahead of those that wait. Nil means that it offers
// none. Errors are those of Call.
func Inspect(ctx context.Context, who PID) (any, error) {
	if who.proc == nil {
		return nil, refused(who.String(), "", ErrNoProc)
	}
	v, err := who.proc.Inspect(ctx, processOf(ctx))
	return answer[any](who.proc, v, err)
}

// Totals are the system's counts since it was made.
type Totals struct {
	Started     int64 // processes whose Init returned nil
	Exited      int64 // processes that ended
	Crashed     int64 // of these, by a crash
	DeadLetters int64 // messages that reached no behaviour
	LateReplies int64 // replies that came after the caller had gone
	TwiceReply  int64 // second replies to one call
	Abandoned   int64 // killed processes whose handler was running
	Abandoning  int64 // of these, handlers that have not returned yet
	LeftGo      int64 // goroutines of Context.Go left behind by a crash or kill that have not returned yet
}

// Totals returns the counts as they are now.
func (s *System) Totals() Totals {
	c := s.kernel.Counters()
	return Totals{
		Started: c.Started.Load(), Exited: c.Exited.Load(), Crashed: c.Crashed.Load(), DeadLetters: c.DeadLetters.Load(),
		LateReplies: c.LateReplies.Load(), TwiceReply: c.TwiceReply.Load(), Abandoned: c.Abandoned.Load(),
		Abandoning: c.Abandoning.Load(), LeftGo: c.LeftGo.Load(),
	}
}
