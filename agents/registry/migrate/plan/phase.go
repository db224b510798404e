// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"

	"mabeam.dev/actors/fault"
)

// Phase is how far a migration has come.
type Phase uint8

// The phases, in their order.
const (
	// Idle: the old registry alone is used.
	Idle Phase = iota
	// Shadowing: what is written to the old registry is written to the new one too.
	Shadowing
	// Copied: the new one also has what was there before.
	Copied
	// Verified: the two were compared, and are equal.
	Verified
	// Reads: readers ask the new one; writers write to the old one, and are done when readers see it.
	Reads
	// Switched: readers and writers use the new one, and the old one follows.
	Switched
	// Retired: the new one alone is used. There is no way back.
	Retired
)

var phaseNames = []string{"idle", "shadowing", "copied", "verified", "reads", "switched", "retired"}

// String names the phase.
func (p Phase) String() string { return word(phaseNames, uint8(p), "Phase") }

// MarshalText writes the name, which is how a phase stands in a journal.
func (p Phase) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (p *Phase) UnmarshalText(text []byte) error {
	n, err := find(phaseNames, string(text), "phase")
	*p = Phase(n)
	return err
}

// Command is what somebody wants to be done.
type Command uint8

// The commands. Nothing is the zero Command.
const (
	Nothing Command = iota
	Start
	Copy
	Verify
	SwitchReads
	SwitchWrites
	Retire
	Rollback
)

var commandNames = []string{"nothing", "start", "copy", "verify", "switch_reads", "switch_writes", "retire", "rollback"}

// String names the command.
func (c Command) String() string { return word(commandNames, uint8(c), "Command") }

// MarshalText writes the name, which is how a command stands in a journal.
func (c Command) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (c *Command) UnmarshalText(text []byte) error {
	n, err := find(commandNames, string(text), "command")
	*c = Command(n)
	return err
}

// ParseCommand reads the name of a command.
func ParseCommand(text string) (Command, error) {
	var c Command
	err := c.UnmarshalText([]byte(text))
	return c, err
}

func word(names []string, n uint8, kind string) string {
	if int(n) < len(names) {
		return names[n]
	}
	return fmt.Sprintf("%s(%d)", kind, n)
}

func find(names []string, text, kind string) (int, error) {
	if n := slices.Index(names, text); n >= 0 {
		return n, nil
	}
	return 0, fmt.Errorf("plan: read %s %q: there is none of %q", kind, text, names)
}

// Side is one of the two registries.
type Side uint8

// The sides.
const (
	Old Side = iota
	New
)

// String names the side.
func (s Side) String() string { return word([]string{"old", "new"}, uint8(s), "Side") }

// Other is the other side.
func (s Side) Other() Side { return 1 - s }

// Writes is the side that takes writes.
func (p Phase) Writes() Side {
	if p >= Switched {
		return New
	}
	return Old
}

// Reads is the side that readers ask.
func (p Phase) Reads() Side {
	if p >= Reads {
		return New
	}
	return Old
}

// Follows reports whether the side that takes no writes follows the one that does.
func (p Phase) Follows() bool { return p != Idle && p != Retired }

// Whole reports whether the side that follows has everything, and so must be brought level whenever it is not known how far it is.
func (p Phase) Whole() bool { return p.Follows() && p != Shadowing }

// Action is one thing to do to a registry, or with both.
type Action uint8

// The actions.
const (
	// SealOld and SealNew make a side refuse writes, OpenOld and OpenNew take them again.
	SealOld Action = iota
	SealNew
	OpenOld
	OpenNew
	// Settle has a write return only when both sides have it, and leaves readers where they are.
	Settle
	// Route sends callers where the phase says.
	Route
	// Level makes the side that follows equal in what has changed since the last time.
	Level
	// CopyAll makes it equal in everything.
	CopyAll
	// Equal compares everything, and fails if anything differs.
	Equal
	// Drain waits until no call is open on the old side.
	Drain
)

var actionNames = []string{"seal old", "seal new", "open old", "open new", "settle", "route", "level", "copy", "compare", "drain"}

