// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"mabeam.dev/protocols/pbft/wire"
)

// Verified is a value whose signatures have been checked. The zero value holds nothing, and machines ignore it.
type Verified[T any] struct {
	value  T
	ok     bool
	forged int // 1 + the number of the first forged request
}

// Value returns what was checked; false for the zero value.
func (v Verified[T]) Value() (T, bool) { return v.value, v.ok }

// Forged returns the number of the first request of a proposal that its client has not signed, and whether there is one.
func (v Verified[T]) Forged() (int, bool) { return v.forged - 1, v.forged > 0 }

// Message is a checked message, as machines take them.
type Message = Verified[wire.Message]

// Verifier checks messages for one member or client.
type Verifier struct {
	cfg    *wire.Config
	scheme Scheme
	buf    []byte
	seen   memory
}

// DefaultMemory is how many signatures a Verifier remembers that was not told otherwise.
const DefaultMemory = 1 << 14

// NewVerifier returns a verifier. It remembers about as many signatures as memory says, 0 for DefaultMemory, negative for none.
func NewVerifier(c *wire.Config, s Scheme, memory int) *Verifier {
	v := &Verifier{cfg: c, scheme: s}
	v.seen.limit = memory
	if memory == 0 {
		v.seen.limit = DefaultMemory
	}
	return v
}

// Open checks every signature of a message. The error is ErrBadAuth or ErrStaleEpoch.
func (v *Verifier) Open(m wire.Message) (Message, error) {
	out := Message{value: m, ok: true}
	bad := func() (Message, error) {
		return Message{}, fmt.Errorf("pbft/auth: %q of group %q: %w", m.Kind(), v.cfg.Group, ErrBadAuth)
	}
	if epoch := epochOf(m); epoch != v.cfg.Epoch {
		return Message{}, fmt.Errorf("pbft/auth: %q of epoch %d, and it is %d: %w", m.Kind(), epoch, v.cfg.Epoch, ErrStaleEpoch)
	}
	ok := true
	switch m := m.(type) {
	case *wire.Request:
		ok = v.client(m)
	case *wire.Proposal:
		ok = v.prePrepare(m.PrePrepare)
		for i, r := range m.Batch {
			if r.Epoch != v.cfg.Epoch || !v.client(r) {
				out.forged = i + 1
				break
			}
		}
	case *wire.Vote:
		ok = v.vote(m)
	case *wire.ViewChange:
		ok = v.viewChange(m)
	case *wire.NewView:
		ok = v.newView(m)
	case *wire.Reply:
		ok = v.member(m.Member, m, m.Sig) && wire.ResultDigest(m.Results) == m.Result
	case *wire.Checkpoint:
		ok = v.member(m.Member, m, m.Sig)
	case *wire.Status:
		ok = v.member(m.Member, m, m.Sig)
	case *wire.FetchBody:
		ok = v.member(m.Member, m, m.Sig)
	case *wire.FetchState:
		ok = v.member(m.Member, m, m.Sig)
	case *wire.Exhibit:
		ok = v.prePrepare(m.PrePrepare)
	case *wire.Manifest:
		ok = v.stable(m.Stable)
	case *wire.Body, *wire.Chunk: // bound by digests that the receiver knows
	}
	if !ok {
		return bad()
	}
	return out, nil
}

func epochOf(m wire.Message) uint64 {
	switch m := m.(type) {
	case *wire.Request:
		return m.Epoch
	case *wire.Proposal:
		return m.Epoch
	case *wire.Vote:
		return m.Epoch
	case *wire.Checkpoint:
		return m.Epoch
	case *wire.ViewChange:
		return m.Epoch
	case *wire.NewView:
		return m.Epoch
	case *wire.Reply:
		return m.Epoch
	case *wire.Status:
		return m.Epoch
	case *wire.FetchBody:
		return m.Epoch
	case *wire.Body:
		return m.Epoch
	case *wire.Exhibit:
		return m.Epoch
	case *wire.FetchState:
		return m.Epoch
	case *wire.Manifest:
		return m.Epoch
	case *wire.Chunk:
		return m.Epoch
	}
	return 0
}

func (v *Verifier) client(m *wire.Request) bool {
	v.buf = wire.AppendSigned(v.buf[:0], v.cfg, m)
	return v.seen.check(1<<32|uint64(m.Client), v.buf, m.Sig, func() bool { return v.scheme.Client(m.Client, v.buf, m.Sig) })
}

func (v *Verifier) member(who wire.Member, m wire.Authored, sig []byte) bool {
	if !v.cfg.Has(who) {
		return false
	}
	v.buf = wire.AppendSigned(v.buf[:0], v.cfg, m)
	return v.seen.check(uint64(who), v.buf, sig, func() bool { return v.scheme.Member(who, v.buf, sig) })
}

func (v *Verifier) prePrepare(m *wire.PrePrepare) bool {
	return v.member(v.cfg.Primary(m.View), m, m.Sig)
}

func (v *Verifier) vote(m *wire.Vote) bool {
	if v.cfg.Mode == wire.Signed {
		return v.member(m.Member, m, m.Sig)
	}
	v.buf = wire.AppendSigned(v.buf[:0], v.cfg, m)
	return v.cfg.Has(m.Member) && v.scheme.Tagged(m.Member, v.buf, m.Sig)
}

func (v *Verifier) stable(m *wire.Stable) bool {
	for _, k := range m.Marks {
		if !v.member(k.Member, m.Checkpoint(v.cfg.Epoch, k), k.Sig) {
			return false
		}
	}
	return true
}

func (v *Verifier) viewChange(m *wire.ViewChange) bool {
	if m.Epoch != v.cfg.Epoch || !v.member(m.Member, m, m.Sig) || !v.stable(m.Stable) {
		return false
	}
	for _, p := range m.Prepared {
		if !v.prePrepare(p.PrePrepare) {
			return false
		}
		for _, k := range p.Marks {
			if !v.member(k.Member, p.Vote(v.cfg.Epoch, k), k.Sig) {
				return false
			}
		}
	}
	return true
}

func (v *Verifier) newView(m *wire.NewView) bool {
	if !v.member(v.cfg.Primary(m.View), m, m.Sig) {
		return false
	}
	for _, c := range m.Changes {
		if !v.viewChange(c) {
			return false
		}
	}
	for _, o := range m.Orders {
		if o.View != m.View || !v.prePrepare(o) {
			return false
		}
	}
	return true
}

// memory holds digests of signatures that were good, in two generations: when the younger is full, the older is forgotten.
type memory struct {
	limit    int
	now, old map[[32]byte]struct{}
}

func (s *memory) check(who uint64, data, sig []byte, verify func() bool) bool {
	if s.limit < 0 {
		return verify()
	}
	h := sha256.New()
	var head [16]byte
	binary.BigEndian.PutUint64(head[:8], who)
	binary.BigEndian.PutUint64(head[8:], uint64(len(data)))
	h.Write(head[:])
	h.Write(data)
	h.Write(sig)
	var key [32]byte
	h.Sum(key[:0])
	if _, ok := s.now[key]; ok {
		return true
	}
	if _, ok := s.old[key]; !ok && !verify() {
		return false
	}
	if s.now == nil || len(s.now) >= max(1, s.limit/2) {
		s.now, s.old = make(map[[32]byte]struct{}), s.now
	}
	s.now[key] = struct{}{}
	return true
}
