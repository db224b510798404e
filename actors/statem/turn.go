// SPDX-License-Identifier: Apache-2.0

package statem

import "mabeam.dev/actors"

// Turn is what a callback sees: the process, the state and the data. It is good for that call alone. Of the process's Context a machine
// does not use Stash, Unstash and Continue: Postpone and NextEvent are theirs.
type Turn[S comparable, D, M any] struct {
	*actors.Context[M]
	// State is the present state; in Enter the one that is entered.
	State S
	// Data is the machine's data, to be changed in place.
	Data *D

	machines []*Machine[S, D, M] // the last is in force; never empty
	entering bool
	fault    error // the first mistake that a method could not return
}

// Next goes to a state. It is a change of the state only if the state is another one.
func (t *Turn[S, D, M]) Next(s S) Result[S, M] { return Result[S, M]{verb: verbNext, next: s} }

// Keep stays in the state.
func (t *Turn[S, D, M]) Keep() Result[S, M] { return Result[S, M]{verb: verbKeep} }

// Repeat stays in the state and calls Enter as if it had been entered again. It is no change of the state: timeouts go on, and what was
// postponed stays so.
func (t *Turn[S, D, M]) Repeat() Result[S, M] { return Result[S, M]{verb: verbRepeat} }

// Stop ends the process with what Receive of a behaviour would return for that; nil means actors.Stop. What waits or was postponed becomes
// dead letters, and calls fail.
func (t *Turn[S, D, M]) Stop(err error) Result[S, M] {
	if err == nil {
		err = actors.Stop
	}
	return Result[S, M]{verb: verbStop, why: err}
}

// Become puts another machine in the place of the one in force, from the next callback on; state, data, timeouts and what waits stay.
func (t *Turn[S, D, M]) Become(m *Machine[S, D, M]) {
	if t.change(m != nil) {
		t.machines[len(t.machines)-1] = m
	}
}

// Push is Become that remembers the machine in force.
func (t *Turn[S, D, M]) Push(m *Machine[S, D, M]) {
	if t.change(m != nil) {
		t.machines = append(t.machines, m)
	}
}

// Pop goes back to the machine that the last Push remembered.
func (t *Turn[S, D, M]) Pop() {
	if t.change(len(t.machines) > 1) {
		t.machines = t.machines[:len(t.machines)-1]
	}
}

// change notes a mistake; the result of the callback then does not count.
func (t *Turn[S, D, M]) change(possible bool) bool {
	switch {
	case t.fault != nil:
	case t.entering:
		t.fault = ErrEnterMachine
	case !possible:
		t.fault = ErrNoMachine
	}
	return t.fault == nil
}

// machine returns the one in force.
func (t *Turn[S, D, M]) machine() *Machine[S, D, M] { return t.machines[len(t.machines)-1] }
