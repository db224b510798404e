// SPDX-License-Identifier: Apache-2.0

package reason

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// SamplingSpec is one question that agents answer several times. Zero numbers mean the defaults.
type SamplingSpec struct {
	Session    string               `json:"-"`
	Question   string               `json:"-"`
	Electorate consensus.Electorate `json:"-"`
	// Samples is how many answers each agent gives; 0 means 5. After a tie each gives as many again, twice at most.
	Samples int `json:"samples,omitempty"`
	// Normalize makes equal answers equal; nil means Plain.
	Normalize Normalizer `json:"-"`
}

// extraDraws is how often a tie has everybody sample again.
const extraDraws = 2

// Sampling is self-consistency: the answer that most samples lead to.
type Sampling struct{ spec SamplingSpec }

// NewSampling checks the spec and returns the machine, or all mistakes joined.
func NewSampling(s SamplingSpec) (*Sampling, error) {
	if s.Samples == 0 {
		s.Samples = 5
	}
	if s.Normalize == nil {
		s.Normalize = Plain
	}
	var problems []error
	if s.Samples < 1 || s.Samples > 1000 {
		problems = append(problems, &SpecError{"samples", "there are 1 to 1,000"})
	}
	if s.Electorate.Len() == 0 {
		problems = append(problems, &SpecError{"electorate", "nobody answers"})
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Sampling{s}, nil
}

// Samples is the state of a Sampling.
type Samples struct {
	given    [][]string // by elector, normalized
	refused  []int      // by elector
	gone     []bool
	spelled  []Spelling // the first way in which each answer was written
	draws    int
	asked    int // samples of each so far
	deadline time.Time
}

// Spelling is an answer as it was first written.
type Spelling struct{ Normal, First string }

// Run returns the machine before its first event.
func (m *Sampling) Run() *machine.Run[*Samples] {
	n := m.spec.Electorate.Len()
	return machine.Of(m, &Samples{given: make([][]string, n), refused: make([]int, n), gone: make([]bool, n)})
}

// Step lets something happen.
func (m *Sampling) Step(s *Samples, e machine.Event) (*Samples, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		s.deadline = e.Deadline
		return s, m.draw(s, timed(e))
	case machine.Received:
		return s, m.received(s, e)
	case machine.Down:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok && !s.gone[i] {
			s.gone[i] = true
			return s, m.end(s, []machine.Effect{machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}})
		}
	case machine.Up:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok {
			s.gone[i] = false
		}
	case machine.TimerFired:
		if e.ID == deadline && !e.At.Before(s.deadline) {
			return s, []machine.Effect{machine.Decide{Outcome: m.outcome(s)}}
		}
	case machine.Cancel:
		return s, []machine.Effect{machine.Decide{Outcome: consensus.Called(e, m.outcome(s))}}
	case machine.Tick, machine.Restored, machine.Command:
	}
	return s, nil
}

// draw asks everybody for more samples.
func (m *Sampling) draw(s *Samples, effects []machine.Effect) []machine.Effect {
	s.draws++
	input := fmt.Appendf(nil, `{"samples":%d}`, m.spec.Samples)
	s.asked += m.spec.Samples
	return append(effects, machine.Note{Kind: machine.NoteRound, Text: fmt.Sprint(s.draws)}, machine.Broadcast{Msg: machine.Invite{
		Role: machine.RoleSample, Round: s.draws, Question: m.spec.Question, Input: input, Deadline: s.deadline,
	}})
}

func (m *Sampling) received(s *Samples, e machine.Received) []machine.Effect {
	a, ok := e.Msg.(machine.Answer)
	i, member := m.spec.Electorate.Find(e.From)
	switch {
	case !ok:
		return []machine.Effect{machine.Ignored(e.From, &consensus.BallotError{Field: "kind", Why: e.Msg.Kind()})}
	case !member:
		return []machine.Effect{machine.Ignored(e.From, consensus.ErrNotMember)}
	case !s.deadline.IsZero() && !e.At.Before(s.deadline) || a.Round != s.draws || len(s.given[i])+s.refused[i] >= s.asked:
		return []machine.Effect{machine.Ignored(e.From, consensus.ErrBallotClosed)}
	}
	samples := a.Choices
	if len(samples) == 0 && a.Choice != "" {
		samples = []string{a.Choice}
	}
	effects := []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From}}
	for _, sample := range samples[:min(len(samples), s.asked-len(s.given[i])-s.refused[i])] {
		text, why := normal(m.spec.Normalize, sample)
		if why != "" {
			s.refused[i]++
			effects = append(effects, machine.Ignored(e.From, &consensus.BallotError{Field: "sample", Why: why}))
			continue
		}
		if !slices.ContainsFunc(s.spelled, func(x Spelling) bool { return x.Normal == text }) {
			s.spelled = append(s.spelled, Spelling{text, sample})
		}
		s.given[i] = append(s.given[i], text)
	}
	s.refused[i] = s.asked - len(s.given[i]) // one answer to one question: what it leaves out is refused
	return m.end(s, effects)
}

