// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// proofs returns one piece of evidence of each kind, with real signatures, against member 0.
func proofs(keys *ring) []Evidence {
	c, k := keys.cfg, keys.members[0]
	d1, d2 := wire.Sum("a", nil), wire.Sum("b", nil)
	pp := func(d wire.Digest) *wire.PrePrepare {
		m := &wire.PrePrepare{View: 4, Seq: 7, Digest: d}
		m.Sig = auth.Sign(k, c, m)
		return m
	}
	vote := func(d wire.Digest) *wire.Vote {
		m := &wire.Vote{Phase: wire.KindCommit, Epoch: c.Epoch, View: 5, Seq: 7, Digest: d, Member: 0}
		m.Sig = auth.Sign(k, c, m)
		return m
	}
	point := func(d wire.Digest) *wire.Checkpoint {
		m := &wire.Checkpoint{Epoch: c.Epoch, Seq: 64, State: d, Member: 0}
		m.Sig = auth.Sign(k, c, m)
		return m
	}
	view := &wire.NewView{Epoch: c.Epoch, View: 4, Orders: []*wire.PrePrepare{pp(d1)}}
	for i := range c.Quorum() {
		v := &wire.ViewChange{Epoch: c.Epoch, View: 4, Stable: &wire.Stable{}, Member: wire.Member(i)}
		v.Sig = auth.Sign(keys.members[i], c, v)
		view.Changes = append(view.Changes, v)
	}
	view.Sig = auth.Sign(k, c, view)
	forged := wire.Batch{{Epoch: c.Epoch, Client: 0, Seq: 1, Ops: [][]byte{[]byte("x")}, Sig: make([]byte, 64)}}
	return []Evidence{
		&TwoProposals{pp(d1), pp(d2)}, &TwoVotes{vote(d1), vote(d2)}, &TwoCheckpoints{point(d1), point(d2)},
		&FalseNewView{view}, &ForgedRequest{&wire.Proposal{Epoch: c.Epoch, PrePrepare: pp(forged.Digest()), Batch: forged}, 0},
	}
}

func TestEvidenceProvesItselfToAnybody(t *testing.T) {
	keys := group(4, 1, wire.Signed, wire.Rules{}, true)
	for _, e := range proofs(keys) {
		assert.NoError(t, e.Verify(keys.cfg), "%T", e)
		assert.Equal(t, wire.Member(0), e.Accused(keys.cfg))
		other := *keys.cfg
		other.Epoch++
		assert.ErrorIs(t, e.Verify(&other), ErrEvidence, "%T in another epoch", e)
		other = *keys.cfg
		other.Group = "senate"
		assert.ErrorIs(t, e.Verify(&other), ErrEvidence, "%T in another group", e)
	}
}

func TestNobodyIsConvictedOfWhatIsConsistent(t *testing.T) {
	keys := group(4, 1, wire.Signed, wire.Rules{}, true)
	c, k := keys.cfg, proofs(keys)
	p, v, s := k[0].(*TwoProposals), k[1].(*TwoVotes), k[2].(*TwoCheckpoints)
	nv, f := k[3].(*FalseNewView), k[4].(*ForgedRequest)
	other := *v.B
	other.Member = 1
	good := *nv.NewView
	good.Orders = nil
	good.Sig = auth.Sign(keys.members[0], c, &good)
	real := &wire.Request{Epoch: c.Epoch, Client: 0, Seq: 1, Ops: [][]byte{[]byte("x")}}
	real.Sig = auth.Sign(keys.clients[0], c, real)
	batch := wire.Batch{real}
	pp := &wire.PrePrepare{View: 4, Seq: 7, Digest: batch.Digest()}
	pp.Sig = auth.Sign(keys.members[0], c, pp)
	for name, e := range map[string]Evidence{
		"one proposal twice": &TwoProposals{p.A, p.A}, "one vote twice": &TwoVotes{v.A, v.A}, "one checkpoint twice": &TwoCheckpoints{s.A, s.A},
		"votes of two members": &TwoVotes{v.A, &other}, "a new view that follows": &FalseNewView{&good},
		"a request that is signed":    &ForgedRequest{&wire.Proposal{Epoch: c.Epoch, PrePrepare: pp, Batch: batch}, 0},
		"a batch of another digest":   &ForgedRequest{&wire.Proposal{Epoch: c.Epoch, PrePrepare: pp, Batch: f.Proposal.Batch}, 0},
		"a request that is not there": &ForgedRequest{f.Proposal, 3},
	} {
		assert.ErrorIs(t, e.Verify(c), ErrEvidence, name)
	}
	mac := *c
	mac.Mode = wire.MAC
	assert.ErrorIs(t, v.Verify(&mac), ErrEvidence, "votes of MAC mode")
}

func TestACertificateProvesOneDecision(t *testing.T) {
	keys := group(4, 1, wire.Signed, wire.Rules{}, true)
	c := keys.cfg
	req := &wire.Request{Epoch: c.Epoch, Client: 0, Seq: 1, Ops: [][]byte{[]byte("x")}}
	reply := func(m wire.Member, view uint64, result string) *wire.Reply {
		r := &wire.Reply{Epoch: c.Epoch, View: view, Seq: 9, Number: 1, Request: req.Digest(), Member: m, Results: [][]byte{[]byte(result)}}
		r.Result = wire.ResultDigest(r.Results)
		r.Sig = auth.Sign(keys.members[m], c, r)
		return r
	}
	good := &Certificate{[]*wire.Reply{reply(1, 0, "r"), reply(3, 2, "r")}}
	require.NoError(t, good.Verify(c, req))
	assert.Equal(t, uint64(9), good.Seq())
	assert.Equal(t, [][]byte{[]byte("r")}, good.Results())
	stolen := *reply(1, 0, "r")
	stolen.Member = 2
	for name, k := range map[string]*Certificate{
		"one member": {good.Replies[:1]}, "a member twice": {[]*wire.Reply{good.Replies[0], good.Replies[0]}},
		"other results": {[]*wire.Reply{reply(1, 0, "r"), reply(3, 0, "s")}}, "another's signature": {[]*wire.Reply{reply(1, 0, "r"), &stolen}},
	} {
		assert.ErrorIs(t, k.Verify(c, req), ErrCertificate, name)
	}
	assert.ErrorIs(t, good.Verify(c, &wire.Request{Epoch: c.Epoch, Seq: 1, Ops: [][]byte{[]byte("y")}}), ErrCertificate, "another request")
}

// A primary that gives one number two batches is convicted, once members that heard of different ones hear each other's votes.
func TestEquivocationIsAlwaysCaught(t *testing.T) {
	missed, met := 0, 0
	for seed := range uint64(1000) {
		w := newWorld(setting{seed: seed + 1, n: 4, liars: 1, traits: equivocate, safety: true})
		w.gst, w.loss, w.delta = 0, 0, 2*time.Millisecond
		w.run()
		if w.torn() {
			if met++; w.caught == 0 {
				missed++
			}
		}
	}
	assert.Zero(t, missed, "of %d", met)
	assert.Greater(t, met, 30)
}

func TestOptionsHaveAllTheirProblemsTold(t *testing.T) {
	err := Options{BatchSize: 1000, Timeout: -1, TimeoutMax: -2, Resend: -1, Burst: -1}.Validate()
	assert.ErrorIs(t, err, ErrInvalidOptions)
	for _, field := range []string{"BatchSize", "TimeoutMax", "Resend", "Burst"} {
		assert.ErrorContains(t, err, field)
	}
	assert.NoError(t, Options{}.Validate())
}
