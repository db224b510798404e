// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"mabeam.dev/protocols/machine"
)

// RuleKind says when an option has won.
type RuleKind string

// The kinds of rules.
const (
	// Majority needs more than half of the base. It is what zero means.
	Majority RuleKind = "majority"
	// Plurality needs more than every other option has.
	Plurality RuleKind = "plurality"
	// Supermajority needs the share of the base.
	Supermajority RuleKind = "supermajority"
	// Unanimous needs all of the base.
	Unanimous RuleKind = "unanimous"
	// AtLeast needs K agents; the first option that has them wins.
	AtLeast RuleKind = "at least"
	// Weighted needs a score: it asks for ratings and not for options. See Score.
	Weighted RuleKind = "weighted"
)

// Base is what shares are of.
type Base string

// The bases.
const (
	// Cast is the votes for options, and what the policies add to them. It is what zero means.
	Cast Base = "cast"
	// OfElectorate is the whole electorate.
	OfElectorate Base = "electorate"
)

// Abstention says what becomes of who takes no side. An abstention always counts for the turnout.
type Abstention string

// The policies of abstention.
const (
	// Excluded keeps it out of the base. It is what zero means.
	Excluded Abstention = "excluded"
	// InBase makes it weigh against everything.
	InBase Abstention = "in base"
)

// Absence says what becomes of who has not answered in the end.
type Absence string

// The policies of absence.
const (
	// AsMissing counts it nowhere, also not for the turnout. It is what zero means.
	AsMissing Absence = "missing"
	// AsAbstain counts it as an abstention.
	AsAbstain Absence = "abstain"
	// AsAgainst counts it for the turnout and in the base.
	AsAgainst Absence = "against"
)

// Tie says what becomes of options that are ahead together.
type Tie string

// The policies of ties.
const (
	// NoWinner decides nothing. It is what zero means.
	NoWinner Tie = "no winner"
	// Incumbent lets Rule.Incumbent win if it is among them.
	Incumbent Tie = "incumbent"
	// LowestOption lets the first of the list of options win.
	LowestOption Tie = "lowest option"
	// Lottery draws, by the hash of the session and all ballots.
	Lottery Tie = "lottery"
)

// Fraction is Num/Den.
type Fraction struct {
	Num int64 `json:"num,omitempty"`
	Den int64 `json:"den,omitempty"`
}

// Rule is how a vote is decided. The zero value is a majority of the votes that are cast, with a turnout of more than half.
type Rule struct {
	Kind RuleKind `json:"kind,omitempty"`
	// Share is that of a supermajority, above 1/2 and at most 1; zero means 2/3.
	Share Fraction `json:"share,omitzero"`
	// K is how many agents AtLeast needs.
	K int `json:"k,omitempty"`
	// Threshold is the least score of Weighted, in millionths; 0 means 500,000.
	Threshold int64 `json:"threshold,omitempty"`
	Base      Base  `json:"base,omitempty"`
	// Quorum is the least turnout, as a share of the electorate's weight; zero means more than half, a negative Num means none.
	Quorum  Fraction   `json:"quorum,omitzero"`
	Abstain Abstention `json:"abstain,omitempty"`
	Absent  Absence    `json:"absent,omitempty"`
	Tie     Tie        `json:"tie,omitempty"`
	// Incumbent is the option that Tie may let win.
	Incumbent string `json:"incumbent,omitempty"`
}

// NoQuorum is a quorum that any turnout reaches.
var NoQuorum = Fraction{Num: -1, Den: 1}

// withDefaults fills in what zero means.
func (r Rule) withDefaults() Rule {
	or := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	or((*string)(&r.Kind), string(Majority))
	or((*string)(&r.Base), string(Cast))
	or((*string)(&r.Abstain), string(Excluded))
	or((*string)(&r.Absent), string(AsMissing))
	or((*string)(&r.Tie), string(NoWinner))
	if r.Share == (Fraction{}) {
		r.Share = Fraction{2, 3}
	}
	if r.Threshold == 0 {
		r.Threshold = machine.One / 2
	}
	return r
}

