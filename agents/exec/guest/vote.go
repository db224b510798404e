// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// VoteRequest asks what the program thinks.
type VoteRequest struct {
	// ID names the request.
	ID string `json:"id"`
	// Role is vote, rate, predict or sample; of an OnPropose it is propose or critique.
	Role string `json:"role"`
	// Round counts from 1, where there are any.
	Round int `json:"round"`
	// Question is what is asked, and Options what can be chosen.
	Question string   `json:"question"`
	Options  []string `json:"options"`
	// Items are what others have said.
	Items []VoteItem `json:"items"`
	// Input is what the role needs besides, JSON.
	Input json.RawMessage `json:"input"`
	// Deadline is how many milliseconds an answer counts from when the request was sent.
	Deadline int64 `json:"deadline_ms"`
}

// VoteItem is what one participant has said.
type VoteItem struct {
	// ID names it.
	ID string `json:"id"`
	// Agent is who said it; empty where that is not told.
	Agent string `json:"agent"`
	// Text is what was said, Notes what others said of it.
	Text  string   `json:"text"`
	Notes []string `json:"notes"`
}

// Vote is what the program thinks. The zero Vote abstains.
type Vote struct {
	// Choice is the option that is voted for, or an answer in free form; Choices are several samples.
	Choice  string
	Choices []string
	// Value is a rating and Confidence how sure the program is, both from 0 to 1; nil is not said.
	Value, Confidence *float64
	// Text is the reason, also of an abstention.
	Text string
	// Delegate is the agent that is to vote in this one's place.
	Delegate string
}

// Proposal is what the program proposes, or how it judges the proposals of others. The zero Proposal proposes nothing.
type Proposal struct {
	// Text is the proposal.
	Text string
	// Scores judge proposals of others.
	Scores []Score
	// Output is what the role needs besides; nil is nothing.
	Output any
}

// Score judges one item.
type Score struct {
	// Item is the id of the item.
	Item string `json:"item"`
	// Value is from 0 to 1.
	Value float64 `json:"value"`
	// Text is the reason.
	Text string `json:"text,omitempty"`
}

// Voter answers a request for a vote. It is called on a goroutine of its own, several at once if there are several sessions; ctx ends with the request's
// time. An error is an abstention with its text as the reason.
type Voter func(ctx context.Context, r VoteRequest) (Vote, error)

// Proposer answers a request for a proposal, as a Voter does.
type Proposer func(ctx context.Context, r VoteRequest) (Proposal, error)

// vote has a request answered on a goroutine of its own, so that tasks and pings are read meanwhile.
func (s *server) vote(ctx context.Context, text []byte, answer func(context.Context, VoteRequest) map[string]any) error {
	var r VoteRequest
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("guest: read %q: %w", text, err)
	}
	s.tasks.Go(func() { // awaited by Serve
		ctx, cancel := context.WithTimeout(ctx, time.Duration(r.Deadline)*time.Millisecond)
		defer cancel()
		_ = s.send(answer(ctx, r)) // a node that has gone is noticed by the reader
	})
	return nil
}

// line answers a request by the voter; a program without one abstains.
func (on Voter) line(ctx context.Context, r VoteRequest) map[string]any {
	if on == nil {
		return abstention(r.ID, "the program does not vote")
	}
	v, err := on(ctx, r)
	if err != nil {
		return abstention(r.ID, err.Error())
	}
	if v.Choice == "" && len(v.Choices) == 0 && v.Value == nil && v.Delegate == "" {
		return abstention(r.ID, v.Text)
	}
	m := map[string]any{"type": "vote", "id": r.ID}
	said(m, "choice", v.Choice, v.Choice != "")
	said(m, "choices", v.Choices, len(v.Choices) > 0)
	said(m, "value", v.Value, v.Value != nil)
	said(m, "confidence", v.Confidence, v.Confidence != nil)
	said(m, "text", v.Text, v.Text != "")
	said(m, "delegate", v.Delegate, v.Delegate != "")
	return m
}

// line answers a request by the proposer; a program without one proposes nothing.
func (on Proposer) line(ctx context.Context, r VoteRequest) map[string]any {
	if on == nil {
		return abstention(r.ID, "the program proposes nothing")
	}
	p, err := on(ctx, r)
	if err != nil {
		return abstention(r.ID, err.Error())
	}
	if p.Text == "" && len(p.Scores) == 0 && p.Output == nil {
		return abstention(r.ID, "")
	}
	m := map[string]any{"type": "propose", "id": r.ID}
	said(m, "text", p.Text, p.Text != "")
	said(m, "scores", p.Scores, len(p.Scores) > 0)
	said(m, "output", p.Output, p.Output != nil)
	return m
}

func said(m map[string]any, key string, v any, is bool) {
	if is {
		m[key] = v
	}
}

func abstention(id, why string) map[string]any {
	return map[string]any{"type": "abstain", "id": id, "why": why}
}
