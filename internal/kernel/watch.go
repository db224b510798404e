// SPDX-License-Identifier: Apache-2.0

package kernel

import "sync"

// callWatch looks at slots in place of a timer for each: at those whose calls have the system's default time-out on the real clock. While
// a runtime timer is pending every change of goroutines on its processor reads the clock, which is a twentieth of a call, twice. So one
// goroutine for the whole system sleeps where the operating system wakes it, while there are calls to look at, and no longer.
type callWatch struct {
	mu struct {
		sync.Mutex
		slots []*Slot // to be looked at next
		pause *pause  // what the goroutine sleeps in; nil if there is none
		over  bool    // the system has ended
	}
}

// watch has slot looked at once, System.lazy from now or sooner.
func (s *System) watch(slot *Slot) {
	w := &s.watched
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.slots = append(w.mu.slots, slot)
	if w.mu.pause == nil && !w.mu.over {
		w.mu.pause = newPause()
		go w.run(s, w.mu.pause) // ends when it finds nothing to look at, or with the system
	}
}

func (w *callWatch) run(s *System, p *pause) {
	defer p.close()
	for p.sleep(s.lazy) {
		slots := w.next()
		if slots == nil {
			return
		}
		for _, slot := range slots {
			slot.tick()
		}
	}
}

// next returns what is to be looked at; nil says that the goroutine is over.
func (w *callWatch) next() []*Slot {
	w.mu.Lock()
	defer w.mu.Unlock()
	slots := w.mu.slots
	w.mu.slots = nil
	if slots == nil {
		w.mu.pause = nil
	}
	return slots
}

// stop ends the goroutine of a system in which no call is open any more.
func (w *callWatch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.over = true
	if w.mu.pause != nil {
		w.mu.pause.close()
	}
}
