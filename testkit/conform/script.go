// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"maps"
	"slices"
	"time"

	"mabeam.dev/supervision/plan"
)

// Script is a parsed script.
type Script struct {
	Root string         // the first supervisor defined
	Sups map[string]Sup // definitions by name
	Ops  []Op

	head []string // the text before the operations, for Text
}

// Sup is the definition of a supervisor.
type Sup struct {
	Spec     plan.RawSpec // flags; Children is empty
	Children []Child
	Starts   []Outcome

	defined bool // by a line sup, not only named by a child
}

// Child is the definition of a child: its spec and how it behaves.
type Child struct {
	Spec   plan.RawChild // Start is nil when the script leaves it out
	Starts []Outcome     // by start attempt, the last repeats; empty means ok
	Stop   Stop
}

// scripted tells whether the definition says anything about behaviour.
func (c Child) scripted() bool { return c.Starts != nil || c.Stop.Mode != StopUnsaid }

// OutcomeKind is what a start attempt comes to.
type OutcomeKind uint8

// The outcomes.
const (
	StartOK OutcomeKind = iota
	StartIgnore
	StartError
	StartBad // a supervisor's init returns nonsense
)

// Outcome is the scripted outcome of a start attempt.
type Outcome struct {
	Kind   OutcomeKind
	Reason Term
	Hold   bool // the start function blocks first, until the script releases it
}

// StopMode is how a worker answers a stop request.
type StopMode uint8

// The modes.
const (
	StopUnsaid StopMode = iota // as StopClean
	StopClean                  // exit with the requested reason
	StopExit                   // exit with a reason of its own
	StopHang                   // never exit by itself
)

// Stop is how a worker answers a stop request.
type Stop struct {
	Mode   StopMode
	Reason Term // of StopExit
}

// Verb is the kind of an operation.
type Verb uint8

// The operations, in FORMAT.md's order.
const (
	OpStart Verb = iota
	OpStop
	OpExit
	OpKill
	OpStrayExit
	OpStartChild
	OpTerminateChild
	OpRestartChild
	OpDeleteChild
	OpGetChildspec
	OpTerminatePid
	OpWhichChildren
	OpCountChildren
	OpCheckChildspec
	OpUpgrade
	OpSleep
	OpRelease
)

// Op is one operation.
type Op struct {
	Text      string // blanks normalised, prefixes included
	Line      int
	Verb      Verb
	Async     bool
	Unordered bool

	Sup    string // the supervisor addressed
	Name   string // child, worker or definition
	Reason Term   // of OpExit and OpStrayExit
	Child  Child  // of OpStartChild and OpCheckChildspec
	Auto   string // of OpCheckChildspec: auto_shutdown to check against
	Sleep  time.Duration
}

// plain returns the text without the prefix async.
func (o Op) plain() string {
	const prefix = "async "
	if o.Async {
		return o.Text[len(prefix):]
	}
	return o.Text
}

// raw returns the spec of a supervisor with its children.
func (s Sup) raw() plan.RawSpec {
	raw := s.Spec
	for _, c := range s.Children {
		raw.Children = append(raw.Children, c.Spec)
	}
	return raw
}

func (s Sup) simple() bool { return s.Spec.Strategy == plan.SimpleOneForOne.String() }

// Text returns the script as text: definitions as they were written, operations normalised.
func (s Script) Text() string {
	text := ""
	for _, line := range s.head {
		text += line + "\n"
	}
	text += "run\n"
	for _, op := range s.Ops {
		text += op.Text + "\n"
	}
	return text
}

// behaviours returns what the definitions say about each name. Of several children of one name the last counts, supervisors in the order of their names; the
// definition of a supervisor overrides that of the child.
func (s Script) behaviours() map[string]Child {
	all := make(map[string]Child)
	for _, name := range slices.Sorted(maps.Keys(s.Sups)) {
		for _, c := range s.Sups[name].Children {
			all[c.Spec.ID] = c
		}
	}
	for name, sup := range s.Sups {
		all[name] = Child{Starts: sup.Starts}
	}
	return all
}
