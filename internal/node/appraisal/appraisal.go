// SPDX-License-Identifier: Apache-2.0

package appraisal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/cognitive/auctioning"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
)

// The protocols.
const (
	// Pivotal takes the option that is worth most to all, and has agents pay the harm that their say does.
	Pivotal selector.Protocol = "pivotal"
	// SecondPrice has the agent decide that bids most, at the price of the bid below.
	SecondPrice selector.Protocol = "second_price"
)

// Params are the parameters of a session.
type Params struct {
	// Values are the options as values, in the order of the session's options; the first one is what there is.
	Values []kind.Value `json:"values"`
	// Budget is what each agent may pay at most, and Reserve the least bid that counts; both in millionths.
	Budget  int64 `json:"budget"`
	Reserve int64 `json:"reserve,omitempty"`
}

// Award is what was decided, as the detail of the outcome.
type Award struct {
	// Option is the place of the value that was chosen, Chosen the value.
	Option int        `json:"option"`
	Chosen kind.Value `json:"chosen"`
	// Charges are what agents are to pay, in the order of the electorate; who pays nothing is not there.
	Charges []Charge `json:"charges,omitempty"`
	// Claims are what everybody has said, for whoever checks it.
	Claims []Said `json:"claims,omitempty"`
}

// Charge is what one agent is to pay, in millionths.
type Charge struct {
	Agent  string `json:"agent"`
	Amount int64  `json:"amount"`
}

// Said is what one agent said: what each option is worth to it, or of a second price its bid for the option that it would choose.
type Said struct {
	Agent  string  `json:"agent"`
	Values []int64 `json:"values"`
}

// SpecError is a parameter that cannot be.
type SpecError struct {
	// Field names it, and Why says what is wrong with it.
	Field, Why string
}

// Error names the field.
func (e *SpecError) Error() string { return fmt.Sprintf("appraisal: %s: %s", e.Field, e.Why) }

// FaultCode is E4933.
func (*SpecError) FaultCode() fault.Code { return 4933 }

// Protocols are both protocols; Engine.Register takes them.
func Protocols() []protocols.Protocol {
	make := func(s protocols.Setup) (machine.Stepper, error) {
		m, err := newSession(s)
		if err != nil {
			return nil, err
		}
		return machine.Of(m, m.begin()), nil
	}
	bounds := selector.Bounds{Min: 1, Max: 1000}
	return []protocols.Protocol{
		{Name: Pivotal, Bounds: bounds, New: make}, {Name: SecondPrice, Bounds: bounds, New: make},
	}
}

// Read returns the award of a session that has decided; false for all others.
func Read(r protocols.Result) (a Award, ok bool) {
	if r.Protocol != Pivotal && r.Protocol != SecondPrice || r.State != protocols.StateDecided {
		return a, false
	}
	return a, json.Unmarshal(r.Detail, &a) == nil
}

// session is the machine of one decision.
type session struct {
	params   Params
	form     selector.Protocol
	question string
	options  []string
	who      consensus.Electorate
	name     string
}

func newSession(s protocols.Setup) (*session, error) {
	m := &session{form: s.Spec.Protocol, question: s.Spec.Question, options: s.Spec.Options, who: s.Electorate, name: string(s.Session)}
	var problems []error
	d := json.NewDecoder(bytes.NewReader(s.Spec.Params))
	d.DisallowUnknownFields()
	if err := d.Decode(&m.params); err != nil {
		return nil, &SpecError{"params", err.Error()}
	}
	if len(m.options) == 0 || len(m.params.Values) != len(m.options) {
		problems = append(problems, &SpecError{"values", fmt.Sprintf("there are %d for %d options", len(m.params.Values), len(m.options))})
	}
	if b := m.params.Budget; b <= 0 || b > auctioning.MaxAmount {
		problems = append(problems, &SpecError{"budget", fmt.Sprintf("%d is not from 1 to %d", b, int64(auctioning.MaxAmount))})
	}
	if r := m.params.Reserve; r < 0 || r > m.params.Budget {
		problems = append(problems, &SpecError{"reserve", fmt.Sprintf("%d is not from 0 to the budget", r)})
	}
	return m, errors.Join(problems...)
}

