// SPDX-License-Identifier: Apache-2.0

package council

import (
	"bytes"
	"encoding/json"
	"fmt"

	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// Proof shows anybody what a council decided: who its members are, the request whose answer has the outcome, and f+1 members' signatures of that answer.
type Proof struct {
	Config  *wire.Config
	Request *wire.Request
	Replies []*wire.Reply
}

// proofText is a proof as it is written.
type proofText struct {
	Config  []byte   `json:"config"`
	Request []byte   `json:"request"`
	Replies [][]byte `json:"replies"`
}

// MarshalJSON writes every part in its own encoding.
func (p *Proof) MarshalJSON() ([]byte, error) {
	t := proofText{Config: wire.EncodeConfig(p.Config), Request: wire.Encode(p.Request)}
	for _, r := range p.Replies {
		t.Replies = append(t.Replies, wire.Encode(r))
	}
	return json.Marshal(t)
}

// UnmarshalJSON reads what MarshalJSON wrote. What it reads proves nothing before it is verified.
func (p *Proof) UnmarshalJSON(text []byte) error {
	var t proofText
	if err := json.Unmarshal(text, &t); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	c, err := wire.DecodeConfig(t.Config)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	out := Proof{Config: c}
	m, err := wire.Decode(t.Request)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	var ok bool
	if out.Request, ok = m.(*wire.Request); !ok {
		return fmt.Errorf("%w: no request", ErrProof)
	}
	for _, b := range t.Replies {
		m, err := wire.Decode(b)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrProof, err)
		}
		r, ok := m.(*wire.Reply)
		if !ok {
			return fmt.Errorf("%w: no reply", ErrProof)
		}
		out.Replies = append(out.Replies, r)
	}
	*p = out
	return nil
}

// ParseProof reads the certificate of an outcome.
func ParseProof(certificate []byte) (*Proof, error) {
	p := new(Proof)
	if err := json.Unmarshal(certificate, p); err != nil {
		return nil, err
	}
	return p, nil
}

// Verify returns the outcome that the proof shows. trusted knows the public signing key of each agent: a proof is worth as much as the keys of the
// members in it, which is why they are compared with those that the reader knows. The error is ErrProof.
func (p *Proof) Verify(trusted func(agent string) (key []byte, ok bool)) (machine.Outcome, error) {
	var none machine.Outcome
	if p.Config == nil {
		return none, fmt.Errorf("%w: it is empty", ErrProof)
	}
	for _, m := range p.Config.Members {
		if key, ok := trusted(m.Name); !ok || !bytes.Equal(key, m.Sign) {
			return none, fmt.Errorf("%w: the key of %q is not the one that is known", ErrProof, m.Name)
		}
	}
	return p.VerifyWith(auth.Public(p.Config))
}

// VerifyWith is Verify for who trusts the configuration, with a scheme of signatures.
func (p *Proof) VerifyWith(s auth.Scheme) (machine.Outcome, error) {
	var none machine.Outcome
	if p.Config == nil || p.Request == nil {
		return none, fmt.Errorf("%w: it is empty", ErrProof)
	}
	if err := p.Config.Validate(); err != nil {
		return none, fmt.Errorf("%w: %w", ErrProof, err)
	}
	k := &pbft.Certificate{Replies: p.Replies}
	if err := k.VerifyWith(p.Config, s, p.Request); err != nil {
		return none, fmt.Errorf("%w: %w", ErrProof, err)
	}
	for _, text := range k.Results() {
		if r, err := DecodeResult(text); err == nil && r.Outcome != nil {
			return *r.Outcome, nil
		}
	}
	return none, fmt.Errorf("%w: the answer has no outcome", ErrProof)
}
