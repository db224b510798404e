// SPDX-License-Identifier: Apache-2.0

package reason

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// DebateSpec is one debate. Zero numbers mean the defaults.
type DebateSpec struct {
	Session    string               `json:"-"`
	Question   string               `json:"-"`
	Electorate consensus.Electorate `json:"-"`
	// Rule decides the last vote.
	Rule consensus.Rule `json:"-"`
	// Rounds is how often everybody criticises and revises at most; 0 means 3.
	Rounds int `json:"rounds,omitempty"`
	// Turn is how long everybody has for an answer; 0 means a minute.
	Turn time.Duration `json:"turn,omitempty"`
	// Normalize makes equal answers equal; nil means Plain.
	Normalize Normalizer `json:"-"`
}

// Debate is a debate: blind answers, rounds of critique and revision, and a blind vote.
type Debate struct{ spec DebateSpec }

// NewDebate checks the spec and returns the machine, or all mistakes joined.
func NewDebate(s DebateSpec) (*Debate, error) {
	if s.Rounds == 0 {
		s.Rounds = 3
	}
	if s.Turn == 0 {
		s.Turn = time.Minute
	}
	if s.Normalize == nil {
		s.Normalize = Plain
	}
	var problems []error
	if s.Rounds < 1 || s.Rounds > 20 {
		problems = append(problems, &SpecError{"rounds", "there are 1 to 20"})
	}
	if s.Turn < 0 {
		problems = append(problems, &SpecError{"turn", "it takes time"})
	}
	if s.Electorate.Len() < 2 {
		problems = append(problems, &SpecError{"electorate", "two are needed to debate"})
	}
	if k := s.Rule.Kind; k == consensus.Weighted || k == consensus.AtLeast && (s.Rule.K < 1 || s.Rule.K > s.Electorate.Len()) {
		problems = append(problems, &SpecError{"rule", "it cannot decide among answers"})
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Debate{s}, nil
}

// Position is what one agent held after a turn.
type Position struct {
	Turn   int    `json:"turn"`
	Agent  string `json:"agent"`
	Answer string `json:"answer"`
	Reason string `json:"reason,omitempty"`
}

// turns of a debate: the first answers, then critique and revision in pairs, then the vote.
type stage uint8

const (
	answering stage = iota + 1
	criticising
	revising
	voting
)

// Debating is the state of a debate.
type Debating struct {
	stage    stage
	turn     int
	round    int
	gen      uint64
	answered []bool
	gone     []bool
	held     []string // what each holds, normalized; empty for nothing
	shown    []machine.Item
	changes  []Position
	spelled  []Spelling
	agreed   int // rounds in which all agreed
	options  []string
	box      *consensus.Box
	deadline time.Time
	invited  machine.Invite
}

// Run returns the machine before its first event.
func (m *Debate) Run() *machine.Run[*Debating] {
	n := m.spec.Electorate.Len()
	return machine.Of(m, &Debating{gone: make([]bool, n), held: make([]string, n)})
}

const turnTimer = "turn"

// Step lets something happen.
func (m *Debate) Step(s *Debating, e machine.Event) (*Debating, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		s.deadline = e.Deadline
		return s, m.enter(s, answering, machine.Invite{Role: machine.RoleSample}, timed(e))
	case machine.Received:
		return s, m.received(s, e)
	case machine.Down:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok && !s.gone[i] {
			s.gone[i] = true
			if s.box != nil {
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
			o := m.outcome(s)
			if s.stage != voting {
				o.Verdict, o.Why, o.Decision = machine.Expired, machine.WhyDeadline, ""
			}
			return s, []machine.Effect{machine.Decide{Outcome: o}}
		}
	case machine.Cancel:
		return s, []machine.Effect{machine.Decide{Outcome: consensus.Called(e, m.outcome(s))}}
	case machine.Tick, machine.Restored, machine.Command:
	}
	return s, nil
}

// enter begins a turn: everybody is asked at once.
func (m *Debate) enter(s *Debating, st stage, in machine.Invite, effects []machine.Effect) []machine.Effect {
	s.turn++
	s.gen++
	s.stage, s.answered = st, make([]bool, m.spec.Electorate.Len())
	in.Round, in.Question, in.Deadline = s.turn, m.spec.Question, s.deadline
	s.invited = in
	return append(effects, machine.Note{Kind: machine.NoteRound, Text: fmt.Sprint(s.turn)},
		machine.SetTimer{ID: turnTimer, Gen: s.gen, After: m.spec.Turn}, machine.Broadcast{Msg: in})
}

func (m *Debate) received(s *Debating, e machine.Received) []machine.Effect {
	a, ok := e.Msg.(machine.Answer)
	i, member := m.spec.Electorate.Find(e.From)
	switch {
	case !ok:
		return []machine.Effect{machine.Ignored(e.From, &consensus.BallotError{Field: "kind", Why: e.Msg.Kind()})}
	case !member:
		return []machine.Effect{machine.Ignored(e.From, consensus.ErrNotMember)}
	case a.Round != s.turn || s.answered[i] && s.stage != voting:
		return []machine.Effect{machine.Ignored(e.From, consensus.ErrBallotClosed)}
	}
	if s.stage == voting {
		a.Choice = m.spelling(s, a.Choice)
		if changed, err := s.box.Cast(e.From, a); err != nil || !changed {
			if err == nil {
				err = &consensus.BallotError{Field: "seq", Why: "the same ballot again"}
			}
			return []machine.Effect{machine.Ignored(e.From, err)}
		}
		s.answered[i] = true
		return m.advance(s, []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From}}, false)
	}
	s.answered[i] = true
	effects := []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From}}
	switch {
	case a.Abstain != "" || a.Decline != "" || a.Error != "":
	case s.stage == criticising:
		for _, sc := range a.Scores {
			for k := range s.shown {
				if s.shown[k].ID == sc.Item && sc.Item != e.From && sc.Text != "" && len(sc.Text) <= MaxAnswer {
					s.shown[k].Notes = append(s.shown[k].Notes, sc.Text)
				}
			}
		}
	default:
		text, why := normal(m.spec.Normalize, a.Choice)
		if why != "" {
			effects = append(effects, machine.Ignored(e.From, &consensus.BallotError{Field: "choice", Why: why}))
			break
		}
		if text != s.held[i] {
			s.held[i] = text
			s.changes = append(s.changes, Position{s.turn, e.From, a.Choice, a.Text})
		}
		if !slices.ContainsFunc(s.spelled, func(x Spelling) bool { return x.Normal == text }) {
			s.spelled = append(s.spelled, Spelling{text, a.Choice})
		}
	}
	return m.advance(s, effects, false)
}

