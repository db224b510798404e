// SPDX-License-Identifier: Apache-2.0

package plan

import "slices"

// MaxBatch bounds Procurement.Batch: the winners of bundles are found by a search that grows fast with what is bid for together.
const MaxBatch = 64

// Procurement is how the policy Auction has tasks bid for.
type Procurement struct {
	Batch    int    // Batch is how many tasks of the same needs are bid for together, if as many are ready; default 1.
	Rounds   int    // Rounds is how many calls for a task may find nobody; 0 = any number. Calls wait as Spec.Backoff says.
	Fallback Policy // Fallback is the policy, unpaid, for a task that Rounds calls found nobody for; empty = it is dead, of CauseUnsold.
}

// Invited is an agent that may bid in a call.
type Invited struct {
	Agent Agent `json:"agent"`
	Slots int   `json:"slots"` // Slots is how many tasks of the call it may win; as many are kept free for it.
}

// Winner is who won a task of a call.
type Winner struct {
	Task  int    // Task is the place in the call, from zero.
	Agent string // Agent is the id of an invited one.
	Price int64  // Price is what it is paid for a result, in millionths.
}

// NoAward says why a call found nobody for a task.
type NoAward string

// The causes of a call that found nobody.
const (
	NoBid        NoAward = "no_bid"        // NoBid: nobody made an offer that counts.
	AboveCeiling NoAward = "above_ceiling" // AboveCeiling: every offer was above the most that is paid.
	NoFunds      NoAward = "no_funds"      // NoFunds: whoever pays cannot set the most that is paid aside.
	Undecided    NoAward = "undecided"     // Undecided: the winners could not be proven to be the best.
	CalledOff    NoAward = "called_off"    // CalledOff: the auction was cancelled or failed.
)

func (p Procurement) check(bad func(key, reason string, args ...any)) {
	if p.Batch < 1 || p.Batch > MaxBatch {
		bad("procurement.batch", "is %d, want 1 to %d", p.Batch, MaxBatch)
	}
	if p.Rounds < 0 {
		bad("procurement.rounds", "is %d, want 0 or more", p.Rounds)
	}
	switch {
	case p.Fallback == "":
	case p.Fallback == Auction || !slices.Contains(Policies(), p.Fallback):
		bad("procurement.fallback", "is %q, want a policy without bids", p.Fallback)
	case p.Rounds == 0:
		bad("procurement.fallback", "needs rounds: without, calls go on for ever")
	}
}

// over reports whether a task has been called often enough.
func (p Procurement) over(r *record) bool { return p.Rounds > 0 && int(r.unsold) >= p.Rounds }

// placing is the policy that compares agents where nobody bids.
func (s *Spec) placing() Policy {
	switch {
	case s.Policy != Auction:
		return s.Policy
	case s.Procurement.Fallback != "":
		return s.Procurement.Fallback
	}
	return LeastLoaded
}