// claims is the state of a session.
type claims struct {
	said     []claim // by elector
	deadline time.Time
}

// claim is what one elector has said.
type claim struct {
	shares   []int64 // by option, in millionths; below 0 while it has not been said
	choice   int     // of a second price
	out, all bool    // it takes no part any more; it has said all
}

func (m *session) begin() *claims {
	s := &claims{said: make([]claim, m.who.Len())}
	for i := range s.said {
		s.said[i].shares = make([]int64, len(m.options))
		for o := range s.said[i].shares {
			s.said[i].shares[o] = -1
		}
	}
	return s
}

// deadline is the timer's name; one tenth of the time is left to tell the outcome.
const deadline = "deadline"

// Step lets something happen.
func (m *session) Step(s *claims, e machine.Event) (*claims, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		s.deadline = e.Deadline
		var effects []machine.Effect
		if !e.Deadline.IsZero() {
			effects = append(effects, machine.SetTimer{ID: deadline, Gen: 1, After: e.Deadline.Sub(e.At) - e.Deadline.Sub(e.At)/10})
		}
		return s, append(effects, m.invite(s)...)
	case machine.Received:
		if err := m.take(s, e); err != nil {
			return s, []machine.Effect{machine.Ignored(e.From, err)}
		}
		return s, m.decide(s, []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From, Text: "sealed"}}, false)
	case machine.Down:
		if i, ok := m.who.Find(e.Agent); ok && !s.said[i].all {
			s.said[i].out = true
			return s, m.decide(s, []machine.Effect{machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}}, false)
		}
	case machine.TimerFired:
		if e.ID == deadline {
			return s, m.decide(s, nil, true)
		}
	case machine.Cancel:
		return s, []machine.Effect{machine.Decide{Outcome: consensus.Called(e, machine.Outcome{Method: string(m.form), Electorate: m.who.Total(), Rounds: 1})}}
	case machine.Tick, machine.Up, machine.Restored, machine.Command:
	}
	return s, nil
}

// terms are what an invitation says besides the question.
type terms struct {
	Form    string `json:"form"`
	Budget  int64  `json:"budget"`
	Reserve int64  `json:"reserve,omitempty"`
}

// invite asks everybody: for a bid, or once for each option, which are told apart by the round.
func (m *session) invite(s *claims) (effects []machine.Effect) {
	input, _ := json.Marshal(terms{string(m.form), m.params.Budget, m.params.Reserve}) // plain data
	if m.form == SecondPrice {
		return []machine.Effect{machine.Broadcast{Msg: machine.Invite{
			Role: machine.RoleVote, Round: 1, Question: m.question + " The confidence is the share of the budget that is bid for deciding it.", Options: m.options,
			Input: input, Deadline: s.deadline,
		}}}
	}
	for o, option := range m.options {
		effects = append(effects, machine.Broadcast{Msg: machine.Invite{
			Role: machine.RoleRate, Round: o + 1, Question: fmt.Sprintf("%s What share of the budget is it worth that it is %s?", m.question, option),
			Options: []string{option}, Input: input, Deadline: s.deadline,
		}})
	}
	return effects
}

