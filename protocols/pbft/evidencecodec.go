// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"encoding/json"
	"fmt"

	"mabeam.dev/protocols/pbft/wire"
)

// The kinds of evidence, in words.
const (
	KindTwoProposals   = "two proposals"
	KindTwoVotes       = "two votes"
	KindTwoCheckpoints = "two checkpoints"
	KindFalseNewView   = "false new view"
	KindForgedRequest  = "forged request"
)

// exhibits is evidence as it travels: its kind and the signed messages, each in its own encoding.
type exhibits struct {
	Kind     string   `json:"kind"`
	Index    int      `json:"index,omitempty"`
	Messages [][]byte `json:"messages"`
}

// EncodeEvidence returns the kind of evidence in words, and JSON that DecodeEvidence understands.
func EncodeEvidence(c *wire.Config, e Evidence) (kind string, text []byte) {
	x := exhibits{}
	add := func(kind string, ms ...wire.Message) {
		x.Kind = kind
		for _, m := range ms {
			x.Messages = append(x.Messages, wire.Encode(m))
		}
	}
	switch e := e.(type) {
	case *TwoProposals:
		add(KindTwoProposals, &wire.Exhibit{Epoch: c.Epoch, PrePrepare: e.A}, &wire.Exhibit{Epoch: c.Epoch, PrePrepare: e.B})
	case *TwoVotes:
		add(KindTwoVotes, e.A, e.B)
	case *TwoCheckpoints:
		add(KindTwoCheckpoints, e.A, e.B)
	case *FalseNewView:
		add(KindFalseNewView, e.NewView)
	case *ForgedRequest:
		add(KindForgedRequest, e.Proposal)
		x.Index = e.Index
	}
	text, _ = json.Marshal(x) // plain data
	return x.Kind, text
}

// DecodeEvidence returns the evidence that the text encodes, or ErrEvidence. It proves nothing before it is verified.
func DecodeEvidence(text []byte) (Evidence, error) {
	bad := func(why string) (Evidence, error) {
		return nil, fmt.Errorf("pbft: decode evidence: %s: %w", why, ErrEvidence)
	}
	var x exhibits
	if err := json.Unmarshal(text, &x); err != nil {
		return bad(err.Error())
	}
	ms := make([]wire.Message, len(x.Messages))
	for i, b := range x.Messages {
		m, err := wire.Decode(b)
		if err != nil {
			return bad(err.Error())
		}
		ms[i] = m
	}
	switch {
	case len(ms) == 2:
		switch a := ms[0].(type) {
		case *wire.Exhibit:
			if b, ok := ms[1].(*wire.Exhibit); ok && x.Kind == KindTwoProposals {
				return &TwoProposals{a.PrePrepare, b.PrePrepare}, nil
			}
		case *wire.Vote:
			if b, ok := ms[1].(*wire.Vote); ok && x.Kind == KindTwoVotes {
				return &TwoVotes{a, b}, nil
			}
		case *wire.Checkpoint:
			if b, ok := ms[1].(*wire.Checkpoint); ok && x.Kind == KindTwoCheckpoints {
				return &TwoCheckpoints{a, b}, nil
			}
		}
	case len(ms) == 1:
		switch a := ms[0].(type) {
		case *wire.NewView:
			if x.Kind == KindFalseNewView {
				return &FalseNewView{a}, nil
			}
		case *wire.Proposal:
			if x.Kind == KindForgedRequest {
				return &ForgedRequest{a, x.Index}, nil
			}
		}
	}
	return bad(fmt.Sprintf("%q of %d messages is none", x.Kind, len(ms)))
}
