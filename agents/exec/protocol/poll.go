// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"mabeam.dev/protocols/machine"
)

// Poll asks the program for its opinion, as the owner gives it to the session.
type Poll struct {
	// Call names the question; it is not empty.
	Call string
	// Invite is what is asked; its role asks for an opinion.
	Invite machine.Invite
	// Within is how long an answer counts, above 0.
	Within time.Duration
}

// request is the line of a poll.
func (p Poll) request(id string) Command {
	in, left := p.Invite, max(1, p.Within.Milliseconds())
	var items []PollItem
	for _, i := range in.Items {
		items = append(items, PollItem(i))
	}
	var input json.RawMessage
	if json.Valid(in.Input) {
		input = in.Input
	}
	if in.Role.Proposes() {
		return ProposeRequest{ID: id, Role: string(in.Role), Round: in.Round, Question: in.Question, Items: items, Input: input, DeadlineMS: left}
	}
	return VoteRequest{ID: id, Role: string(in.Role), Round: in.Round, Question: in.Question, Options: in.Options, Items: items, Input: input, DeadlineMS: left}
}

// Judge reads a vote as an answer to the poll. The error is ErrVoteRole, ErrVoteMalformed, ErrVoteOption or ErrVoteRange with what is wrong.
func (p Poll) Judge(v Vote) (a machine.Answer, err error) {
	if p.Invite.Role.Proposes() {
		return a, fmt.Errorf("%w: a proposal was asked for", ErrVoteRole)
	}
	read := reader{bad: ErrVoteMalformed}
	read.text("choice", v.Choice, &a.Choice)
	read.decode("choices", v.Choices, &a.Choices)
	a.Value, a.Confidence = read.share("value", v.Value), read.share("confidence", v.Confidence)
	read.text("text", v.Text, &a.Text)
	read.text("delegate", v.Delegate, &a.Delegate)
	if read.err != nil {
		return machine.Answer{}, read.err
	}
	switch in := p.Invite; in.Role {
	case machine.RoleRate:
		if a.Value == nil {
			return machine.Answer{}, fmt.Errorf("%w: want a value", ErrVoteMalformed)
		}
	case machine.RoleVote:
		if a.Delegate == "" && !slices.Contains(in.Options, a.Choice) {
			return machine.Answer{}, fmt.Errorf("%w: %s", ErrVoteOption, quoteHead([]byte(a.Choice)))
		}
	default:
		if a.Choice == "" && len(a.Choices) == 0 {
			return machine.Answer{}, fmt.Errorf("%w: want a choice", ErrVoteMalformed)
		}
	}
	return a, nil
}

// JudgeProposal reads a proposal as an answer to the poll. The errors are those of Judge but ErrVoteOption.
func (p Poll) JudgeProposal(v Propose) (a machine.Answer, err error) {
	if !p.Invite.Role.Proposes() {
		return a, fmt.Errorf("%w: a vote was asked for", ErrVoteRole)
	}
	read := reader{bad: ErrVoteMalformed}
	read.text("text", v.Text, &a.Text)
	var scores []struct {
		Item  string          `json:"item"`
		Value json.RawMessage `json:"value"`
		Text  string          `json:"text"`
	}
	read.decode("scores", v.Scores, &scores)
	for _, s := range scores {
		value := read.share("score", s.Value)
		if value == nil {
			read.fail(fmt.Errorf("%w: a score has no value", ErrVoteMalformed))
			break
		}
		a.Scores = append(a.Scores, machine.Score{Item: s.Item, Value: *value, Text: s.Text})
	}
	if given(v.Output) {
		a.Output = v.Output
	}
	if read.err == nil && a.Text == "" && len(a.Scores) == 0 && len(a.Output) == 0 {
		read.fail(fmt.Errorf("%w: there is nothing in it", ErrVoteMalformed))
	}
	if read.err != nil {
		return machine.Answer{}, read.err
	}
	return a, nil
}

// reader decodes fields, and keeps the first mistake.
type reader struct{ err, bad error }

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) decode(name string, raw json.RawMessage, into any) {
	if !given(raw) {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		r.fail(fmt.Errorf("%w: %s: %s", r.bad, name, head([]byte(err.Error()))))
	}
}

func (r *reader) text(name string, raw json.RawMessage, into *string) { r.decode(name, raw, into) }

// share reads a number from 0 to 1 as millionths; nil if there is none.
func (r *reader) share(name string, raw json.RawMessage) *int64 {
	if !given(raw) {
		return nil
	}
	var v float64
	if err := json.Unmarshal(raw, &v); err != nil {
		r.fail(fmt.Errorf("%w: %s is no number", ErrVoteMalformed, name))
		return nil
	}
	if v < 0 || v > 1 {
		r.fail(fmt.Errorf("%w: %s is %s", ErrVoteRange, name, quoteHead(raw)))
		return nil
	}
	whole := int64(math.Round(v * machine.One))
	return &whole
}
