// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"encoding/json"
	"errors"
	"math/bits"
	"time"

	"mabeam.dev/protocols/machine"
)

// Score is weighted consensus on one proposal: everybody rates it from 0 to 1, and the mean, weighted by expertise and by calibrated confidence, must
// reach the rule's threshold.
type Score struct {
	spec   Spec
	digest string
}

// Approved is the decision of a Score.
const Approved = "approve"

// Band is a score in words.
type Band string

// The bands.
const (
	StrongApprove Band = "strong approve"
	Approve       Band = "approve"
	Neutral       Band = "neutral"
	Reject        Band = "reject"
)

func bandOf(score int64) Band {
	switch {
	case score >= 700_000:
		return StrongApprove
	case score >= 500_000:
		return Approve
	case score >= 300_000:
		return Neutral
	}
	return Reject
}

// ScoreDetail is the detail of a Score's outcome.
type ScoreDetail struct {
	// Score is in millionths, rounded down; what decides is exact.
	Score  int64  `json:"score"`
	Band   Band   `json:"band"`
	Spread Spread `json:"spread"`
}

// NewScore checks the spec and returns the machine, or all mistakes joined. Its rule must be Weighted.
func NewScore(s Spec) (*Score, error) {
	s.Rule = s.Rule.withDefaults()
	var kind error
	if s.Rule.Kind != Weighted {
		kind = &RuleError{"kind", "a rating is decided by " + string(Weighted)}
	}
	if err := errors.Join(kind, s.Rule.Validate(s.Options, s.Electorate.Len()), nobody(s.Electorate)); err != nil {
		return nil, err
	}
	return &Score{s, Digest(s.Session, s.Question, nil)}, nil
}

// Run returns the machine before its first event.
func (m *Score) Run() *machine.Run[*Ratings] {
	return machine.Of(m, &Ratings{slots: make([]rating, m.spec.Electorate.Len())})
}

// Ratings is the state of a Score.
type Ratings struct {
	slots    []rating
	deadline time.Time
	opened   bool
}

type rating struct {
	standing   standing
	seq        uint64
	value      int64
	confidence int64 // the agent's, calibrated
}

// mean is a weighted mean that is not divided yet: sum of w*c*v over sum of w*c.
type mean struct {
	hi, lo uint64 // the numerator, in 128 bits
	den    int64
}

func (m *mean) add(weight, value int64) {
	hi, lo := bits.Mul64(uint64(weight), uint64(value))
	var carry uint64
	m.lo, carry = bits.Add64(m.lo, lo, 0)
	m.hi, _ = bits.Add64(m.hi, hi, carry)
	m.den += weight
}

// reaches reports whether the mean is at least a threshold in millionths.
func (m mean) reaches(t int64) bool {
	if m.den == 0 {
		return false
	}
	hi, lo := bits.Mul64(uint64(m.den), uint64(t))
	return m.hi > hi || m.hi == hi && m.lo >= lo
}

func (m mean) millionths() int64 {
	if m.den == 0 {
		return 0
	}
	q, _ := bits.Div64(m.hi, m.lo, uint64(m.den)) // hi < den: no value is above 2^20
	return int64(q)
}

// voice is how much an elector's rating counts: its weight times its confidence, in millionths, rounded down.
func voice(weight, confidence int64) int64 { return fraction(weight, confidence, machine.One) }

func (m *Score) standing(r *Ratings) (got mean, answered, open, openVoice int64) {
	for i, s := range r.slots {
		e := m.spec.Electorate.At(i)
		switch s.standing {
		case voted:
			got.add(voice(e.Weight, s.confidence), s.value)
			answered += e.Weight
		case abstained:
			answered += e.Weight
		case outstanding:
			open += e.Weight
			openVoice += voice(e.Weight, e.Calibration)
		case absent:
			if m.spec.Rule.Absent != AsMissing {
				answered += e.Weight
			}
			if m.spec.Rule.Absent == AsAgainst {
				got.add(voice(e.Weight, e.Calibration), 0)
			}
		}
	}
	return got, answered, open, openVoice
}

// settled reports whether nothing outstanding can change whether it is approved.
func (m *Score) settled(r *Ratings) bool {
	got, answered, open, openVoice := m.standing(r)
	if open == 0 {
		return true
	}
	total := m.spec.Electorate.Total()
	best, worst := got, got
	best.add(openVoice, machine.One)
	worst.add(openVoice, 0)
	if !m.spec.Rule.quorate(answered+open, total) || !best.reaches(m.spec.Rule.Threshold) {
		return true
	}
	least := answered
	if m.spec.Rule.Absent != AsMissing {
		least += open
	}
	return m.spec.Rule.quorate(least, total) && got.den > 0 && worst.reaches(m.spec.Rule.Threshold)
}

