// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"time"
)

type phase uint8

const (
	phaseNew phase = iota
	phaseRunning
	phaseEnded
)

// State is a supervisor's memory. It is owned by its executor and not safe for concurrent use.
type State struct {
	spec   Spec // flags; Children is the template of a SimpleOneForOne supervisor, else empty
	kids   slots
	window window
	waits  map[WaitKey]*slot // children whose restart waits
	waited uint64            // number of waits there have been
	phase  phase

	now    time.Duration // of the last event that had a time
	chance float64       // of the same event
	out    []Action      // the batch being made
	resume func(Event)   // takes the result of the effect that ended the last batch; nil when none is awaited

	starting *slot       // whose start result is awaited
	then     func(Event) // takes it next
	onStart  func(Event) // started, made once
	muted    bool        // nobody listens
}

// New returns the state of a supervisor with this spec, before its [Begin]. The error is [Faults].
func New(spec Spec) (*State, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	s := &State{}
	s.onStart = s.started
	s.flags(spec)
	s.kids = newSlots(s.simple(), len(spec.Children))
	if spec.Strategy == SimpleOneForOne {
		s.template(spec.Children[0])
	}
	if s.simple() {
		return s, nil
	}
	for _, c := range spec.Children {
		s.kids.append(&slot{spec: normal(c)})
	}
	return s, nil
}

func (s *State) flags(spec Spec) {
	template := s.spec.Children
	s.spec = spec
	s.spec.Children = template
	s.spec.Intensity = spec.Intensity.withDefaults()
	s.window.limit = s.spec.Intensity
}

func (s *State) template(c Child) { s.spec.Children = []Child{*normal(c)} }

// normal copies c and fills in the default that depends on its kind.
func normal(c Child) *Child {
	c.Shutdown = c.Shutdown.For(c.Kind)
	return &c
}

// simple tells whether children are known by their reference alone: they come at run time, and each is restarted and forgotten for itself.
func (s *State) simple() bool { return s.spec.Strategy == SimpleOneForOne || s.spec.Dynamic }

// Busy tells whether the result of an effect is awaited. While it is, the executor takes nothing from its mailbox.
func (s *State) Busy() bool { return s.resume != nil }

// Mute says whether nobody listens to notices for telemetry. Those of children without an id, of which an executor keeps nothing, are then
// left out where they are frequent.
func (s *State) Mute(on bool) { s.muted = on }

// heard tells whether a frequent notice about the children is of use.
func (s *State) heard() bool { return !s.muted || !s.simple() }

// Ended tells whether the supervisor has exited.
func (s *State) Ended() bool { return s.phase == phaseEnded }

// Spec returns the flags of the supervisor. Children is empty; see [State.Children].
func (s *State) Spec() Spec {
	spec := s.spec
	spec.Children = nil
	return spec
}

// Step takes an event and returns what to do. The batch is valid until the next Step. Step panics when the event does not fit: a result that was not asked for,
// another event while a result is awaited, anything after [Exit].
func (s *State) Step(ev Event) []Action {
	clear(s.out)
	s.out = s.out[:0]
	if s.resume != nil {
		then := s.resume
		s.resume = nil
		then(ev)
		return s.out
	}
	if _, begin := ev.(Begin); begin != (s.phase == phaseNew) || s.phase == phaseEnded {
		misuse(ev, "out of place")
	}
	s.handle(ev)
	return s.out
}

func (s *State) handle(ev Event) {
	switch ev := ev.(type) {
	case Begin:
		s.phase = phaseRunning
		s.begin()
	case ChildExited:
		s.now, s.chance = ev.Now, ev.Chance
		s.exited(ev)
	case RetryDue:
		s.now, s.chance = ev.Now, ev.Chance
		s.retry(ev.Key)
	case WaitOver:
		s.waitOver(ev.Key)
	case ParentExit:
		s.terminate(ev.Reason)
	case StartChild:
		s.startChild(ev.Child)
	case StartDynamic:
		s.startDynamic(ev.Args)
	case StartOwn:
		s.startOwn(ev)
	case TerminateChild:
		s.terminateChild(ev.ID)
	case TerminateRef:
		s.terminateRef(ev)
	case RestartChild:
		s.restartChild(ev.ID)
	case DeleteChild:
		s.deleteChild(ev.ID)
	case GetChild:
		s.getChild(ev.ID)
	case ListChildren:
		s.do(Reply{Children: s.Children()})
	case CountChildren:
		s.do(Reply{Counts: s.count(ev.Alive)})
	case Replace:
		s.replace(ev.Spec)
	case Started, Ignored, Failed, Stopped, AllStopped:
		misuse(ev, "nobody asked for this result")
	default:
		misuse(ev, "unknown event")
	}
}

func (s *State) do(a Action)   { s.out = append(s.out, a) }
func (s *State) emit(n Notice) { s.out = append(s.out, Emit{n}) }

// misuse reports a mistake of the executor.
func misuse(ev Event, why string) {
	panic(fmt.Sprintf("plan: step %T: %s", ev, why))
}
