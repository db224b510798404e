// SPDX-License-Identifier: Apache-2.0

// Package integrity looks for those who cheat in markets, and is careful with those who do not.
//
// # Guarantees
//
// A detector is a function of a window of settled events: the same window has the same findings, in whichever order its events are given. A
// [Finding] names whom it is about, the numbers it rests on with the limits they were held against, the records they come from, and the
// edition of the definition. What the numbers mean is written at each detector, and nothing else decides.
//
// No detector counts agreement as guilt. Accurate agents agree, equals bid alike, good sellers have faithful buyers, fast programs answer at
// once. Each detector therefore tests what honest behaviour does not do, with a correction for how many were examined.
//
// A finding is a reason to look. Its [Severity] is at most to hold a settlement back; taking something away needs a [Case] that was upheld, that
// the subject could appeal, and that is final. One case leads to one penalty at most.
//
// # Usage
//
//	err := limiter.Take(bidder, owner, now) // nil, or a *LimitedError with the wait
//
//	for _, f := range integrity.Shills(sales, integrity.ShillRules{}) {
//		c := integrity.Open("case-17", f, "", now)
//		...
//	}
//
// [Shills] examines ascending auctions, [Cartels] sealed procurement, [Washes] trades, [Sybils] identities, [Ratings] what deals were rated, a
// [Watcher] the outcomes of one agent, [Bursting] a count; an [Alarm] watches the market as a whole.
//
// # Duties of the user
//
// Give windows of settled events that are complete: a detector compares with everything else in the window. Detectors that have too little to
// compare with say nothing. Limits are defaults that were chosen in simulation; calibrate them for a market before anything but warnings
// follows from them.
//
// # Failure modes
//
// [*LimitedError], [*StateError] for a case that is elsewhere, [ErrNotParty], [ErrInvalidRules]. A new identity has a new past: whoever returns
// under another name is met by stake and by the gates of reputation, not here.
//
// # State and testing
//
// Detectors keep nothing. A [Limiter], a [Watcher] and an [Alarm] belong to one process; a Case is a value. Tests run seeded markets with honest
// agents and attackers who were not used to choose the limits, and print precision, recall and what an attack earns.
package integrity
