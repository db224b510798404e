// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// Certificate proves a decision to anybody: f+1 members, so at least one that does not lie, signed that a request was executed at a number
// with these results.
type Certificate struct {
	Replies []*wire.Reply // by ascending member; equal but for view and member
}

// Verify returns nil if the certificate proves that the request was decided in the group, and ErrCertificate with the reason otherwise.
func (k *Certificate) Verify(c *wire.Config, m *wire.Request) error {
	return k.VerifyWith(c, auth.Public(c), m)
}

// VerifyWith is Verify with other signatures than ed25519, for simulations.
func (k *Certificate) VerifyWith(c *wire.Config, s auth.Scheme, m *wire.Request) error {
	bad := func(why string) error { return fmt.Errorf("pbft: certificate: %s: %w", why, ErrCertificate) }
	if len(k.Replies) < c.Weak() {
		return bad(fmt.Sprintf("%d members, and %d are needed", len(k.Replies), c.Weak()))
	}
	v := auth.NewVerifier(c, s, -1)
	first := k.Replies[0]
	if first.Client != m.Client || first.Number != m.Seq || first.Request != m.Digest() {
		return bad("of another request")
	}
	for i, r := range k.Replies {
		if !r.Same(first) || (i > 0 && r.Member <= k.Replies[i-1].Member) {
			return bad("members that say different things, or twice the same member")
		}
		if _, err := v.Open(r); err != nil {
			return fmt.Errorf("%w: %w", bad("a reply is not signed"), err)
		}
	}
	return nil
}

// Results returns what the operations of the request came to.
func (k *Certificate) Results() [][]byte { return k.Replies[0].Results }

// Seq returns the sequence number at which the request was executed.
func (k *Certificate) Seq() uint64 { return k.Replies[0].Seq }
