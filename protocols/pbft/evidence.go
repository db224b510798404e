// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// Evidence is signed words of one member that no honest replica says. It proves itself: whoever has the configuration can check it.
type Evidence interface {
	// Accused returns whom the evidence convicts.
	Accused(c *wire.Config) wire.Member
	// Verify returns nil for a proof, and ErrEvidence with the reason for anything else.
	Verify(c *wire.Config) error
	// VerifyWith is Verify with other signatures than ed25519, for simulations.
	VerifyWith(c *wire.Config, s auth.Scheme) error
	key(c *wire.Config) reportKey
}

// TwoProposals is two PRE-PREPAREs of a primary for one view and number.
type TwoProposals struct{ A, B *wire.PrePrepare }

// TwoVotes is two signed votes of a member in one phase for one view and number.
type TwoVotes struct{ A, B *wire.Vote }

// TwoCheckpoints is two states that a member claims for one number.
type TwoCheckpoints struct{ A, B *wire.Checkpoint }

// FalseNewView is a NEW-VIEW that does not follow from the VIEW-CHANGEs in it.
type FalseNewView struct{ NewView *wire.NewView }

// ForgedRequest is a proposal whose batch holds a request that its client has not signed.
type ForgedRequest struct {
	Proposal *wire.Proposal
	Index    int // of the request
}

// reportKey is what a member is reported for once.
type reportKey struct {
	member wire.Member
	kind   wire.Kind
	view   uint64
	seq    uint64
}

// Accused returns the primary of the view.
func (e *TwoProposals) Accused(c *wire.Config) wire.Member { return c.Primary(e.A.View) }

// Accused returns the member.
func (e *TwoVotes) Accused(*wire.Config) wire.Member { return e.A.Member }

// Accused returns the member.
func (e *TwoCheckpoints) Accused(*wire.Config) wire.Member { return e.A.Member }

// Accused returns the primary of the view.
func (e *FalseNewView) Accused(c *wire.Config) wire.Member { return c.Primary(e.NewView.View) }

// Accused returns the primary of the view.
func (e *ForgedRequest) Accused(c *wire.Config) wire.Member {
	return c.Primary(e.Proposal.PrePrepare.View)
}

func (e *TwoProposals) key(c *wire.Config) reportKey {
	return reportKey{e.Accused(c), wire.KindPrePrepare, e.A.View, e.A.Seq}
}

func (e *TwoVotes) key(*wire.Config) reportKey {
	return reportKey{e.A.Member, e.A.Phase, e.A.View, e.A.Seq}
}

func (e *TwoCheckpoints) key(*wire.Config) reportKey {
	return reportKey{e.A.Member, wire.KindCheckpoint, 0, e.A.Seq}
}

func (e *FalseNewView) key(c *wire.Config) reportKey {
	return reportKey{e.Accused(c), wire.KindNewView, e.NewView.View, 0}
}

func (e *ForgedRequest) key(c *wire.Config) reportKey {
	return reportKey{e.Accused(c), wire.KindRequest, e.Proposal.PrePrepare.View, e.Proposal.PrePrepare.Seq}
}

// Verify checks the proof with the keys of the configuration.
func (e *TwoProposals) Verify(c *wire.Config) error { return e.VerifyWith(c, auth.Public(c)) }

// Verify checks the proof with the keys of the configuration.
func (e *TwoVotes) Verify(c *wire.Config) error { return e.VerifyWith(c, auth.Public(c)) }

// Verify checks the proof with the keys of the configuration.
func (e *TwoCheckpoints) Verify(c *wire.Config) error { return e.VerifyWith(c, auth.Public(c)) }

// Verify checks the proof with the keys of the configuration.
func (e *FalseNewView) Verify(c *wire.Config) error { return e.VerifyWith(c, auth.Public(c)) }

// Verify checks the proof with the keys of the configuration.
func (e *ForgedRequest) Verify(c *wire.Config) error { return e.VerifyWith(c, auth.Public(c)) }

func unproven(what, why string) error { return fmt.Errorf("pbft: %s: %s: %w", what, why, ErrEvidence) }

// VerifyWith checks the proof with a scheme.
func (e *TwoProposals) VerifyWith(c *wire.Config, s auth.Scheme) error {
	if e.A == nil || e.B == nil || e.A.View != e.B.View || e.A.Seq != e.B.Seq || e.A.Digest == e.B.Digest {
		return unproven("two proposals", "they agree")
	}
	return signedBy(c, s, "two proposals", &wire.Exhibit{Epoch: c.Epoch, PrePrepare: e.A}, &wire.Exhibit{Epoch: c.Epoch, PrePrepare: e.B})
}

