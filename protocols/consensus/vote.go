// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"errors"
	"time"

	"mabeam.dev/protocols/machine"
)

// Spec is one vote.
type Spec struct {
	// Session names it; the same name makes the same draws.
	Session    string
	Question   string
	Options    []string
	Electorate Electorate
	Rule       Rule
}

// Vote is simple consensus, and weighted consensus where the electors weigh differently: one round of ballots under a rule.
type Vote struct {
	spec   Spec
	digest string
}

// NewVote checks the spec and returns the machine, or all mistakes joined.
func NewVote(s Spec) (*Vote, error) {
	s.Rule = s.Rule.withDefaults()
	if s.Rule.Kind == Weighted {
		return nil, &RuleError{"kind", "a vote needs options; see Score"}
	}
	if err := errors.Join(s.Rule.Validate(s.Options, s.Electorate.Len()), nobody(s.Electorate)); err != nil {
		return nil, err
	}
	return &Vote{s, Digest(s.Session, s.Question, s.Options)}, nil
}

func nobody(e Electorate) error {
	if e.Len() == 0 {
		return &RuleError{"electorate", "nobody may vote"}
	}
	return nil
}

// Digest is that of the question, which ballots may name.
func (v *Vote) Digest() string { return v.digest }

// Run returns the machine before its first event.
func (v *Vote) Run() *machine.Run[*Poll] {
	return machine.Of(v, &Poll{Box: NewBox(v.spec.Rule, v.spec.Options, v.spec.Electorate, v.digest)})
}

// Poll is the state of a vote.
type Poll struct {
	*Box
	Deadline time.Time
	Opened   bool
	counters []Counter // in the order of the ballots
}

const deadline = "deadline"

// Step lets something happen to a vote.
func (v *Vote) Step(p *Poll, e machine.Event) (*Poll, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		p.Opened, p.Deadline = true, e.Deadline
		return p, opening(e, machine.Invite{Role: machine.RoleVote, Round: 1, Question: v.spec.Question, Options: v.spec.Options, Deadline: e.Deadline})
	case machine.Received:
		return v.received(p, e)
	case machine.Down:
		if p.Part(e.Agent) {
			return p, v.end(p, []machine.Effect{machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}})
		}
	case machine.TimerFired:
		if e.ID == deadline && e.Gen == 1 && !e.At.Before(p.Deadline) {
			return p, []machine.Effect{machine.Decide{Outcome: p.told(p.Outcome(v.spec.Session))}}
		}
	case machine.Cancel:
		return p, []machine.Effect{machine.Decide{Outcome: Called(e, p.Outcome(v.spec.Session))}}
	case machine.Tick, machine.Up, machine.Restored, machine.Command:
	}
	return p, nil
}

// Called is the outcome of a session that was cancelled: what is counted so far, without a decision.
func Called(e machine.Cancel, o machine.Outcome) machine.Outcome {
	o.Verdict, o.Why, o.Text, o.Decision, o.Confidence, o.Dissent = machine.Cancelled, machine.WhyCancelled, e.Why, "", 0, nil
	return o
}

func (v *Vote) received(p *Poll, e machine.Received) (*Poll, []machine.Effect) {
	a, ok := e.Msg.(machine.Answer)
	if !ok {
		return p, []machine.Effect{machine.Ignored(e.From, &BallotError{"kind", e.Msg.Kind()})}
	}
	if !p.Opened || !p.Deadline.IsZero() && !e.At.Before(p.Deadline) {
		return p, []machine.Effect{machine.Ignored(e.From, ErrBallotClosed)}
	}
	changed, err := p.Cast(e.From, a)
	switch {
	case err != nil:
		return p, []machine.Effect{machine.Ignored(e.From, err)}
	case !changed:
		return p, []machine.Effect{machine.Note{Kind: machine.NoteIgnored, Agent: e.From, Text: "the same ballot again"}}
	}
	p.counter(e.From, a)
	return p, v.end(p, []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From, Text: a.Choice}})
}

// end adds the end of the vote when nothing can change it.
func (v *Vote) end(p *Poll, effects []machine.Effect) []machine.Effect {
	if !p.Settled() {
		return effects
	}
	return append(effects, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: p.told(p.Outcome(v.spec.Session))})
}
