// SPDX-License-Identifier: Apache-2.0

package reason

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// ChainSpec is a chain of thought that agents make together. Zero numbers mean the defaults.
type ChainSpec struct {
	Session    string               `json:"-"`
	Question   string               `json:"-"`
	Electorate consensus.Electorate `json:"-"`
	// Steps is how many the chain has at most, the answer included; 0 means 10.
	Steps int `json:"steps,omitempty"`
	// Share is what a step needs of the votes that are cast for it; zero means 4/5.
	Share consensus.Fraction `json:"share,omitzero"`
	// Turn is how long a proposal or a vote takes at most; 0 means 1 minute.
	Turn time.Duration `json:"turn,omitempty"`
	// Normalize makes equal steps equal; nil means Plain.
	Normalize Normalizer `json:"-"`
}

// Chain is a chain of thought: for each step all propose, blind, and all vote; a step that enough want is taken, until one of them is the answer. A step
// on which too few agree is opened once more.
type Chain struct {
	spec ChainSpec
	rule consensus.Rule
}

// NewChain checks the spec and returns the machine, or all mistakes joined.
func NewChain(s ChainSpec) (*Chain, error) {
	if s.Steps == 0 {
		s.Steps = 10
	}
	if s.Share == (consensus.Fraction{}) {
		s.Share = consensus.Fraction{Num: 4, Den: 5}
	}
	if s.Turn == 0 {
		s.Turn = time.Minute
	}
	if s.Normalize == nil {
		s.Normalize = Plain
	}
	var problems []error
	if s.Steps < 1 || s.Steps > 100 {
		problems = append(problems, &SpecError{"steps", "there are 1 to 100"})
	}
	if s.Turn < 0 {
		problems = append(problems, &SpecError{"turn", "it takes time"})
	}
	if s.Electorate.Len() == 0 {
		problems = append(problems, &SpecError{"electorate", "nobody thinks"})
	}
	rule := consensus.Rule{Kind: consensus.Supermajority, Share: s.Share}
	if err := rule.Validate([]string{"a", "b"}, s.Electorate.Len()); err != nil {
		problems = append(problems, &SpecError{"share", err.Error()})
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Chain{s, rule}, nil
}

// Link is a step of a chain, or one that was not taken.
type Link struct {
	Text string `json:"text"`
	// Answer says that it is one, and the end of the chain.
	Answer bool `json:"answer,omitempty"`
	// By are those who proposed it.
	By []string `json:"by"`
}

// Linking is the state of a chain.
type Linking struct {
	taken    []Link // the chain so far
	proposed []Link // for the step in hand
	keys     []string
	voting   bool
	again    bool // the step was opened once more
	refused  []machine.Item
	turn     int
	gen      uint64
	answered []bool
	gone     []bool
	box      *consensus.Box
	last     machine.Outcome // of the last vote
	deadline time.Time
}

// Run returns the machine before its first event.
func (m *Chain) Run() *machine.Run[*Linking] {
	return machine.Of(m, &Linking{gone: make([]bool, m.spec.Electorate.Len())})
}

// Step lets something happen.
func (m *Chain) Step(s *Linking, e machine.Event) (*Linking, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		s.deadline = e.Deadline
		return s, m.propose(s, timed(e))
	case machine.Received:
		return s, m.received(s, e)
	case machine.Down:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok && !s.gone[i] {
			s.gone[i] = true
			if s.voting {
				s.box.Part(e.Agent)
			}
			return s, m.advance(s, []machine.Effect{machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}}, false)
		}
	case machine.Up:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok {
			s.gone[i] = false
		}
	case machine.TimerFired:
		switch {
		case e.ID == turnTimer && e.Gen == s.gen:
			return s, m.advance(s, nil, true)
		case e.ID == deadline:
			return s, m.end(s, nil, machine.Expired, machine.WhyDeadline)
		}
	case machine.Cancel:
		return s, []machine.Effect{machine.Decide{Outcome: consensus.Called(e, m.outcome(s))}}
	case machine.Tick, machine.Restored, machine.Command:
	}
	return s, nil
}

// enter begins a turn: everybody is asked at once.
func (m *Chain) enter(s *Linking, in machine.Invite, effects []machine.Effect) []machine.Effect {
	s.turn++
	s.gen++
	s.answered = make([]bool, m.spec.Electorate.Len())
	in.Round, in.Question, in.Deadline = s.turn, m.spec.Question, s.deadline
	return append(effects, machine.Note{Kind: machine.NoteRound, Text: fmt.Sprint(s.turn)},
		machine.SetTimer{ID: turnTimer, Gen: s.gen, After: m.spec.Turn}, machine.Broadcast{Msg: in})
}

// propose asks for the next step: the text of one, or the answer as a choice. Shown are the steps so far, and what was refused.
func (m *Chain) propose(s *Linking, effects []machine.Effect) []machine.Effect {
	s.voting, s.proposed, s.keys = false, nil, nil
	items := make([]machine.Item, 0, len(s.taken)+len(s.refused))
	for i, l := range s.taken {
		items = append(items, machine.Item{ID: strconv.Itoa(i + 1), Text: l.Text})
	}
	return m.enter(s, machine.Invite{Role: machine.RolePropose, Items: append(items, s.refused...)}, effects)
}

