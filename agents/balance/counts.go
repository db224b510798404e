// SPDX-License-Identifier: Apache-2.0

package balance

// Counts are how much work agents have in hand: newer than the rows, and raised at the pick itself.
type Counts interface {
	// InHand is how much the agent holds.
	InHand(namespace, id string) int64
	// Take adds one: the work was given to it.
	Take(namespace, id string)
	// Done takes one away: the work has ended, whatever its outcome.
	Done(namespace, id string)
}

// Ledger counts in memory what was given through it. It belongs to one process or loop; the zero Ledger is empty.
type Ledger struct{ held map[name]int64 }

// InHand is how much was taken and not done.
func (l *Ledger) InHand(namespace, id string) int64 { return l.held[name{namespace, id}] }

// Take adds one.
func (l *Ledger) Take(namespace, id string) {
	if l.held == nil {
		l.held = map[name]int64{}
	}
	l.held[name{namespace, id}]++
}

// Done takes one away; an agent with nothing in hand is forgotten, so the Ledger does not grow with agents that come and go.
func (l *Ledger) Done(namespace, id string) {
	n := name{namespace, id}
	if l.held[n] <= 1 {
		delete(l.held, n)
		return
	}
	l.held[n]--
}

// Gone forgets an agent that has ended with work in hand, whose Done must not be called any more.
func (l *Ledger) Gone(namespace, id string) { delete(l.held, name{namespace, id}) }
