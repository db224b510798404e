// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/machine"
)

// StepKind says what a Step is.
type StepKind string

// The kinds of steps.
const (
	StepOpened   StepKind = "opened"   // the session has begun
	StepRestored StepKind = "restored" // its process was made again
	StepRound    StepKind = "round"    // a round has begun; Text says which
	StepBallot   StepKind = "ballot"   // an answer of Agent counts; Text says more where the protocol does
	StepIgnored  StepKind = "ignored"  // an answer of Agent changed nothing; Text says why
	StepParted   StepKind = "parted"   // Agent will not answer; Text says why
	StepAccused  StepKind = "accused"  // there is evidence against Agent; Text says of what
	StepNoted    StepKind = "noted"    // something that the protocol says
	StepEnded    StepKind = "ended"    // the session has ended; Text says how
)

// Step is one thing that happened in a session, for those who watch it.
type Step struct {
	Number int       `json:"number"` // from 1, without a gap
	At     time.Time `json:"at"`
	What   StepKind  `json:"what"`
	Agent  string    `json:"agent,omitempty"` // whom it is about
	Text   string    `json:"text,omitempty"`
}

// storyLimit is how many of the last steps of a session are kept.
const storyLimit = 256

// story is the steps of a session, the last ones. The session's entry guards it.
type story struct {
	total int
	steps []Step
}

func (s *story) add(at time.Time, what StepKind, agent, text string) {
	s.total++
	if len(s.steps) == storyLimit { // half of it at once, so that it is seldom moved
		s.steps = append(s.steps[:0], s.steps[storyLimit/2:]...)
	}
	s.steps = append(s.steps, Step{Number: s.total, At: at, What: what, Agent: agent, Text: text})
}

// after returns a copy of the steps behind a number.
func (s *story) after(number int) []Step {
	first := s.total - len(s.steps)
	if number >= s.total {
		return nil
	}
	return append([]Step(nil), s.steps[max(number-first, 0):]...)
}

// tell adds a step to the session's story.
func (n *entry) tell(at time.Time, what StepKind, agent, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if what == StepRound {
		n.mu.rounds++
	}
	n.mu.story.add(at, what, agent, text)
}

func (s *session) tell(ctx *actors.Context[SessionMessage], what StepKind, agent, text string) {
	s.n.tell(ctx.Now(), what, agent, text)
}

// Story returns what has happened in a session behind the step of a number, 0 for all. The last few hundred steps are kept, of the last thousand sessions
// that have ended; they are for watching, and begin anew after a restart of the program.
func (e *Engine) Story(id SessionID, after int) ([]Step, error) {
	n, err := e.find("story of", id)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.mu.story.after(after), nil
}

// Result returns what a session came to; false while it has not ended.
func (e *Engine) Result(id SessionID) (Result, bool, error) {
	n, err := e.find("result of", id)
	if err != nil {
		return Result{}, false, err
	}
	r, _, ended := n.outcome()
	if !ended {
		return Result{}, false, nil
	}
	return *r, true, nil
}

// opinion is what an answer says, in a few words; empty for other events.
func opinion(ev machine.Event) string {
	got, ok := ev.(machine.Received)
	if !ok {
		return ""
	}
	a, ok := got.Msg.(machine.Answer)
	switch {
	case !ok:
	case a.Abstain != "":
		return "abstains: " + a.Abstain
	case a.Decline != "":
		return "declines: " + a.Decline
	case a.Choice != "":
		return a.Choice
	case a.Value != nil:
		return fmt.Sprintf("rates %g", float64(*a.Value)/machine.One)
	}
	return ""
}
