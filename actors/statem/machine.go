// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"mabeam.dev/actors"
)

// Handler is called with each event of a state and returns what is to be done.
type Handler[S comparable, D, M any] func(t *Turn[S, D, M], ev Event[M]) Result[S, M]

// Enter is called when a state is entered, before any other event and with the state that was left; at the start, and after Repeat, that
// is the state itself. It may Keep, Repeat or Stop; its actions are replies and timeouts.
type Enter[S comparable, D, M any] func(t *Turn[S, D, M], old S) Result[S, M]

// State is what a machine does in one state.
type State[S comparable, D, M any] struct {
	// Handle is called with each event; nil means the machine's Handle.
	Handle Handler[S, D, M]
	// Enter is called when the state is entered; nil means the machine's Enter.
	Enter Enter[S, D, M]
}

// Machine describes a state machine with states S, data D and messages M: a callback for each state, one for all, or both. It is not
// changed by running, so one value serves any number of processes and incarnations.
type Machine[S comparable, D, M any] struct {
	// Init makes the data, which is zero, and begins with Next: the first state, which may come with actions. Stop with actors.Ignore or
	// another error is what it is for [actors.Initer]. Nil means to keep the zero state.
	Init func(t *Turn[S, D, M]) Result[S, M]
	// States has the callbacks of single states. The map must not change while the machine runs.
	States map[S]State[S, D, M]
	// Handle is called with the events of states that have no callback of their own.
	Handle Handler[S, D, M]
	// Enter is called for states that have no Enter of their own; nil means that nothing is called.
	Enter Enter[S, D, M]
	// Terminate is called once when the process ends, unless it is killed; see [actors.Terminator]. The state and data are the present
	// ones. Nil means nothing.
	Terminate func(t *Turn[S, D, M], why actors.Reason) error
	// Show returns what [View] shows of the data; it must not keep references to what changes. Nil shows nothing.
	Show func(state S, data *D) any
}

// Behavior starts the machine as a process: it is the start function for actors.Spawn and supervision.Worker.
func (m *Machine[S, D, M]) Behavior() actors.Behavior[M] { return newProcess(m) }

// handler returns the callback for a state's events, or nil.
func (m *Machine[S, D, M]) handler(s S) Handler[S, D, M] {
	if h := m.States[s].Handle; h != nil {
		return h
	}
	return m.Handle
}

// enter returns the callback for entering a state, or nil.
func (m *Machine[S, D, M]) enter(s S) Enter[S, D, M] {
	if e := m.States[s].Enter; e != nil {
		return e
	}
	return m.Enter
}
