// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"mabeam.dev/actors"
)

// clock is the clock of the bubble, and knows which of its timers are armed and who armed them.
type clock struct {
	mu    sync.Mutex
	armed map[*timer]struct{}
}

// timer is an AfterFunc of a clock.
type timer struct {
	clock *clock
	by    string // who made it
	inner *time.Timer
}

var _ actors.Clock = (*clock)(nil)

// Now returns the time of the bubble.
func (c *clock) Now() time.Time { return time.Now() }

// AfterFunc arms a timer.
func (c *clock) AfterFunc(d time.Duration, f func()) actors.ClockTimer {
	t := &timer{clock: c, by: armer()}
	t.set(true)
	c.mu.Lock() // f may run before inner is there, and stop it
	defer c.mu.Unlock()
	t.inner = time.AfterFunc(d, func() {
		t.set(false)
		f()
	})
	return t
}

// Stop takes the timer away.
func (t *timer) Stop() bool {
	t.set(false)
	return t.real().Stop()
}

// Reset arms the timer anew.
func (t *timer) Reset(d time.Duration) bool {
	t.set(true)
	return t.real().Reset(d)
}

func (t *timer) real() *time.Timer {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	return t.inner
}

func (t *timer) set(armed bool) {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if armed {
		t.clock.armed[t] = struct{}{}
	} else {
		delete(t.clock.armed, t)
	}
}

// slots is who arms the timers of reply slots: they are kept for the next call, and fire once in vain at most.
const slots = "kernel.newSlot"

// timers counts the armed timers by who made them.
func (c *clock) timers() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	by := map[string]int{}
	for t := range c.armed {
		if t.by != slots {
			by[t.by]++
		}
	}
	return by
}

// delayed begins the name of who has sent a message with actors.SendAfter: it goes with the system, and only its timer stays.
const delayed = "SendAfter of "

// armer names the function on whose behalf AfterFunc is called, with its place: the first that is neither of the kernel nor of package actors.
func armer() string {
	pcs := make([]uintptr, 24)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	prefix := ""
	for {
		f, more := frames.Next()
		name := f.Function[strings.LastIndex(f.Function, "/")+1:]
		switch {
		case name == slots:
			return slots
		case !more:
			return prefix + "the kernel"
		case name == "actors.sendAt":
			prefix = delayed
		case !strings.HasPrefix(name, "kernel.") && !strings.HasPrefix(name, "actors."):
			return fmt.Sprintf("%s%s (%s:%d)", prefix, name, f.File[strings.LastIndex(f.File, "/")+1:], f.Line)
		}
	}
}

// more lists what there is more of in now than in before, in order.
func more(before, now map[string]int) []string {
	var lines []string
	for by, n := range now {
		if n > before[by] {
			lines = append(lines, fmt.Sprintf("%d by %s", n-before[by], by))
		}
	}
	slices.Sort(lines)
	return lines
}