func (m *Chain) received(s *Linking, e machine.Received) []machine.Effect {
	a, ok := e.Msg.(machine.Answer)
	i, member := m.spec.Electorate.Find(e.From)
	switch {
	case !ok:
		return []machine.Effect{machine.Ignored(e.From, &consensus.BallotError{Field: "kind", Why: e.Msg.Kind()})}
	case !member:
		return []machine.Effect{machine.Ignored(e.From, consensus.ErrNotMember)}
	case a.Round != s.turn || s.answered[i] && !s.voting:
		return []machine.Effect{machine.Ignored(e.From, consensus.ErrBallotClosed)}
	}
	effects := []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From}}
	if s.voting {
		a.Choice = m.option(s, a.Choice)
		if changed, err := s.box.Cast(e.From, a); err != nil || !changed {
			if err == nil {
				err = &consensus.BallotError{Field: "seq", Why: "the same ballot again"}
			}
			return []machine.Effect{machine.Ignored(e.From, err)}
		}
	} else if a.Abstain == "" && a.Decline == "" && a.Error == "" {
		l := Link{Text: a.Text}
		if a.Choice != "" {
			l = Link{Text: a.Choice, Answer: true}
		}
		key, why := normal(m.spec.Normalize, l.Text)
		if why != "" {
			effects = append(effects, machine.Ignored(e.From, &consensus.BallotError{Field: "text", Why: why}))
		} else {
			m.add(s, key, l, e.From)
		}
	}
	s.answered[i] = true
	return m.advance(s, effects, false)
}

// add keeps a proposal; equal ones are one.
func (m *Chain) add(s *Linking, key string, l Link, by string) {
	for i := range s.proposed {
		if s.keys[i] == key && s.proposed[i].Answer == l.Answer {
			s.proposed[i].By = append(s.proposed[i].By, by)
			return
		}
	}
	l.By = []string{by}
	s.proposed, s.keys = append(s.proposed, l), append(s.keys, key)
}

// label is how a proposal is called in a vote.
func (l Link) label() string {
	if l.Answer {
		return "answer: " + l.Text
	}
	return l.Text
}

// option finds the proposal that a vote means, however it spells it; an answer may be voted for without its label.
func (m *Chain) option(s *Linking, choice string) string {
	key, _ := normal(m.spec.Normalize, choice)
	for i, l := range s.proposed {
		if l.label() == choice || s.keys[i] == key {
			return l.label()
		}
	}
	return choice
}

// advance goes on when all have answered, or the turn's time is up.
func (m *Chain) advance(s *Linking, effects []machine.Effect, timeUp bool) []machine.Effect {
	if s.voting {
		if !timeUp && !s.box.Settled() {
			return effects
		}
		return m.judge(s, append(effects, machine.Forget{Round: s.turn}))
	}
	if !timeUp {
		for i := range s.answered {
			if !s.answered[i] && !s.gone[i] {
				return effects
			}
		}
	}
	effects = append(effects, machine.Forget{Round: s.turn})
	if len(s.proposed) == 0 {
		return m.fail(s, effects, machine.WhyNoQuorum)
	}
	options := make([]string, len(s.proposed))
	for i, l := range s.proposed {
		options[i] = l.label()
	}
	s.voting, s.box = true, consensus.NewBox(m.rule, options, m.spec.Electorate, "")
	for i, gone := range s.gone {
		if gone {
			s.box.Part(m.spec.Electorate.At(i).Agent)
		}
	}
	return m.enter(s, machine.Invite{Role: machine.RoleVote, Options: options}, effects)
}

// judge takes the step that has won, or opens it once more.
func (m *Chain) judge(s *Linking, effects []machine.Effect) []machine.Effect {
	s.last = s.box.Outcome(m.spec.Session + "/" + strconv.Itoa(s.turn))
	at := slices.IndexFunc(s.proposed, func(l Link) bool { return l.label() == s.last.Decision })
	if at < 0 {
		return m.fail(s, effects, s.last.Why)
	}
	s.taken = append(s.taken, s.proposed[at])
	s.again, s.refused = false, nil
	switch {
	case s.proposed[at].Answer:
		return m.end(s, effects, machine.Decided, "")
	case len(s.taken) >= m.spec.Steps:
		return m.end(s, effects, machine.NoDecision, machine.WhyExhausted)
	}
	return m.propose(s, effects)
}

// fail opens the step once more, and ends the chain where that was done.
func (m *Chain) fail(s *Linking, effects []machine.Effect, why machine.Why) []machine.Effect {
	if s.again || !slices.Contains(s.gone, false) {
		return m.end(s, effects, machine.NoDecision, why)
	}
	s.again = true
	for i, l := range s.proposed {
		s.refused = append(s.refused, machine.Item{ID: fmt.Sprintf("refused %d", i+1), Text: l.label(), Notes: []string{"too few want it"}})
	}
	return m.propose(s, effects)
}

func (m *Chain) end(s *Linking, effects []machine.Effect, v machine.Verdict, why machine.Why) []machine.Effect {
	o := m.outcome(s)
	o.Verdict, o.Why = v, why
	if v == machine.Decided {
		o.Decision = s.taken[len(s.taken)-1].Text
	}
	return append(effects, machine.StopTimer{ID: turnTimer}, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: o})
}

// outcome is that of the last vote, with the chain, and without a decision.
func (m *Chain) outcome(s *Linking) machine.Outcome {
	o := s.last
	o.Verdict, o.Why, o.Decision = machine.NoDecision, machine.WhyNoQuorum, ""
	o.Method, o.Rounds, o.Electorate = "chain of thought", len(s.taken), m.spec.Electorate.Total()
	o.Detail, _ = json.Marshal(s.taken) // plain texts
	return o
}
