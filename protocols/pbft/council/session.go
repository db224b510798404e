// SPDX-License-Identifier: Apache-2.0

package council

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// Council is the machine of a session that decides among liars: it asks everybody for a ballot, and its group for the rest.
type Council struct {
	spec   consensus.Spec
	digest string
}

// New checks the vote and returns the machine, or all mistakes joined.
func New(s consensus.Spec) (*Council, error) {
	if _, err := NewPoll(s); err != nil {
		return nil, err
	}
	return &Council{s, consensus.Digest(s.Session, s.Question, s.Options)}, nil
}

// Run returns the machine before its first event.
func (c *Council) Run() *machine.Run[*Sitting] { return machine.Of(c, &Sitting{}) }

// Sitting is the state of a council.
type Sitting struct {
	Deadline time.Time
	Polls    time.Time // when ballots stop to be taken, so that time is left to decide
	Group    string    // the incarnation that has the ballots
	Ballots  []Cast    // in the order in which they came
	Closing  bool
	Verdict  *machine.Outcome // what the group has decided
}

// Cast is a ballot that was handed in.
type Cast struct {
	Agent  string
	Number int // of the agent's ballots
	Answer machine.Answer
	Known  bool // to the group
}

const (
	deadline = "deadline"
	polls    = "polls"
	settling = time.Second // the longest wait for what is still on its way when there is a decision
)

// Margin is how long before the deadline of a session its polls close: a quarter of the time, at most 5 s.
func Margin(opened, deadline time.Time) time.Duration {
	return min(deadline.Sub(opened)/4, 5*time.Second)
}

// Step lets something happen to a council.
func (c *Council) Step(s *Sitting, e machine.Event) (*Sitting, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		in := machine.Invite{Role: machine.RoleVote, Round: 1, Question: c.spec.Question, Options: c.spec.Options}
		var timers []machine.Effect
		if s.Deadline = e.Deadline; !e.Deadline.IsZero() {
			s.Polls = e.Deadline.Add(-Margin(e.At, e.Deadline))
			in.Deadline = s.Polls
			timers = []machine.Effect{
				machine.SetTimer{ID: polls, Gen: 1, After: s.Polls.Sub(e.At)}, machine.SetTimer{ID: deadline, Gen: 1, After: e.Deadline.Sub(e.At)},
			}
		}
		return s, append([]machine.Effect{machine.Broadcast{Msg: in}}, timers...)
	case machine.Received:
		switch m := e.Msg.(type) {
		case machine.Answer:
			return s, c.answered(s, e.At, e.From, m)
		case machine.Told:
			if e.From == Service {
				return s, c.told(s, e.At, m)
			}
		}
		return s, []machine.Effect{machine.Ignored(e.From, &consensus.BallotError{Field: "kind", Why: e.Msg.Kind()})}
	case machine.Down:
		if _, ok := c.spec.Electorate.Find(e.Agent); !ok || s.Verdict != nil {
			return s, nil
		}
		return s, []machine.Effect{
			machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}, c.ask(DoAbsent+"/"+e.Agent, Request{Do: DoAbsent, Agent: e.Agent}),
		}
	case machine.TimerFired:
		switch {
		case e.ID == polls && s.Verdict == nil && !e.At.Before(s.Polls):
			s.Closing = true
			return s, []machine.Effect{machine.Forget{}, c.ask(DoClose, Request{Do: DoClose})}
		case e.ID == deadline && !e.At.Before(s.Deadline):
			return s, c.end(s, nil, machine.Expired)
		}
	case machine.Cancel:
		return s, []machine.Effect{machine.Decide{Outcome: consensus.Called(e, machine.Outcome{})}}
	case machine.Tick, machine.Up, machine.Restored, machine.Command:
	}
	return s, nil
}

