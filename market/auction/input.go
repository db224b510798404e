// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"mabeam.dev/market/money"
)

// Input is what happens to an auction. The log of an auction is the inputs that it accepted, in order; it holds all that the auction knows.
type Input interface {
	// When is the stamp of the input; one before an earlier stamp counts as that.
	When() time.Time
	input() string // its name in words and in the log
}

// Announce makes a draft wait for its time.
type Announce struct{ At time.Time }

// Start opens the auction.
type Start struct {
	At time.Time
	// Weights are of bidders, by the reputation that somebody measured; who has none weighs half.
	Weights []Weight `json:",omitempty"`
}

// Weight is how much a bidder's bids count, in millionths: 500,000 plus the score.
type Weight struct {
	Bidder string
	Weight int64
}

// Bid is an offer. Which fields it needs is up to the kind of the auction.
type Bid struct {
	At          time.Time
	Key, Bidder string
	Asset       money.Asset
	// Amount is the price or, with proxies, the limit; of slots it is the price of a use.
	Amount money.Amount `json:",omitempty"`
	// BuyNow takes the offer to end the auction at its price. Amount is then 0.
	BuyNow bool `json:",omitempty"`
	// Values are what the first, the second... unit is worth; in a procurement, what they cost.
	Values []money.Amount `json:",omitempty"`
	// Bundles are what is wanted together.
	Bundles []Bundle `json:",omitempty"`
	// Commitment stands for an amount that is revealed later; see Commit.
	Commitment []byte `json:",omitempty"`
}

// Bundle is an offer for several goods, all or nothing.
type Bundle struct {
	// Goods are indices of Spec.Goods, none twice.
	Goods []int
	Price money.Amount
	// Group is NoGroup, or a number of the bidder's choice from 0: of bundles with one number at most one wins.
	Group int
}

// NoGroup is the group of a bundle that excludes no other.
const NoGroup = -1

// Accept takes pieces at the price of the clock; what is left of them, if that is less.
type Accept struct {
	At          time.Time
	Key, Bidder string
	Asset       money.Asset
	Quantity    int64
	// Seen is the tick that the bidder saw; Limit the worst price that it takes.
	Seen  int64
	Limit money.Amount
}

// Withdraw takes a bid back.
type Withdraw struct {
	At          time.Time
	Key, Bidder string
}

// Reveal tells what a commitment stands for.
type Reveal struct {
	At          time.Time
	Key, Bidder string
	Amount      money.Amount
	Nonce       []byte
}

// Tick moves the price clock to tick N.
type Tick struct {
	At time.Time
	N  int64
}

// Close says that the time is over, or that of revealing. It is for the closing time that was the Gen-th.
type Close struct {
	At  time.Time
	Gen uint64
}

// Decide finds the winners. A combinatorial auction needs the answer of a solver to its Problem.
type Decide struct {
	At     time.Time
	Answer *Answer `json:",omitempty"`
	// GiveUp decides that nothing is sold, and Reason says why.
	GiveUp bool   `json:",omitempty"`
	Reason string `json:",omitempty"`
}

// Charge asks winners that left a deposit for the rest.
type Charge struct{ At time.Time }

// Default says that a winner does not pay: its deposit is forfeited and the auction decides again without it.
type Default struct {
	At     time.Time
	Bidder string
}

// Settle says that the outcome was paid, or that everything was given back if nothing was sold.
type Settle struct{ At time.Time }

// Fail gives up an auction that cannot be settled.
type Fail struct {
	At     time.Time
	Reason string
}

// Cancel calls the auction off: before it opens or before a bid, or at any time before the decision by an operator with a reason.
type Cancel struct {
	At       time.Time
	Operator bool `json:",omitempty"`
	Reason   string
}

// Suspend stops the auction where it is.
type Suspend struct {
	At     time.Time
	Reason string
}

// Resume goes on with it; Down is how long it stood still.
type Resume struct {
	At   time.Time
	Down time.Duration
}

// Outage says that nobody could bid for a while.
type Outage struct {
	At   time.Time
	Down time.Duration
}

// When is the stamp of the input.
func (in Announce) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Start) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Bid) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Accept) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Withdraw) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Reveal) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Tick) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Close) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Decide) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Charge) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Default) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Settle) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Fail) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Cancel) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Suspend) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Resume) When() time.Time { return in.At }

// When is the stamp of the input.
func (in Outage) When() time.Time { return in.At }

func (Announce) input() string { return "announce" }
func (Start) input() string    { return "start" }
func (Bid) input() string      { return "bid" }
func (Accept) input() string   { return "accept" }
func (Withdraw) input() string { return "withdraw" }
func (Reveal) input() string   { return "reveal" }
func (Tick) input() string     { return "tick" }
func (Close) input() string    { return "close" }
func (Decide) input() string   { return "decide" }
func (Charge) input() string   { return "charge" }
func (Default) input() string  { return "default" }
func (Settle) input() string   { return "settle" }
func (Fail) input() string     { return "fail" }
func (Cancel) input() string   { return "cancel" }
func (Suspend) input() string  { return "suspend" }
func (Resume) input() string   { return "resume" }
func (Outage) input() string   { return "outage" }

// Format prints a bid without what it offers, whatever the verb: bids pass through crash reports, dead letters and recorders.
func (in Bid) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "bid of "+in.Bidder) }

// MarshalJSON writes a bid without what it offers, for the same reason; Encode writes all of it.
func (in Bid) MarshalJSON() ([]byte, error) { return json.Marshal("bid of " + in.Bidder) }

// Format prints what is revealed without the amount.
func (in Reveal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "reveal of "+in.Bidder) }

// MarshalJSON writes what is revealed without the amount; Encode writes all of it.
func (in Reveal) MarshalJSON() ([]byte, error) { return json.Marshal("reveal of " + in.Bidder) }