// spelling is how an answer was first written, so that votes for it are votes for one option.
func (m *Debate) spelling(s *Debating, choice string) string {
	text, _ := normal(m.spec.Normalize, choice)
	for _, x := range s.spelled {
		if x.Normal == text {
			return x.First
		}
	}
	return choice
}

// items shows what everybody holds, without telling who.
func (m *Debate) items(s *Debating) []machine.Item {
	var out []machine.Item
	for i, held := range s.held {
		if held != "" {
			reason := ""
			for _, c := range s.changes {
				if c.Agent == m.spec.Electorate.At(i).Agent {
					reason = c.Answer + "\n" + c.Reason
				}
			}
			out = append(out, machine.Item{ID: m.spec.Electorate.At(i).Agent, Text: reason})
		}
	}
	return out
}

// agree reports whether all who hold anything hold the same.
func (m *Debate) agree(s *Debating) bool {
	first := ""
	for _, held := range s.held {
		switch {
		case held == "":
		case first == "":
			first = held
		case first != held:
			return false
		}
	}
	return first != ""
}

// advance goes on when all have answered, or the turn's time is up.
func (m *Debate) advance(s *Debating, effects []machine.Effect, timeUp bool) []machine.Effect {
	if s.stage == voting && (timeUp || s.box.Settled()) {
		return append(effects, machine.StopTimer{ID: turnTimer}, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: m.outcome(s)})
	}
	if !timeUp {
		for i := range s.answered {
			if !s.answered[i] && !s.gone[i] {
				return effects
			}
		}
	}
	effects = append(effects, machine.Forget{Round: s.turn})
	switch s.stage {
	case criticising:
		return m.enter(s, revising, machine.Invite{Role: machine.RolePropose, Items: s.shown}, effects)
	case answering, revising:
		if s.stage == revising {
			s.round++
		}
		if m.agree(s) {
			s.agreed++
		} else {
			s.agreed = 0
		}
		if s.agreed >= 2 || s.round >= m.spec.Rounds || len(m.items(s)) == 0 {
			return m.vote(s, effects)
		}
		s.shown = m.items(s)
		return m.enter(s, criticising, machine.Invite{Role: machine.RoleCritique, Items: s.shown}, effects)
	case voting:
	}
	return effects
}

// vote has everybody choose among the answers that are held, blind.
func (m *Debate) vote(s *Debating, effects []machine.Effect) []machine.Effect {
	for _, x := range s.spelled {
		if slices.Contains(s.held, x.Normal) {
			s.options = append(s.options, x.First)
		}
	}
	s.box = consensus.NewBox(m.spec.Rule, s.options, m.spec.Electorate, "")
	for i, gone := range s.gone {
		if gone {
			s.box.Part(m.spec.Electorate.At(i).Agent)
		}
	}
	if len(s.options) == 0 {
		s.stage = voting
		return append(effects, machine.StopTimer{ID: turnTimer}, machine.StopTimer{ID: deadline}, machine.Decide{Outcome: m.outcome(s)})
	}
	return m.enter(s, voting, machine.Invite{Role: machine.RoleVote, Options: s.options}, effects)
}

func (m *Debate) outcome(s *Debating) machine.Outcome {
	o := machine.Outcome{Verdict: machine.NoDecision, Why: machine.WhyNoQuorum, Electorate: m.spec.Electorate.Total()}
	if s.box != nil && len(s.options) > 0 {
		o = s.box.Outcome(m.spec.Session)
	}
	o.Method, o.Rounds = "debate: "+m.spec.Rule.Text(), s.round
	o.Detail, _ = json.Marshal(s.changes) // plain texts
	return o
}