// answered hands a ballot to the group. Whether it counts is for the group to say.
func (c *Council) answered(s *Sitting, now time.Time, agent string, a machine.Answer) []machine.Effect {
	if _, ok := c.spec.Electorate.Find(agent); !ok {
		return []machine.Effect{machine.Ignored(agent, consensus.ErrNotMember)}
	}
	switch {
	case s.Closing || s.Verdict != nil || !s.Polls.IsZero() && !now.Before(s.Polls):
		return []machine.Effect{machine.Ignored(agent, consensus.ErrBallotClosed)}
	case a.Digest != "" && a.Digest != c.digest:
		return []machine.Effect{machine.Ignored(agent, consensus.ErrQuestionMismatch)}
	}
	a.Digest = c.digest
	number := 1
	for _, b := range s.Ballots {
		if b.Agent != agent {
			continue
		}
		if b.Answer.Seq == a.Seq && !contradict(b.Answer, a) {
			return []machine.Effect{machine.Note{Kind: machine.NoteIgnored, Agent: agent, Text: "the same ballot again"}}
		}
		number++
	}
	if number > maxBallots {
		return []machine.Effect{machine.Ignored(agent, &consensus.BallotError{Field: "seq", Why: fmt.Sprintf("%d ballots of one agent are enough", maxBallots)})}
	}
	s.Ballots = append(s.Ballots, Cast{Agent: agent, Number: number, Answer: a})
	return []machine.Effect{c.submit(s.Ballots[len(s.Ballots)-1])}
}

func (c *Council) submit(b Cast) machine.Effect {
	return c.ask(fmt.Sprintf("%s/%s/%d", DoBallot, b.Agent, b.Number), Request{Do: DoBallot, Agent: b.Agent, Ballot: &b.Answer})
}

func (c *Council) ask(key string, r Request) machine.Ask {
	r.Session = c.spec.Session
	text, _ := json.Marshal(r)
	return machine.Ask{Service: Service, Key: key, Args: text}
}

// told takes in what the group says.
func (c *Council) told(s *Sitting, now time.Time, m machine.Told) []machine.Effect {
	var r Response
	if m.Error == "" {
		if err := json.Unmarshal(m.Data, &r); err != nil {
			m.Error = err.Error()
		}
	}
	switch {
	case m.Key == DoSettle && s.Verdict != nil:
		return c.end(s, r.Accused, machine.Decided) // also without an answer: the decision stands
	case m.Error != "" && !s.Deadline.IsZero() && !now.Before(s.Deadline):
		return c.end(s, nil, machine.Expired)
	case m.Error != "":
		return []machine.Effect{machine.Decide{Outcome: machine.Outcome{Verdict: machine.Failed, Why: machine.WhyFailed, Text: m.Error}}}
	}
	var effects []machine.Effect
	again := s.Group != "" && s.Group != r.Group
	s.Group = r.Group
	for i := range s.Ballots {
		b := &s.Ballots[i]
		switch mine := m.Key == fmt.Sprintf("%s/%s/%d", DoBallot, b.Agent, b.Number); {
		case mine && r.Why == "":
			effects = append(effects, machine.Note{Kind: machine.NoteBallot, Agent: b.Agent, Text: b.Answer.Choice})
			b.Known = true
		case mine:
			effects = append(effects, machine.Ignored(b.Agent, &consensus.BallotError{Field: "ballot", Why: r.Why}))
			b.Known = true
		case again && b.Known: // this incarnation has never heard of it
			effects = append(effects, c.submit(*b))
		}
	}
	if r.Outcome != nil && s.Verdict == nil {
		out := *r.Outcome
		out.Certificate = r.Certificate
		s.Verdict = &out
		settle := c.ask(DoSettle, Request{Do: DoSettle})
		settle.Within = settling
		effects = append(effects, machine.StopTimer{ID: polls}, machine.Forget{}, settle)
	}
	return effects
}

// end is the end of the session: the decision if there is one, and else otherwise.
func (c *Council) end(s *Sitting, accused []Accusation, otherwise machine.Verdict) []machine.Effect {
	if s.Verdict == nil {
		return []machine.Effect{machine.Decide{Outcome: machine.Outcome{
			Verdict: otherwise, Why: machine.WhyDeadline, Text: "the group has not decided in time", Electorate: c.spec.Electorate.Total(),
		}}}
	}
	return conclude(*s.Verdict, c.spec.Electorate, accused)
}

// conclude reports who has lied, and decides.
func conclude(out machine.Outcome, all consensus.Electorate, accused []Accusation) []machine.Effect {
	var effects []machine.Effect
	for _, a := range accused {
		effects = append(effects, machine.Report{Agent: a.Agent, Kind: a.Kind, Evidence: a.Evidence})
	}
	for i := range all.Len() {
		if name := all.At(i).Agent; slices.ContainsFunc(accused, func(a Accusation) bool { return a.Agent == name }) {
			out.Liars = append(out.Liars, name)
		}
	}
	return append(effects, machine.Decide{Outcome: out})
}
