// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"sync"
	"time"
)

// stuckWatch looks over the processes at times and reports turns that last longer than the system's limit, each once. Nothing is
// killed by it.
type stuckWatch struct {
	mu struct {
		sync.Mutex
		timer   ClockTimer
		stopped bool
		told    map[uint64]uint64 // incarnation -> handled at the time of the report
	}
}

func (w *stuckWatch) start(s *System) {
	if s.cfg.StuckAfter <= 0 || s.cfg.Observer == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.told = map[uint64]uint64{}
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
	still := map[uint64]uint64{}
	for p := range s.Processes() {
		inHand, since, handled := p.turnState(now)
		if inHand == "" || since < s.cfg.StuckAfter {
			continue
		}
		still[p.id] = handled
		if was, told := w.mu.told[p.id]; !told || was != handled {
			reports = append(reports, report{p, inHand, since})
		}
	}
	w.mu.told = still
	w.mu.timer.Reset(s.cfg.StuckAfter)
	w.mu.Unlock()
	for _, r := range reports {
		s.cfg.Observer.Stuck(r.p, r.inHand, r.since)
	}
}

// turnState returns what is in hand, for how long, and the count of messages that tells this turn from another.
func (p *Proc) turnState(now time.Duration) (inHand string, since time.Duration, handled uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.inTurn || p.cur.kind == kindNone {
		return "", 0, 0
	}
	return messageType(p.cur), now - time.Duration(p.turnAt), p.handled
}
