// SPDX-License-Identifier: Apache-2.0

package auction

import "fmt"

// State is where an auction is.
type State uint8

// The states. Settled, NoSale, Cancelled and Failed are the last ones.
const (
	Draft     State = iota // created, not announced
	Scheduled              // will open at its time
	Open                   // takes bids
	Revealing              // takes no bids any more; committed ones are revealed
	Closing                // takes nothing any more; waits for the decision
	Decided                // the outcome stands
	Settling               // winners with a deposit are asked for the rest
	Suspended              // stopped by an operator, or by too many crashes
	Settled                // sold and paid
	NoSale                 // not sold; everything is given back
	Cancelled              // called off; everything is given back
	Failed                 // could not be settled; everything is given back
)

var states = [...]string{
	"draft", "scheduled", "open", "revealing", "closing", "decided", "settling", "suspended", "settled", "no sale", "cancelled", "failed",
}

// String returns the state in a word.
func (s State) String() string {
	if int(s) < len(states) {
		return states[s]
	}
	return fmt.Sprintf("auction.State(%d)", uint8(s))
}

// Terminal reports whether the state is one of the last: nothing happens any more.
func (s State) Terminal() bool { return s >= Settled && s <= Failed }

// Kind is the type of an auction.
type Kind string

// The kinds.
const (
	English       Kind = "english"       // open, ascending; the second best limit makes the price
	Dutch         Kind = "dutch"         // the price falls by the clock until somebody takes it
	FirstPrice    Kind = "firstprice"    // sealed; winners pay their bids
	Vickrey       Kind = "vickrey"       // sealed; winners pay the best losing bid
	Uniform       Kind = "uniform"       // sealed, many units; one price for all
	GSP           Kind = "gsp"           // sealed, ranked slots; each pays what keeps its rank
	Combinatorial Kind = "combinatorial" // sealed; bids for bundles
)

// sealed reports whether nobody sees bids before the decision.
func (k Kind) sealed() bool { return k != English && k != Dutch }