// Validate returns every mistake, joined. The rule is for these options and so many electors.
func (r Rule) Validate(options []string, electors int) error {
	r = r.withDefaults()
	var problems []error
	bad := func(field, why string, args ...any) { // a text is made only for what is wrong: every vote comes here
		problems = append(problems, &RuleError{field, fmt.Sprintf(why, args...)})
	}
	if !slices.Contains([]RuleKind{Majority, Plurality, Supermajority, Unanimous, AtLeast, Weighted}, r.Kind) {
		bad("kind", "%q is none", r.Kind)
	}
	if r.Kind == Supermajority && (r.Share.Den <= 0 || r.Share.Num > r.Share.Den || r.Share.Num <= r.Share.Den/2) {
		bad("share", "%d/%d is not above 1/2 and at most 1", r.Share.Num, r.Share.Den)
	}
	if r.Kind == AtLeast && (r.K < 1 || r.K > electors) {
		bad("k", "%d is not from 1 to %d", r.K, electors)
	}
	if r.Kind != AtLeast && r.K != 0 {
		bad("k", "is for %q alone", AtLeast)
	}
	if r.Kind == Weighted && (r.Threshold < 1 || r.Threshold > machine.One) {
		bad("threshold", "%d is not from 1 to %d millionths", r.Threshold, machine.One)
	}
	if r.Base != Cast && r.Base != OfElectorate {
		bad("base", "%q is none", r.Base)
	}
	if r.Quorum != (Fraction{}) && r.Quorum.Num >= 0 && (r.Quorum.Den <= 0 || r.Quorum.Num > r.Quorum.Den) {
		bad("quorum", "%d/%d is not from 0 to 1", r.Quorum.Num, r.Quorum.Den)
	}
	if r.Abstain != Excluded && r.Abstain != InBase {
		bad("abstain", "%q is none", r.Abstain)
	}
	if r.Absent != AsMissing && r.Absent != AsAbstain && r.Absent != AsAgainst {
		bad("absent", "%q is none", r.Absent)
	}
	if !slices.Contains([]Tie{NoWinner, Incumbent, LowestOption, Lottery}, r.Tie) {
		bad("tie", "%q is none", r.Tie)
	}
	if r.Tie == Incumbent && !slices.Contains(options, r.Incumbent) {
		bad("incumbent", "%q is no option", r.Incumbent)
	}
	if r.Kind == Weighted {
		if len(options) > 0 {
			bad("options", "a rating has none")
		}
		return errors.Join(problems...)
	}
	if len(options) < 2 {
		bad("options", "there are %d, and two are needed to choose", len(options))
	}
	for i, o := range options {
		if o == "" {
			bad("options", "number %d is empty", i)
		}
		if slices.Index(options, o) != i {
			bad("options", "%q is there twice", o)
		}
	}
	return errors.Join(problems...)
}

// Text is the rule in words.
func (r Rule) Text() string {
	r = r.withDefaults()
	switch r.Kind {
	case Supermajority:
		return fmt.Sprintf("supermajority of %d/%d", r.Share.Num, r.Share.Den)
	case AtLeast:
		return fmt.Sprintf("at least %d", r.K)
	case Weighted:
		return fmt.Sprintf("weighted score of %d.%06d", r.Threshold/machine.One, r.Threshold%machine.One)
	case Majority, Plurality, Unanimous:
	}
	return string(r.Kind)
}

// compare compares a*b with c*d in 128 bits; none may be negative.
func compare(a, b, c, d int64) int {
	ah, al := bits.Mul64(uint64(a), uint64(b))
	ch, cl := bits.Mul64(uint64(c), uint64(d))
	switch {
	case ah != ch:
		if ah < ch {
			return -1
		}
		return 1
	case al < cl:
		return -1
	case al > cl:
		return 1
	}
	return 0
}

// Compare compares a*b with c*d exactly: -1, 0 or 1. None may be negative.
func Compare(a, b, c, d int64) int { return compare(a, b, c, d) }

// quorate reports whether a turnout suffices.
func (r Rule) quorate(turnout, total int64) bool {
	switch {
	case r.Quorum.Num < 0:
		return true
	case r.Quorum == (Fraction{}):
		return compare(turnout, 2, total, 1) > 0
	}
	return compare(turnout, r.Quorum.Den, r.Quorum.Num, total) >= 0
}

// enough reports whether a weight suffices of a base, by a rule that knows no rivals.
func (r Rule) enough(weight, base int64) bool {
	if weight <= 0 {
		return false
	}
	switch r.Kind {
	case Majority:
		return compare(weight, 2, base, 1) > 0
	case Supermajority:
		return compare(weight, r.Share.Den, r.Share.Num, base) >= 0
	case Unanimous:
		return weight == base
	case Plurality, AtLeast, Weighted:
	}
	return false
}
