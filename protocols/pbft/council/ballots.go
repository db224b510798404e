// SPDX-License-Identifier: Apache-2.0

package council

import (
	"encoding/json"
	"fmt"
	"slices"

	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// KindTwoBallots is the kind of evidence of an agent that has cast two ballots under one number.
const KindTwoBallots = "two ballots"

// TwoBallots is two requests that one agent has signed, with ballots that cannot both be its word.
type TwoBallots struct{ A, B *wire.Request }

type twoBallotsText struct {
	Kind     string   `json:"kind"`
	Messages [][]byte `json:"messages"`
}

// Encode returns the evidence as it travels.
func (e *TwoBallots) Encode() []byte {
	text, _ := json.Marshal(twoBallotsText{KindTwoBallots, [][]byte{wire.Encode(e.A), wire.Encode(e.B)}})
	return text
}

// Verify returns nil for a proof, and pbft.ErrEvidence with the reason for anything else.
func (e *TwoBallots) Verify(c *wire.Config) error { return e.VerifyWith(c, auth.Public(c)) }

// VerifyWith is Verify with other signatures than ed25519, for simulations.
func (e *TwoBallots) VerifyWith(c *wire.Config, s auth.Scheme) error {
	bad := func(why string) error {
		return fmt.Errorf("council: two ballots: %s: %w", why, pbft.ErrEvidence)
	}
	if e.A == nil || e.B == nil || e.A.Client != e.B.Client || int(e.A.Client) >= c.N() {
		return bad("not of one agent")
	}
	if !slices.ContainsFunc(ballotsOf(e.A), func(a Operation) bool {
		return slices.ContainsFunc(ballotsOf(e.B), func(b Operation) bool { return contradict(*a.Ballot, *b.Ballot) })
	}) {
		return bad("they agree")
	}
	v := auth.NewVerifier(c, s, -1)
	for _, m := range []*wire.Request{e.A, e.B} {
		if _, err := v.Open(m); err != nil {
			return fmt.Errorf("%w: %w", bad("not signed"), err)
		}
	}
	return nil
}

func ballotsOf(m *wire.Request) (out []Operation) {
	for _, op := range m.Ops {
		if o, err := decode(op); err == nil && o.Ballot != nil {
			out = append(out, o)
		}
	}
	return out
}

// Accused returns the agent that evidence of any kind convicts in a group, or ErrEvidence with the reason why it convicts nobody.
func Accused(c *wire.Config, evidence []byte) (agent, kind string, err error) {
	var t twoBallotsText
	if json.Unmarshal(evidence, &t) == nil && t.Kind == KindTwoBallots {
		if len(t.Messages) != 2 {
			return "", "", fmt.Errorf("council: two ballots: %d of them: %w", len(t.Messages), pbft.ErrEvidence)
		}
		e := new(TwoBallots)
		for i, to := range []**wire.Request{&e.A, &e.B} {
			m, err := wire.Decode(t.Messages[i])
			if err != nil {
				return "", "", fmt.Errorf("council: two ballots: %w: %w", pbft.ErrEvidence, err)
			}
			*to, _ = m.(*wire.Request)
		}
		if err := e.Verify(c); err != nil {
			return "", "", err
		}
		return c.Clients[e.A.Client].Name, KindTwoBallots, nil
	}
	e, err := pbft.DecodeEvidence(evidence)
	if err != nil {
		return "", "", err
	}
	if err := e.Verify(c); err != nil {
		return "", "", err
	}
	kind, _ = pbft.EncodeEvidence(c, e)
	return c.Members[e.Accused(c)].Name, kind, nil
}
