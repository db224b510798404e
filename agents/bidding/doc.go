// SPDX-License-Identifier: Apache-2.0

// Package bidding says what agents ask for tasks: policies as pure functions from what is asked, and how the agent stands, to an offer.
//
// # Guarantees
//
// A [Policy] reads no clock and draws no chances: the same [Request] and [Standing] give the same [Offer]. Arithmetic is checked; a price that does
// not fit, or is not above 0, makes the agent pass with the reason, and never wraps. A policy that is monotone stays so however it is wrapped: who is
// busier, slower or poorer never asks less.
//
// An offer is a list of bundles of which at most one wins. [Request.Bundles] makes those of a batch: every set of tasks that fits the agent's free slots while
// there are few, and single tasks and runs of neighbours when there would be too many.
//
// # Usage
//
//	p := bidding.Load(bidding.Cost{Fixed: 2 * money.Unit, PerKiB: money.Unit / 100}, 500_000) // half as much again with all slots taken
//	offer := p.Offer(request, standing)
//	if offer.Pass != nil { ... }
//
// # Policies
//
// [Cost] is a fixed price, one for each kibibyte of input, one for each second that the agent usually takes, and one for a batch as a whole, which
// is what makes bundles cheaper. [Load] and [Latency] ask more of who is busy or slow, and [Budget] stops an agent that has spent its
// money. [UpToCeiling] leaves out what nobody pays. [Truthful] is the reference of an agent that asks what the work costs it, [Shade] one that asks more, as pays in a first-price auction and
// does not pay in a Vickrey auction, where the price is that of the next one.
//
// # Duties of the user
//
// Fill in the Standing from one moment. A policy is part of no journal: an offer is made again after a crash, and may differ then; whoever holds
// the auction keeps the first.
//
// # Failure modes
//
// [ErrNoCapacity], [ErrBroke], [ErrPrice], [ErrAboveCeiling], [ErrUnavailable] as the reason of a pass; [Rules.Validate] returns [*RuleError] for settings that no policy can have.
//
// # State and testing
//
// Policies are values without state. Test with values.
package bidding