// VerifyWith checks the proof with a scheme. In MAC mode votes prove nothing.
func (e *TwoVotes) VerifyWith(c *wire.Config, s auth.Scheme) error {
	a, b := e.A, e.B
	if c.Mode == wire.MAC {
		return unproven("two votes", "votes are not signed")
	}
	if a == nil || b == nil || a.Member != b.Member || a.Phase != b.Phase || a.View != b.View || a.Seq != b.Seq || a.Digest == b.Digest {
		return unproven("two votes", "they agree")
	}
	return signedBy(c, s, "two votes", a, b)
}

// VerifyWith checks the proof with a scheme.
func (e *TwoCheckpoints) VerifyWith(c *wire.Config, s auth.Scheme) error {
	if e.A == nil || e.B == nil || e.A.Member != e.B.Member || e.A.Seq != e.B.Seq || e.A.State == e.B.State {
		return unproven("two checkpoints", "they agree")
	}
	return signedBy(c, s, "two checkpoints", e.A, e.B)
}

// VerifyWith checks the proof with a scheme: the whole computation is done again.
func (e *FalseNewView) VerifyWith(c *wire.Config, s auth.Scheme) error {
	if e.NewView == nil {
		return unproven("false new view", "nothing there")
	}
	if err := signedBy(c, s, "false new view", e.NewView); err != nil {
		return err
	}
	if checkNewView(c, &skips{}, e.NewView) == nil {
		return unproven("false new view", "it follows")
	}
	return nil
}

// VerifyWith checks the proof with a scheme.
func (e *ForgedRequest) VerifyWith(c *wire.Config, s auth.Scheme) error {
	p := e.Proposal
	if p == nil || e.Index < 0 || e.Index >= len(p.Batch) || p.Batch.Digest() != p.PrePrepare.Digest {
		return unproven("forged request", "the batch is not what was proposed")
	}
	v := auth.NewVerifier(c, s, -1)
	if _, err := v.Open(&wire.Exhibit{Epoch: c.Epoch, PrePrepare: p.PrePrepare}); err != nil {
		return fmt.Errorf("%w: %w", unproven("forged request", "not signed by the primary"), err)
	}
	if _, err := v.Open(p.Batch[e.Index]); err == nil {
		return unproven("forged request", "the client has signed it")
	}
	return nil
}

func signedBy(c *wire.Config, s auth.Scheme, what string, ms ...wire.Message) error {
	v := auth.NewVerifier(c, s, -1)
	for _, m := range ms {
		if _, err := v.Open(m); err != nil {
			return fmt.Errorf("%w: %w", unproven(what, "not signed"), err)
		}
	}
	return nil
}

// maxReports bounds what is remembered as reported between two checkpoints.
const maxReports = 4096

// report hands evidence in, once for each offence.
func (r *Replica) report(e Evidence) {
	k := e.key(r.cfg)
	if _, ok := r.reports[k]; ok || len(r.reports) >= maxReports {
		return
	}
	r.reports[k] = struct{}{}
	r.emit(Report{e})
}

// compare looks whether the primary has signed for two batches.
func (r *Replica) compare(s *slot, pp *wire.PrePrepare) {
	if s.pp != nil && s.pp.View == pp.View && s.pp.Digest != pp.Digest {
		r.report(&TwoProposals{s.pp, pp})
	}
}

// contradiction takes two votes of one member that cannot both be honest. Without signatures that is a suspicion and no proof.
func (r *Replica) contradiction(a, b *wire.Vote) {
	if r.cfg.Mode == wire.MAC && !r.opt.skip.evidence {
		r.emit(Note{Kind: NoteSuspicious, View: b.View, Seq: b.Seq, From: b.Member})
		return
	}
	r.report(&TwoVotes{a, b})
}

// exhibit shows the accepted PRE-PREPARE to a member that voted for another, once: one of the two has proof then.
func (r *Replica) exhibit(s *slot, to wire.Member) {
	if s.shown[to/64]&(1<<(to%64)) != 0 {
		return
	}
	s.shown[to/64] |= 1 << (to % 64)
	r.send(to, &wire.Exhibit{Epoch: r.cfg.Epoch, PrePrepare: s.pp})
}

func (r *Replica) onExhibit(m *wire.Exhibit) {
	if s := r.slots[m.PrePrepare.Seq]; s != nil {
		r.compare(s, m.PrePrepare)
	}
}

// onForged takes a proposal with a request that its client has not signed. Who signed for the batch has forged it, or has not looked.
func (r *Replica) onForged(m *wire.Proposal, index int) {
	if m.Batch.Digest() == m.PrePrepare.Digest {
		r.report(&ForgedRequest{m, index})
	}
	r.ignore(m, ErrRefused)
}
