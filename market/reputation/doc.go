// SPDX-License-Identifier: Apache-2.0

// Package reputation keeps what settled deals say of agents, and says how much of it can be relied on.
//
// # Guarantees
//
// Only evidence counts: every change of a [Book] cites a settled transaction or an upheld violation, and the same citation counts once for an
// agent and a dimension, however often it arrives. Evidence in favour and against is kept apart, in a [Beta] for each [Dimension]; both fade
// with a half-life, so an agent that does nothing returns to the prior and neither to 0 nor to what it was. Fading is computed when somebody
// looks and never stored, so it cannot be lost by an update. Evidence that arrives late counts as if it had arrived in time, so with
// given weights the order of arrival does not matter beyond the rounding of floating point.
//
// Decisions use a lower bound, not a mean: an agent without a past is not good, it is unknown. One pair of agents cannot raise one of them
// without end: the n-th deal of a pair weighs 1/√n, and the pair's total is capped. A failure weighs [Rules.Kappa] times a success.
//
// [Network.Rank] is trust that starts from stake: agents outside of what stake reaches have exactly 0, however many they are and however they
// praise each other. Nobody's stake at all is [ErrNoStake], and not a ranking of equals.
//
// # Usage
//
//	book, err := reputation.New(reputation.Rules{})
//	for _, e := range deal.Evidence() { // both sides
//		change, err := book.Record(e)
//	}
//	score := book.Score("agent-7", "translation", now)
//	err = book.Admit("agent-7", "translation", now, exposure, stake) // nil, or a *TooLowError
//
// # Duties of the user
//
// Feed it outcomes that are settled, never what somebody claims, and give the value of a deal, the typical value of its market and the
// rater's credibility as they stood at the settlement ([Raters] computes the last): a fold of the same evidence then has the same result.
// Agents that belong to one owner must be merged before ranking ([Network.Owners]). Scores are estimates and never money.
//
// # Failure modes
//
// A mistake in evidence is an [*EvidenceError] for each problem, and [ErrNoEvidence] where nothing settled is cited. A citation that comes
// again with another outcome is a [*ConflictError]. None of them changes anything. Evidence older than [Rules.Memory] before the newest of the
// agent is passed over, because nothing remembers whether it was counted.
//
// # State and testing
//
// A Book belongs to one process, and a [Standing] is a value that can be handed to readers; it is faded by the time of the reading. The package
// has no clock and no chance: a test feeds evidence and asks.
package reputation
