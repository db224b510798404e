// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"fmt"
	"slices"
	"time"
)

// State is where a case is.
type State uint8

// The states. A report is not a verdict, and a verdict is not final before it can be appealed.
const (
	// Reported waits for a reviewer.
	Reported State = iota + 1
	// Reviewed has a reviewer, who has not decided.
	Reviewed
	// Upheld and Rejected are decided, and can be appealed until the window closes.
	Upheld
	Rejected
	// Appealed waits for somebody else's decision.
	Appealed
	// Final stands: Guilty says how. Overturned is final as well, and what was taken is paid back.
	Final
	Overturned
)

// String is the state in a word.
func (s State) String() string {
	if s >= Reported && s <= Overturned {
		return [...]string{"reported", "reviewed", "upheld", "rejected", "appealed", "final", "overturned"}[s-1]
	}
	return fmt.Sprintf("integrity.State(%d)", uint8(s))
}

// Case is a finding, or an accusation, on its way to a verdict. It is a value: each step returns the next one, and an error leaves it as it was.
type Case struct {
	// ID is unique: one violation has one case, and leads to one penalty at most.
	ID string
	// Finding is what it is about.
	Finding Finding
	// Accuser is who reported it, "" for a detector.
	Accuser string
	// State is where it is, Since when it came there.
	State State
	Since time.Time
	// Guilty is the last verdict.
	Guilty bool
	// Reviewer decided first, Judge the appeal, By is who appealed.
	Reviewer, Judge, By string
	// Reasons are what was said at each step.
	Reasons []string
}

// Open reports a case.
func Open(id string, f Finding, accuser string, at time.Time) Case {
	return Case{ID: id, Finding: f, Accuser: accuser, State: Reported, Since: at}
}

// Proven uphold a case at once: for evidence that a machine can check without doubt, two signatures on one slot for example. Findings of
// detectors are statistics and never that; it is the caller's proof that counts. It can be appealed.
func (c Case) Proven(proof string, at time.Time) (Case, error) {
	if c.State != Reported {
		return c, c.wrong("prove")
	}
	c.Guilty, c.Reviewer = true, "proof"
	return c.to(Upheld, at, proof), nil
}

// Review begins a review. Neither the accuser nor a subject nor the one who gains can be the reviewer.
func (c Case) Review(reviewer string, at time.Time) (Case, error) {
	if c.State != Reported {
		return c, c.wrong("review")
	}
	if c.party(reviewer) {
		return c, fmt.Errorf("integrity: review case %.64q by %.64q: %w", c.ID, reviewer, ErrNotParty)
	}
	c.Reviewer = reviewer
	return c.to(Reviewed, at), nil
}

// Decide gives the verdict of the reviewer, or of the judge of an appeal, who must be somebody else.
func (c Case) Decide(by string, guilty bool, reason string, at time.Time) (Case, error) {
	switch c.State {
	case Reviewed:
		if by != c.Reviewer {
			return c, fmt.Errorf("integrity: decide case %.64q by %.64q: %w", c.ID, by, ErrNotParty)
		}
		c.Guilty = guilty
		if guilty {
			return c.to(Upheld, at, reason), nil
		}
		return c.to(Rejected, at, reason), nil
	case Appealed:
		if by == c.Reviewer || c.party(by) {
			return c, fmt.Errorf("integrity: decide case %.64q by %.64q: %w", c.ID, by, ErrNotParty)
		}
		c.Judge = by
		overturned := c.Guilty && !guilty
		c.Guilty = guilty
		if overturned {
			return c.to(Overturned, at, reason), nil
		}
		return c.to(Final, at, reason), nil
	case Reported, Upheld, Rejected, Final, Overturned:
	}
	return c, c.wrong("decide")
}

// Appeal is for whom the verdict goes against: a subject or who gains after Upheld, the accuser after Rejected; within the window.
func (c Case) Appeal(by, reason string, at time.Time, window time.Duration) (Case, error) {
	if c.State != Upheld && c.State != Rejected || at.Sub(c.Since) >= window {
		return c, c.wrong("appeal")
	}
	accused := slices.Contains(c.Finding.Subjects, by) || by != "" && by == c.Finding.Beneficiary
	if c.State == Upheld && !accused || c.State == Rejected && (by == "" || by != c.Accuser) {
		return c, fmt.Errorf("integrity: appeal case %.64q by %.64q: %w", c.ID, by, ErrNotParty)
	}
	c.By = by
	return c.to(Appealed, at, reason), nil
}

// Close makes a verdict final when the window for appeals is over.
func (c Case) Close(at time.Time, window time.Duration) (Case, error) {
	if c.State != Upheld && c.State != Rejected || at.Sub(c.Since) < window {
		return c, c.wrong("close")
	}
	return c.to(Final, at), nil
}

// Punishable reports whether a penalty is due: the verdict is guilty, and nobody can change it any more.
func (c Case) Punishable() bool { return c.State == Final && c.Guilty }

func (c Case) to(s State, at time.Time, reason ...string) Case {
	c.State, c.Since = s, at
	c.Reasons = slices.Concat(c.Reasons, reason)
	return c
}

func (c Case) party(who string) bool {
	return who == "" || who == c.Accuser || who == c.Finding.Beneficiary || slices.Contains(c.Finding.Subjects, who)
}

func (c Case) wrong(event string) error { return &StateError{c.ID, c.State, event} }
