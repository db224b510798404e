// SPDX-License-Identifier: Apache-2.0

package lifecycle

import "slices"

// Rule is one line of the table: an event that can happen in some states, and where it leads.
type Rule struct {
	// From are the states it can happen in.
	From []State
	// Event is what happens.
	Event Event
	// To is the state after it.
	To State
	// Settle says that To is Busy if work is in hand after the event and Ready if there is none.
	Settle bool
	// Holding says that it can happen only with work in hand, Idle that it can happen only without.
	Holding, Idle bool
	// Effect is what it means, for people.
	Effect string
}

// rules is the table. A pair of state and event is in one line at most.
var rules = []Rule{
	{From: []State{None}, Event: Register, To: Registered, Effect: "known, no process yet"},
	{From: []State{Registered, Stopped, Failed, Lost}, Event: Start, To: Starting, Effect: "incarnation + 1"},
	{From: []State{Starting}, Event: Up, To: Ready, Effect: "monitored, visible to selection"},
	{From: []State{Starting}, Event: NotUp, To: Failed, Effect: "the reason is kept; the supervisor decides about a retry"},
	{From: []State{Ready, Busy}, Event: Take, To: Busy, Effect: "one more in hand"},
	{From: []State{Busy}, Event: Finish, Settle: true, Holding: true, To: Ready, Effect: "one less in hand; busy while there are more"},
	{From: []State{Maintenance}, Event: Finish, Holding: true, To: Maintenance, Effect: "one less in hand"},
	{From: []State{Draining}, Event: Finish, Holding: true, To: Draining, Effect: "one less in hand"},
	{From: []State{Ready, Busy}, Event: Pause, To: Maintenance, Effect: "no new work, work in hand goes on"},
	{From: []State{Maintenance}, Event: Resume, Settle: true, To: Ready, Effect: "work again; busy if work is in hand still"},
	{From: []State{Ready, Busy, Maintenance}, Event: Drain, To: Draining, Effect: "no new work; a deadline runs"},
	{From: []State{Draining}, Event: Drained, Idle: true, To: Stopped, Effect: "nothing is left"},
	{From: []State{Draining}, Event: Deadline, To: Stopped, Effect: "what is left goes back to its queue"},
	{From: []State{Starting, Ready, Busy, Maintenance, Draining}, Event: Exit, To: Stopped, Effect: "what is left goes back to its queue"},
	{From: []State{Starting, Ready, Busy, Maintenance, Draining}, Event: Crash, To: Failed, Effect: "restarted if the supervisor wants it"},
	{From: []State{Starting, Ready, Busy, Maintenance, Draining}, Event: NodeLost, To: Lost, Effect: "started elsewhere, or forgotten after a while"},
	{From: []State{Registered, Stopped, Failed, Lost}, Event: Unregister, To: None, Effect: "out of all indexes at once"},
	{From: []State{Stopped, Failed, Lost}, Event: Expire, To: None, Effect: "out of all indexes at once"},
}

// Rules returns the table, in the order of a life.
func Rules() []Rule {
	out := slices.Clone(rules)
	for i := range out {
		out[i].From = slices.Clone(out[i].From)
	}
	return out
}

// ruleOf finds the line of a pair.
func ruleOf(s State, e Event) (*Rule, bool) {
	for i := range rules {
		if rules[i].Event == e && slices.Contains(rules[i].From, s) {
			return &rules[i], true
		}
	}
	return nil, false
}

// allows reports whether the rule fits with so much work in hand.
func (r *Rule) allows(inHand int) bool {
	return (!r.Holding || inHand > 0) && (!r.Idle || inHand == 0)
}
