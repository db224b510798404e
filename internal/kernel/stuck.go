// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"sync"
	"time"
)

// stuckWatch looks over the processes at times and reports turns that last longer than the system's limit, each once. Nothing is
// killed by it. It goes by what it saw itself, because turns are not stamped one by one: a turn is too long when two looks that are the
// limit apart have met it. So a report comes between once and twice the limit after the turn began.
type stuckWatch struct {
	mu struct {
		sync.Mutex
		timer   ClockTimer
		stopped bool
		seen    map[uint64]seenTurn // by incarnation: the turns that the last look met
	}
}

// seenTurn is a turn that a look met.
type seenTurn struct {
	handled uint64 // with inHand, tells it from other turns of the process
	inHand  string
	at      time.Duration // when it was first met, after the system's birth
	told    bool
}

func (w *stuckWatch) start(s *System) {
	if s.cfg.StuckAfter <= 0 || s.cfg.Observer == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.timer = s.clock.AfterFunc(s.cfg.StuckAfter, func() { w.look(s) })
}

func (w *stuckWatch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.stopped = true
	if w.mu.timer != nil {
		w.mu.timer.Stop()
	}
}

func (w *stuckWatch) look(s *System) {
	type report struct {
		p      *Proc
		inHand string
		since  time.Duration
	}
	var reports []report
	now := s.age()
	w.mu.Lock()
	if w.mu.stopped {
		w.mu.Unlock()
		return
	}
	seen := map[uint64]seenTurn{}
	for p := range s.Processes() {
		inHand, handled := p.turnState()
		if inHand == "" {
			continue
		}
		t := w.mu.seen[p.id]
		if t.handled != handled || t.inHand != inHand {
			t = seenTurn{handled: handled, inHand: inHand, at: now}
		}
		if since := now - t.at; since >= s.cfg.StuckAfter && !t.told {
			t.told = true
			reports = append(reports, report{p, inHand, since})
		}
		seen[p.id] = t
	}
	w.mu.seen = seen
	w.mu.timer.Reset(s.cfg.StuckAfter)
	w.mu.Unlock()
	for _, r := range reports {
		s.cfg.Observer.Stuck(r.p, r.inHand, r.since)
	}
}

// turnState returns what is in hand and the count of messages that tells this turn from another.
func (p *Proc) turnState() (inHand string, handled uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.inTurn {
		return "", 0
	}
	return messageType(p.cur), p.handled
}