// scores are the answers with their weights: every agent's weight is divided among its samples. They are exact.
func (m *Sampling) scores(s *Samples) []*big.Rat {
	out := make([]*big.Rat, len(s.spelled))
	for k := range out {
		out[k] = new(big.Rat)
	}
	for i, given := range s.given {
		if len(given) == 0 {
			continue
		}
		each := big.NewRat(m.spec.Electorate.At(i).Weight, int64(len(given)))
		for _, text := range given {
			k := slices.IndexFunc(s.spelled, func(x Spelling) bool { return x.Normal == text })
			out[k].Add(out[k], each)
		}
	}
	return out
}

// lead finds the answer that is ahead, and by how much; tied says that another is as far.
func lead(scores []*big.Rat) (first int, by *big.Rat, tied bool) {
	first = -1
	for k, sc := range scores {
		if first < 0 || sc.Cmp(scores[first]) > 0 {
			first = k
		}
	}
	if first < 0 {
		return -1, nil, false
	}
	by = new(big.Rat).Set(scores[first])
	for k, sc := range scores {
		if d := new(big.Rat).Sub(scores[first], sc); k != first && d.Cmp(by) < 0 {
			by = d
		}
	}
	return first, by, by.Sign() == 0
}

// end adds the end when the lead exceeds what is outstanding, or a draw when all have answered and there is a tie.
func (m *Sampling) end(s *Samples, effects []machine.Effect) []machine.Effect {
	open := int64(0)
	for i := range s.given {
		if len(s.given[i])+s.refused[i] < s.asked && !s.gone[i] {
			open += m.spec.Electorate.At(i).Weight
		}
	}
	first, by, tied := lead(m.scores(s))
	switch {
	case open > 0 && (first < 0 || s.draws > 1 || by.Cmp(new(big.Rat).SetInt64(open)) <= 0):
		return effects // who samples again can still change the weight of what it said before
	case open == 0 && tied && s.draws <= extraDraws && slices.Contains(s.gone, false):
		return m.draw(s, effects)
	}
	return append(effects, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: m.outcome(s)})
}

// outcome is that of what is there.
func (m *Sampling) outcome(s *Samples) machine.Outcome {
	o := machine.Outcome{Verdict: machine.NoDecision, Method: "self-consistency", Rounds: s.draws, Electorate: m.spec.Electorate.Total()}
	scores := m.scores(s)
	for k, x := range s.spelled {
		weight := new(big.Int).Quo(scores[k].Num(), scores[k].Denom()).Int64()
		voters := 0
		for _, given := range s.given {
			if slices.Contains(given, x.Normal) {
				voters++
			}
		}
		o.Tally = append(o.Tally, machine.Share{Option: x.First, Weight: weight, Voters: voters})
	}
	slices.SortStableFunc(o.Tally, func(a, b machine.Share) int {
		if a.Weight != b.Weight {
			return int(min(max(b.Weight-a.Weight, -1), 1))
		}
		return strings.Compare(a.Option, b.Option)
	})
	first, _, tied := lead(scores)
	for i, given := range s.given {
		agent := m.spec.Electorate.At(i)
		switch {
		case len(given) == 0:
			o.Missing = append(o.Missing, agent.Agent)
		default:
			o.Turnout += agent.Weight
			if first >= 0 && !slices.Contains(given, s.spelled[first].Normal) {
				o.Dissent = append(o.Dissent, agent.Agent)
			}
		}
	}
	switch {
	case first < 0:
		o.Why, o.Dissent = machine.WhyNoQuorum, nil
	case tied:
		o.Why, o.Dissent = machine.WhyTie, nil
	default:
		o.Verdict, o.Decision = machine.Decided, s.spelled[first].First
		share := new(big.Rat).Quo(scores[first], new(big.Rat).SetInt64(o.Turnout))
		share.Mul(share, big.NewRat(machine.One, 1))
		o.Confidence = new(big.Int).Quo(share.Num(), share.Denom()).Int64()
	}
	o.Detail, _ = json.Marshal(s.spelled) // plain texts
	return o
}
