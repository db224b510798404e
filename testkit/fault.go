// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrInjected is matched by every crash and failed start that a [Faulty] makes.
var ErrInjected = fault.New(9811, "testkit: injected fault")

// Fault is a way in which the handling of a message goes wrong.
type Fault uint8

// The faults.
const (
	// Crash returns an error in place of handling the message.
	Crash Fault = iota
	// CrashAfter handles the message and then returns an error.
	CrashAfter
	// Panic panics in place of handling the message.
	Panic
	// Kill kills the process with the message in hand; its handler still runs, void.
	Kill
	// Hang holds the handler up until Faulty.Release or a kill, and then handles the message. It takes no notice of a stop.
	Hang
	// Skip drops the message: the handler returns without having done anything.
	Skip
)

// String returns the fault in words.
func (f Fault) String() string {
	if int(f) >= len(faultWords) {
		return fmt.Sprintf("fault %d", uint8(f))
	}
	return faultWords[f]
}

var faultWords = [...]string{"crash", "crash after", "panic", "kill", "hang", "skip"}

// plan is what is going to go wrong, over all incarnations. It is a value: take returns what happens now and leaves what is to come.
type plan[M any] struct {
	at     map[int]Fault // by the number of the message, from 1
	when   []rule[M]
	seen   int // messages so far
	starts int // starts that are still to fail
	stuck  int // starts that are still to hang
}

// rule is a fault for every message that fits.
type rule[M any] struct {
	match func(M) bool
	do    Fault
}

// next counts a message and returns what befalls it.
func (p *plan[M]) next(m M) (Fault, bool) {
	p.seen++
	if f, ok := p.at[p.seen]; ok {
		delete(p.at, p.seen)
		return f, true
	}
	for _, r := range p.when {
		if r.match(m) {
			return r.do, true
		}
	}
	return 0, false
}

// start counts a start and says whether it fails or hangs.
func (p *plan[M]) start() (fails, hangs bool) {
	switch {
	case p.stuck > 0:
		p.stuck--
		return false, true
	case p.starts > 0:
		p.starts--
		return true, false
	}
	return false, false
}
