// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Kind is what a finding is about, by the detector that made it.
type Kind string

// The kinds.
const (
	// Shill is bidding on behalf of the seller.
	Shill Kind = "shill"
	// Cartel is a group of competitors that decides among itself who wins.
	Cartel Kind = "cartel"
	// Wash is trading in circles.
	Wash Kind = "wash"
	// Sybil is several identities of one owner.
	Sybil Kind = "sybil"
	// Praise is ratings of each other above what was measured.
	Praise Kind = "praise"
	// Slander is ratings below what was measured.
	Slander Kind = "slander"
	// Decline is outcomes that have become much worse than they were.
	Decline Kind = "decline"
	// Burst is more activity than the past explains.
	Burst Kind = "burst"
)

// Severity is what a finding by itself may lead to. Nothing is taken from anybody for a statistic alone: that needs a case that is upheld.
type Severity uint8

// The ladder.
const (
	// Warn tells the subject and an operator.
	Warn Severity = iota + 1
	// Throttle slows the subject down.
	Throttle
	// Hold keeps settlements back for a review.
	Hold
)

// String is the severity in a word.
func (s Severity) String() string {
	if s >= Warn && s <= Hold {
		return [...]string{"warn", "throttle", "hold"}[s-1]
	}
	return fmt.Sprintf("integrity.Severity(%d)", uint8(s))
}

// Exhibit is one number that a finding rests on, so that it can be checked and disputed.
type Exhibit struct {
	// Name is what was measured; the detector's documentation defines it.
	Name string
	// Value is what came out, Limit what it was held against.
	Value, Limit float64
}

// Finding is what a detector says. It is a reason to look, and no verdict.
type Finding struct {
	// Kind says which detector, Version which edition of its definition.
	Kind    Kind
	Version int
	// Subjects are whom it is about, in order.
	Subjects []string
	// Beneficiary is who gains, the seller of a shill for example; "" if that is one of the subjects.
	Beneficiary string
	// Score is how strong it is, 0 to 1; P how likely honest behaviour looks like this at least once among all that were examined, where the
	// detector has such a test, and otherwise 1.
	Score, P float64
	// Severity is the most that may be done before somebody has decided.
	Severity Severity
	// Evidence are the numbers, Records the auctions, tenders or deals behind them, in order, at most 64.
	Evidence []Exhibit
	Records  []string
	// At is the end of the window that was examined.
	At time.Time
}

// maxRecords is how many records a finding names.
const maxRecords = 64

// severity is the ladder by score and chance: a hold needs both to be beyond doubt.
func severity(score, p float64) Severity {
	switch {
	case score >= .75 && p <= 1e-6:
		return Hold
	case score >= .65 && p <= 1e-3:
		return Throttle
	}
	return Warn
}

// ordered sorts findings, the strongest first, so that the order of the input cannot be seen.
func ordered(all []Finding) []Finding {
	slices.SortFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Score, a.Score), slices.Compare(a.Subjects, b.Subjects), cmp.Compare(a.Beneficiary, b.Beneficiary), slices.Compare(a.Records, b.Records))
	})
	return all
}

// clip sorts and shortens a list of records.
func clip(records []string) []string {
	records = slices.Clone(records)
	slices.Sort(records)
	return records[:min(len(records), maxRecords)]
}
