// SPDX-License-Identifier: Apache-2.0

package lifecycle

// Life is where one agent is. The zero Life is that of an agent that nobody knows.
type Life struct {
	// State is where it is.
	State State
	// Incarnation counts its starts.
	Incarnation uint64
	// InHand is how many pieces of work it holds; more than none only in Busy, Maintenance and Draining.
	InHand int
}

// Change says what a step has done.
type Change struct {
	// From and To are the states; they are equal where only the work in hand has changed.
	From, To State
	// Event is what did it.
	Event Event
	// Returned is how many pieces of work the agent will not finish: they go back to whoever gave them.
	Returned int
}

// Moved reports whether the state is another one: changes of the work in hand alone are no news for an index.
func (c Change) Moved() bool { return c.From != c.To }

// Step returns the life after an event. A *TransitionError changes nothing.
func (l Life) Step(e Event) (Life, Change, error) {
	rule, ok := ruleOf(l.State, e)
	if !ok || !rule.allows(l.InHand) {
		return l, Change{}, &TransitionError{From: l.State, Event: e}
	}
	next := Life{State: rule.To, Incarnation: l.Incarnation, InHand: l.InHand}
	switch e {
	case Start:
		next.Incarnation++
	case Take:
		next.InHand++
	case Finish:
		next.InHand--
	}
	if rule.Settle {
		next.State = settled(next.InHand)
	}
	change := Change{From: l.State, To: next.State, Event: e}
	if !Alive(next.State) {
		change.Returned, next.InHand = next.InHand, 0
	}
	if next.State == None {
		next = Life{}
	}
	return next, change, nil
}

// settled is the state of an agent that takes work.
func settled(inHand int) State {
	if inHand > 0 {
		return Busy
	}
	return Ready
}