// String names the action.
func (a Action) String() string { return word(actionNames, uint8(a), "Action") }

// Establish is what makes a phase so. It may be done again at any time. The side that takes no writes is sealed before the other is opened.
// Readers are sent to a side that follows when it is level with all that was written before writes began to wait for it: so nobody reads there what
// is older than what he has written or read.
func (p Phase) Establish() []Action {
	switch {
	case p == Idle:
		return []Action{OpenOld, Route}
	case p < Reads:
		return []Action{SealNew, OpenOld, Route}
	case p == Reads:
		return []Action{SealNew, OpenOld, Settle, Level, Route}
	case p == Switched:
		return []Action{SealOld, OpenNew, Route}
	default:
		return []Action{OpenNew, Route}
	}
}

// Step is what a command does in a phase: first Before, then the phase To is journalled and so has come, then it is established.
type Step struct {
	Before []Action
	To     Phase
	// Unequal is the phase that it is if the comparison finds differences; the same as before if that says nothing.
	Unequal Phase
}

// ErrStep is what every [*StepError] is.
var ErrStep = fault.New(7601, "plan: step out of turn")

// StepError is returned for a command that the phase does not allow.
type StepError struct {
	// Phase is where the migration is.
	Phase Phase
	// Command is what was asked for.
	Command Command
	// Needs is the command that has to come before; Nothing if none would help.
	Needs Command
}

// Error says what would have to come before.
func (e *StepError) Error() string {
	if e.Needs == Nothing {
		return fmt.Sprintf("plan: %s: not possible in phase %s", e.Command, e.Phase)
	}
	return fmt.Sprintf("plan: %s: needs %s before, as the phase is %s", e.Command, e.Needs, e.Phase)
}

// FaultCode is E7601.
func (*StepError) FaultCode() fault.Code { return 7601 }

// Is makes the error an ErrStep.
func (e *StepError) Is(target error) bool { return target == ErrStep }

// next is the phase that a command leads to when all goes as it is meant to, and needs the one that has to come before.
var next = map[Command]struct {
	from, to Phase
	before   []Action
}{
	Start:        {Idle, Shadowing, []Action{SealNew}},
	Copy:         {Shadowing, Copied, []Action{CopyAll}},
	Verify:       {Copied, Verified, []Action{Level, Equal}},
	SwitchReads:  {Verified, Reads, []Action{Level, Equal}},
	SwitchWrites: {Reads, Switched, []Action{SealOld, Level}},
	Retire:       {Switched, Retired, []Action{Level, Drain}},
}

// Step returns what a command does in a phase. done says that it has been carried out already.
func (p Phase) Step(c Command) (s Step, done bool, err error) {
	if c == Rollback {
		switch p {
		case Idle:
			return Step{}, true, nil
		case Retired:
			return Step{}, false, &StepError{p, c, Nothing}
		case Switched:
			return Step{Before: []Action{SealNew, Level}, To: Idle, Unequal: p}, false, nil
		}
		return Step{Before: []Action{SealNew}, To: Idle, Unequal: p}, false, nil
	}
	n, known := next[c]
	switch {
	case !known:
		return Step{}, false, &StepError{p, c, Nothing}
	case p < n.from:
		return Step{}, false, &StepError{p, c, c - 1}
	case p == n.from:
		return Step{Before: n.before, To: n.to, Unequal: p}, false, nil
	}
	switch {
	case c == Copy && p.Follows(): // again: what had differed is equal then, and has to be verified
		if p == Verified {
			return Step{Before: []Action{CopyAll}, To: Copied, Unequal: p}, false, nil
		}
		return Step{Before: []Action{CopyAll}, To: p, Unequal: p}, false, nil
	case c == Verify && p.Follows(): // again: who finds differences is not verified any more
		u := p
		if p == Verified {
			u = Copied
		}
		return Step{Before: []Action{Level, Equal}, To: p, Unequal: u}, false, nil
	}
	return Step{}, true, nil
}
