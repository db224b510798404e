// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"sync"
	"time"

	"mabeam.dev/agents/exec/program"
)

// alarms are the timers of one program. They are in real time, as the program is, and they can all be ended from anywhere: a killed
// agent cannot end its own.
type alarms struct {
	mu struct {
		sync.Mutex
		running map[*alarm]struct{} // nil once ended
	}
}

// alarm is one timer.
type alarm struct{ t *time.Timer }

func newAlarms() *alarms {
	a := &alarms{}
	a.mu.running = map[*alarm]struct{}{}
	return a
}

// clock returns the clock that the program's timers are set on.
func (a *alarms) clock() program.Clock { return program.Clock{AfterFunc: a.after} }

func (a *alarms) after(d time.Duration, f func()) (stop func() bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mu.running == nil {
		return func() bool { return true }
	}
	one := &alarm{}
	one.t = time.AfterFunc(d, func() {
		if a.forget(one) {
			f()
		}
	})
	a.mu.running[one] = struct{}{}
	return func() bool { return a.forget(one) && one.t.Stop() }
}

// forget takes a timer off and reports whether it was still on.
func (a *alarms) forget(one *alarm) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, ok := a.mu.running[one]
	delete(a.mu.running, one)
	return ok
}

// end stops all timers; no more can be set.
func (a *alarms) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for one := range a.mu.running {
		one.t.Stop()
	}
	a.mu.running = nil
}