// take keeps what an elector says, or says why it does not count.
func (m *session) take(s *claims, e machine.Received) error {
	a, ok := e.Msg.(machine.Answer)
	if !ok {
		return &consensus.BallotError{Field: "kind", Why: e.Msg.Kind()}
	}
	i, ok := m.who.Find(e.From)
	if !ok {
		return consensus.ErrNotMember
	}
	c := &s.said[i]
	at := max(a.Round, 1) - 1
	switch {
	case c.out || c.all:
		return consensus.ErrBallotClosed
	case at >= len(m.options) || m.form == SecondPrice && at > 0:
		return &consensus.BallotError{Field: "round", Why: "there is none of that number"}
	case a.Abstain != "" || a.Decline != "" || a.Error != "":
		c.out = true
		return nil
	}
	if m.form == SecondPrice {
		for o, option := range m.options {
			if a.Choice == option {
				share := int64(machine.One) // who does not say how much offers all
				if a.Confidence != nil {
					share = *a.Confidence
				}
				if share < 0 || share > machine.One {
					return &consensus.BallotError{Field: "confidence", Why: "it is not from 0 to 1"}
				}
				c.choice, c.shares[0], c.all = o, share, true
				return nil
			}
		}
		return &consensus.BallotError{Field: "choice", Why: "it is no option"}
	}
	switch {
	case a.Value == nil || *a.Value < 0 || *a.Value > machine.One:
		return &consensus.BallotError{Field: "value", Why: "it is not from 0 to 1"}
	case c.shares[at] >= 0:
		return consensus.ErrBallotClosed
	}
	c.shares[at] = *a.Value
	c.all = true
	for _, share := range c.shares {
		c.all = c.all && share >= 0
	}
	return nil
}

// amount is a share of the budget.
func (m *session) amount(share int64) int64 {
	b := m.params.Budget
	return b/machine.One*share + b%machine.One*share/machine.One // no product is larger than it has to be
}

// decide ends it when all have spoken, or the time is up.
func (m *session) decide(s *claims, effects []machine.Effect, timeUp bool) []machine.Effect {
	for _, c := range s.said {
		if !c.all && !c.out && !timeUp {
			return effects
		}
	}
	return append(effects, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: m.outcome(s)})
}

func (m *session) outcome(s *claims) machine.Outcome {
	o := machine.Outcome{Method: string(m.form), Electorate: m.who.Total(), Rounds: 1}
	var at []int // electors whose claims count
	for i, c := range s.said {
		if c.all {
			at = append(at, i)
			o.Turnout += m.who.At(i).Weight
		} else {
			o.Missing = append(o.Missing, m.who.At(i).Agent)
		}
	}
	award, err := m.rule(s, at)
	if err != nil || len(at) == 0 || award.Option < 0 {
		o.Verdict, o.Why, o.Text = machine.NoDecision, machine.WhyNoQuorum, "nobody makes a claim that counts"
		if err != nil {
			o.Why, o.Text = machine.WhyFailed, err.Error()
		}
		return o
	}
	o.Verdict, o.Decision = machine.Decided, m.options[award.Option]
	o.Detail, _ = json.Marshal(award) // plain data
	return o
}

// rule has the claims decided.
func (m *session) rule(s *claims, at []int) (a Award, err error) {
	a.Option = -1
	if m.form == SecondPrice {
		bids := make([]auctioning.Bid, len(at))
		for k, i := range at {
			bids[k] = auctioning.Bid{Agent: m.who.At(i).Agent, Amount: m.amount(s.said[i].shares[0])}
			values := make([]int64, len(m.options))
			values[s.said[i].choice] = bids[k].Amount
			a.Claims = append(a.Claims, Said{bids[k].Agent, values})
		}
		sale, err := auctioning.SecondPrice(bids, m.params.Reserve)
		if err != nil || sale.Winner < 0 {
			return a, err
		}
		a.Option = s.said[at[sale.Winner]].choice
		if sale.Price > 0 {
			a.Charges = []Charge{{bids[sale.Winner].Agent, sale.Price}}
		}
		a.Chosen = m.params.Values[a.Option]
		return a, nil
	}
	said := make([]auctioning.Claim, len(at))
	for k, i := range at {
		said[k] = auctioning.Claim{Agent: m.who.At(i).Agent}
		for _, share := range s.said[i].shares {
			said[k].Values = append(said[k].Values, m.amount(share))
		}
		a.Claims = append(a.Claims, Said(said[k]))
	}
	ruling, err := auctioning.Pivotal(len(m.options), 0, said)
	if err != nil {
		return a, err
	}
	a.Option, a.Chosen = ruling.Option, m.params.Values[ruling.Option]
	for k, amount := range ruling.Payments {
		if amount > 0 {
			a.Charges = append(a.Charges, Charge{said[k].Agent, amount})
		}
	}
	return a, nil
}
