// SPDX-License-Identifier: Apache-2.0

package machine

// Machine is a protocol: a pure function of its state and an event. The state is a value; Step leaves the old one's contents to the new one, so that
// only the newest may be used.
type Machine[S any] interface {
	// Step returns the next state, and what is to be done, in order.
	Step(s S, e Event) (S, []Effect)
}

// Stepper is a machine with its state.
type Stepper interface {
	// Step lets something happen and returns what is to be done about it, in order.
	Step(e Event) []Effect
}

// Run is a machine with its state. It belongs to one goroutine.
type Run[S any] struct {
	m     Machine[S]
	state S
	ended bool
}

// Of returns a machine in its initial state.
func Of[S any](m Machine[S], initial S) *Run[S] { return &Run[S]{m: m, state: initial} }

// Step lets something happen. After a Decide everything is late and changes nothing.
func (r *Run[S]) Step(e Event) []Effect {
	if r.ended {
		return []Effect{Note{Kind: NoteLate, Agent: from(e), Text: "the session has ended: " + e.event()}}
	}
	next, effects := r.m.Step(r.state, e)
	r.state = next
	for _, effect := range effects {
		if _, ok := effect.(Decide); ok {
			r.ended = true
		}
	}
	return effects
}

// State returns the present state, to be read.
func (r *Run[S]) State() S { return r.state }

// Ended reports whether the machine has decided.
func (r *Run[S]) Ended() bool { return r.ended }

// Replay makes a stepper's state again from its log; what it wanted done then is not done again, but the outcome is told.
func Replay(s Stepper, log []Event) (outcome *Outcome) {
	for _, e := range log {
		for _, effect := range s.Step(e) {
			if d, ok := effect.(Decide); ok {
				o := d.Outcome
				outcome = &o
			}
		}
	}
	return outcome
}

func from(e Event) string {
	switch e := e.(type) {
	case Received:
		return e.From
	case Down:
		return e.Agent
	case Up:
		return e.Agent
	}
	return ""
}
