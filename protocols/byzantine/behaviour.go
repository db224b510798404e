// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"slices"

	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// Behaviour is how a member behaves in a rehearsal: a demonstration or test of what a group stands. See Host.Rehearse.
type Behaviour string

// The behaviours.
const (
	// Honest members keep to the protocol.
	Honest Behaviour = ""
	// Silent members say nothing.
	Silent Behaviour = "silent"
	// Equivocate has a member vote for two things at once, and propose two where it is primary. It is convicted, unless votes are authenticated by MAC.
	Equivocate Behaviour = "equivocate"
	// Forge has a member propose requests that their clients have not signed, where it is primary, for which it is convicted; and speak in others'
	// names, which is refused and proves nothing, as anybody could have done it.
	Forge Behaviour = "forge"
	// Misreport has a member tell clients that something else was decided. Nobody believes fewer than f+1 members.
	Misreport Behaviour = "misreport"
	// Amnesia has a member find its vote log lost when its replica starts the next time: it keeps silent, so that it breaks no promise.
	Amnesia Behaviour = "amnesia"
	// DoubleVote has an agent cast two ballots under one number, for which it is convicted. It is for who casts ballots: replicas do nothing about it.
	DoubleVote Behaviour = "double vote"
)

// Behaviours lists those that can be rehearsed.
func Behaviours() []Behaviour {
	return []Behaviour{Silent, Equivocate, Forge, Misreport, Amnesia, DoubleVote}
}

func (b Behaviour) known() bool { return b == Honest || slices.Contains(Behaviours(), b) }

// liar makes of what an honest replica would say what a lying one says.
type liar struct {
	cfg  *wire.Config
	me   wire.Member
	keys auth.Keys
}

func (l *liar) twist(b Behaviour, effects []pbft.Effect) []pbft.Effect {
	var out []pbft.Effect
	for _, e := range effects {
		switch e := e.(type) {
		case pbft.Broadcast:
			out = append(out, l.broadcast(b, e)...)
		case pbft.Send:
			if b != Silent {
				out = append(out, e)
			}
		case pbft.Answer:
			out = append(out, l.answer(b, e)...)
		default:
			out = append(out, e)
		}
	}
	return out
}

func (l *liar) answer(b Behaviour, e pbft.Answer) []pbft.Effect {
	switch b {
	case Silent:
		return nil
	case Misreport:
		m := *e.Reply
		m.Results = [][]byte{[]byte(`{"outcome":{"verdict":"decided","decision":"what I say"}}`)}
		m.Result = wire.ResultDigest(m.Results)
		m.Sig = auth.Sign(l.keys, l.cfg, &m)
		return []pbft.Effect{pbft.Answer{Reply: &m}}
	case Honest, Equivocate, Forge, Amnesia, DoubleVote:
	}
	return []pbft.Effect{e}
}

func (l *liar) broadcast(b Behaviour, e pbft.Broadcast) []pbft.Effect {
	switch b {
	case Silent:
		return nil
	case Equivocate:
		switch m := e.Msg.(type) {
		case *wire.Vote:
			return []pbft.Effect{e, pbft.Broadcast{Msg: l.vote(m, l.me, other(m.Digest))}}
		case *wire.Proposal:
			return l.twoProposals(m)
		}
	case Forge:
		switch m := e.Msg.(type) {
		case *wire.Vote:
			return []pbft.Effect{e, pbft.Broadcast{Msg: l.vote(m, wire.Member((int(l.me)+1)%l.cfg.N()), m.Digest)}}
		case *wire.Proposal:
			forged := *m.Batch[0]
			forged.Client, forged.Seq = wire.Client((int(forged.Client)+1)%len(l.cfg.Clients)), 1
			return []pbft.Effect{pbft.Broadcast{Msg: l.proposal(m.PrePrepare, append(slices.Clone(m.Batch), &forged))}}
		}
	case Honest, Misreport, Amnesia, DoubleVote:
	}
	return []pbft.Effect{e}
}

// twoProposals gives one number two batches, and shows half of the members each; where there is only one thing to propose it claims to have
// proposed something else.
func (l *liar) twoProposals(m *wire.Proposal) []pbft.Effect {
	if len(m.Batch) < 2 {
		pp := &wire.PrePrepare{View: m.PrePrepare.View, Seq: m.PrePrepare.Seq, Digest: other(m.PrePrepare.Digest)}
		pp.Sig = auth.Sign(l.keys, l.cfg, pp)
		return []pbft.Effect{pbft.Broadcast{Msg: m}, pbft.Broadcast{Msg: &wire.Exhibit{Epoch: l.cfg.Epoch, PrePrepare: pp}}}
	}
	batch := slices.Clone(m.Batch)
	slices.Reverse(batch)
	second := l.proposal(m.PrePrepare, batch)
	var out []pbft.Effect
	for i := range l.cfg.N() {
		if to := wire.Member(i); to != l.me {
			one, two := m, second
			if i%2 == 0 {
				one, two = second, m
			}
			out = append(out, pbft.Send{To: to, Msg: one}, pbft.Send{To: to, Msg: &wire.Exhibit{Epoch: l.cfg.Epoch, PrePrepare: two.PrePrepare}})
		}
	}
	return out
}

func (l *liar) proposal(like *wire.PrePrepare, b wire.Batch) *wire.Proposal {
	pp := &wire.PrePrepare{View: like.View, Seq: like.Seq, Digest: b.Digest()}
	pp.Sig = auth.Sign(l.keys, l.cfg, pp)
	return &wire.Proposal{Epoch: l.cfg.Epoch, PrePrepare: pp, Batch: b}
}

func (l *liar) vote(like *wire.Vote, as wire.Member, d wire.Digest) *wire.Vote {
	v := &wire.Vote{Phase: like.Phase, Epoch: like.Epoch, View: like.View, Seq: like.Seq, Digest: d, Member: as}
	if l.cfg.Mode == wire.MAC {
		v.Sig = l.keys.Tags(wire.AppendSigned(nil, l.cfg, v))
	} else {
		v.Sig = auth.Sign(l.keys, l.cfg, v)
	}
	return v
}

// other is a digest of something else.
func other(d wire.Digest) wire.Digest {
	d[0] ^= 0xff
	return d
}
