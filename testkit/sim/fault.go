// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/kernel"
)

// FaultKind is a way in which something goes wrong.
type FaultKind uint8

// The kinds of faults. The first group befalls a process when it takes a message in hand, the second a process that starts, the third a
// message on its way.
const (
	// Crash makes the process crash with an [InjectedError] in place of handling the message.
	Crash FaultKind = iota
	// CrashAfter makes it crash when it has handled the message.
	CrashAfter
	// Kill kills it with the message in hand; its handler still runs, void.
	Kill
	// Hang holds the handler up for Fault.For, or until the process is killed if that is 0. The handler takes no notice of a stop.
	Hang
	// Jump moves the clock forward by Fault.For at once: timers that fall due meanwhile are late.
	Jump

	// FailStart makes Init fail with an [InjectedError].
	FailStart
	// HangStart holds Init up for Fault.For, or until the process is killed if that is 0.
	HangStart

	// Drop loses the message. A call whose message is lost ends by its deadline.
	Drop
	// Delay delivers it later by Fault.For.
	Delay
	// Duplicate delivers it twice.
	Duplicate
	// Reorder delivers it at a later turn, drawn from the seed, and so perhaps behind younger ones.
	Reorder
)

var faultNames = [...]string{"crash", "crash after", "kill", "hang", "jump", "fail start", "hang start", "drop", "delay", "duplicate", "reorder"}

// String returns the kind in words.
func (k FaultKind) String() string { return faultNames[k] }

// Fault is something that goes wrong on purpose.
type Fault struct {
	Do FaultKind
	// Process is a pattern of the path of the process that it befalls, for messages of the receiver: as path.Match has it, or "/app/..." for
	// a process and all below it. Empty means any.
	Process string
	// From is a pattern of the path of a message's sender. Empty means any; another pattern never fits a sender that is unknown.
	From string
	// Message is a pattern of the message's type as Go prints it, such as "*main.Bid". Empty means any.
	Message string
	// Nth is the occurrence that it befalls, counted from 1. 0 means that Chance decides.
	Nth int
	// Chance is the probability for each occurrence, if Nth is 0.
	Chance float64
	// Times is how often it happens at most; 0 means once with Nth and without limit with Chance. With Nth and Times it befalls that many
	// occurrences from the Nth on.
	Times int
	// For is the time of Hang, HangStart, Delay and Jump.
	For time.Duration
}

// String renders the fault on one line.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.Do.String())
	for _, part := range []struct{ word, text string }{{"", f.Process}, {"from ", f.From}, {"on ", f.Message}} {
		if part.text != "" {
			b.WriteString(" " + part.word + part.text)
		}
	}
	if f.Nth > 0 {
		fmt.Fprintf(&b, ", number %d", f.Nth)
	} else {
		fmt.Fprintf(&b, ", chance %g", f.Chance)
	}
	if f.Times > 0 {
		fmt.Fprintf(&b, ", %d times", f.Times)
	}
	if f.For > 0 {
		fmt.Fprintf(&b, ", %s", f.For)
	}
	return b.String()
}

// InjectedError is the crash, or the failed start, that a fault makes.
type InjectedError struct {
	Fault Fault // that happened
}

// Error names the fault.
func (e *InjectedError) Error() string { return "sim: injected: " + e.Fault.String() }

// FaultCode is E9809.
func (*InjectedError) FaultCode() fault.Code { return 9809 }

// armed is a fault during a run.
type armed struct {
	Fault
	rng  *rand.Rand // of its own, so that no fault changes another
	met  int        // occurrences that fitted
	done int        // times it happened
}

// hits reports whether the fault happens at this occurrence, and counts it.
func (a *armed) hits() bool {
	a.met++
	limit := a.Times
	if limit == 0 && a.Nth > 0 {
		limit = 1
	}
	if limit > 0 && a.done >= limit {
		return false
	}
	if a.Nth > 0 && a.met < a.Nth || a.Nth == 0 && a.rng.Float64() >= a.Chance {
		return false
	}
	a.done++
	return true
}

// fits reports whether a pattern fits the path of a process; nil is a process that is unknown.
func fits(pattern string, p *kernel.Proc) bool {
	if pattern == "" {
		return true
	}
	return p != nil && fitsPath(pattern, p.Path())
}

func fitsPath(pattern, name string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == base || strings.HasPrefix(name, base+"/")
	}
	ok, _ := path.Match(pattern, name) // a malformed pattern is refused when the fault is set
	return ok
}

// Validate reports a fault that could never happen or says nothing: a malformed pattern, or neither number nor chance.
func (f Fault) Validate() error {
	for _, pattern := range []string{f.Process, f.From, f.Message} {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("sim: fault %q: pattern %q: %w", f, pattern, err)
		}
	}
	switch {
	case int(f.Do) >= len(faultNames):
		return fmt.Errorf("sim: fault of unknown kind %d", f.Do)
	case f.Nth < 0 || f.Times < 0 || f.For < 0:
		return fmt.Errorf("sim: fault %q: negative number", f)
	case f.Nth == 0 && !(f.Chance > 0 && f.Chance <= 1):
		return fmt.Errorf("sim: fault %q: it needs a number, or a chance above 0 and not above 1", f)
	case (f.Do == Delay || f.Do == Jump) && f.For == 0:
		return fmt.Errorf("sim: fault %q: it needs a time", f)
	}
	return nil
}