// outcome applies the rule to what is there.
func (m *Score) outcome(r *Ratings) machine.Outcome {
	early := false
	for i := range r.slots {
		if r.slots[i].standing == outstanding {
			early = true
		}
	}
	closed := &Ratings{slots: append([]rating(nil), r.slots...)}
	o := machine.Outcome{Verdict: machine.NoDecision, Method: m.spec.Rule.Text(), Electorate: m.spec.Electorate.Total(), Rounds: 1, Early: early}
	weights := make([]int64, len(closed.slots))
	for i := range closed.slots {
		e := m.spec.Electorate.At(i)
		weights[i] = e.Weight
		switch s := &closed.slots[i]; s.standing {
		case outstanding:
			s.standing = absent
			o.Missing = append(o.Missing, e.Agent)
		case absent:
			o.Missing = append(o.Missing, e.Agent)
		case voted:
			if s.value < machine.One/2 {
				o.Dissent = append(o.Dissent, e.Agent)
			}
		case abstained:
		}
	}
	got, answered, _, _ := m.standing(closed)
	o.Turnout, o.Confidence = answered, got.millionths()
	switch {
	case !m.spec.Rule.quorate(answered, o.Electorate):
		o.Why = machine.WhyNoQuorum
	case got.reaches(m.spec.Rule.Threshold):
		o.Verdict, o.Decision = machine.Decided, Approved
	default:
		o.Why = machine.WhyThreshold
	}
	o.Detail, _ = json.Marshal(ScoreDetail{got.millionths(), bandOf(got.millionths()), SpreadOf(weights)}) // plain numbers
	return o
}

// Step lets something happen.
func (m *Score) Step(r *Ratings, e machine.Event) (*Ratings, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		r.opened, r.deadline = true, e.Deadline
		return r, opening(e, machine.Invite{Role: machine.RoleRate, Round: 1, Question: m.spec.Question, Deadline: e.Deadline})
	case machine.Received:
		if err := m.take(r, e); err != nil {
			return r, []machine.Effect{machine.Ignored(e.From, err)}
		}
		return r, m.end(r, []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From}})
	case machine.Down:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok && r.slots[i].standing == outstanding {
			r.slots[i].standing = absent
			return r, m.end(r, []machine.Effect{machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}})
		}
	case machine.TimerFired:
		if e.ID == deadline && !e.At.Before(r.deadline) {
			return r, []machine.Effect{machine.Decide{Outcome: m.outcome(r)}}
		}
	case machine.Cancel:
		return r, []machine.Effect{machine.Decide{Outcome: Called(e, m.outcome(r))}}
	case machine.Tick, machine.Up, machine.Restored, machine.Command:
	}
	return r, nil
}

// opening sets the deadline's timer and asks everybody.
func opening(e machine.Opened, in machine.Invite) []machine.Effect {
	effects := make([]machine.Effect, 0, 2)
	if !e.Deadline.IsZero() {
		effects = append(effects, machine.SetTimer{ID: deadline, Gen: 1, After: e.Deadline.Sub(e.At)})
	}
	return append(effects, machine.Broadcast{Msg: in})
}

func (m *Score) end(r *Ratings, effects []machine.Effect) []machine.Effect {
	if !m.settled(r) {
		return effects
	}
	return append(effects, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: m.outcome(r)})
}

// ratings of words.
var words = map[string]int64{"approve": machine.One, "yes": machine.One, "neutral": machine.One / 2, "reject": 0, "no": 0}

// take counts a rating, or says why it does not count.
func (m *Score) take(r *Ratings, e machine.Received) error {
	a, ok := e.Msg.(machine.Answer)
	switch {
	case !ok:
		return &BallotError{"kind", e.Msg.Kind()}
	case !r.opened || !r.deadline.IsZero() && !e.At.Before(r.deadline):
		return ErrBallotClosed
	case a.Digest != "" && a.Digest != m.digest:
		return ErrQuestionMismatch
	}
	i, ok := m.spec.Electorate.Find(e.From)
	if !ok {
		return ErrNotMember
	}
	next := rating{standing: voted, seq: a.Seq, confidence: m.spec.Electorate.At(i).Calibration}
	switch {
	case a.Error != "":
		return &BallotError{"error", a.Error}
	case a.Decline != "":
		next.standing = absent
	case a.Abstain != "":
		next.standing = abstained
	case a.Value != nil:
		next.value = *a.Value
	default:
		if next.value, ok = words[a.Choice]; !ok {
			return &BallotError{"value", "there is none, and no word for one"}
		}
	}
	if err := errors.Join(unit("value", a.Value), unit("confidence", a.Confidence)); err != nil {
		return err
	}
	if a.Confidence != nil {
		next.confidence = fraction(next.confidence, *a.Confidence, machine.One)
	}
	if s := r.slots[i]; (s.standing == voted || s.standing == abstained) && next.seq <= s.seq {
		return &BallotError{"seq", "the agent has rated already; a replacement has a higher number"}
	}
	r.slots[i] = next
	return nil
}
