// SPDX-License-Identifier: Apache-2.0

package machine

// Verdict is how a session ended.
type Verdict string

// The verdicts.
const (
	Decided    Verdict = "decided"
	NoDecision Verdict = "no decision"
	Expired    Verdict = "expired"
	Cancelled  Verdict = "cancelled"
	Failed     Verdict = "failed"
)

// Why says why there is no decision.
type Why string

// The reasons why there is no decision.
const (
	WhyNoQuorum  Why = "no quorum" // too few have answered
	WhyTie       Why = "tie"       // nobody is ahead
	WhyThreshold Why = "threshold" // nobody has enough
	WhyExhausted Why = "exhausted" // rounds, budget or attempts are used up
	WhyCancelled Why = "cancelled" // somebody cancelled it
	WhyDeadline  Why = "deadline"  // time is up
	WhyFailed    Why = "failed"    // something it needs has failed
	WhyNoTrade   Why = "no trade"  // no bid was good enough
	WhyUndone    Why = "undone"    // what was done has been undone
	WhyUnknown   Why = "unknown"   // what became of something cannot be known
)

// Outcome is what a session came to.
type Outcome struct {
	Verdict Verdict `json:"verdict"`
	// Decision is the option that was chosen, or the answer; empty without one.
	Decision string `json:"decision,omitempty"`
	// Why says why there is no decision; empty with one.
	Why Why `json:"why,omitempty"`
	// Text says more, for people.
	Text string `json:"text,omitempty"`
	// Method is how it was decided: the rule in words.
	Method string `json:"method,omitempty"`
	// Tally has each option with its weight, the heaviest first.
	Tally []Share `json:"tally,omitempty"`
	// Turnout is the weight of who answered, Electorate that of all; both in millionths.
	Turnout    int64 `json:"turnout,omitempty"`
	Electorate int64 `json:"electorate,omitempty"`
	// Confidence is the winner's share of what was cast, in millionths. It is never made of what voters say of themselves.
	Confidence int64 `json:"confidence,omitempty"`
	// Dissent are those who answered otherwise, in the order of the electorate; Missing those who did not answer.
	Dissent []string `json:"dissent,omitempty"`
	Missing []string `json:"missing,omitempty"`
	// Rounds is how many there were.
	Rounds int `json:"rounds,omitempty"`
	// Early says that it ended because nothing outstanding could change it.
	Early bool `json:"early,omitempty"`
	// Liars are those who are proven to have lied, in the order of the electorate. Only Byzantine consensus looks for them.
	Liars []string `json:"liars,omitempty"`
	// Certificate proves the outcome to anybody, where Byzantine consensus came to it or ratified it; see package pbft/council.
	Certificate []byte `json:"certificate,omitempty"`
	// Detail is JSON with what is peculiar to the protocol.
	Detail []byte `json:"detail,omitempty"`
}

// Share is one option's part of a tally.
type Share struct {
	Option string `json:"option"`
	Weight int64  `json:"weight"` // millionths
	Voters int    `json:"voters"`
}
