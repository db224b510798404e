// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"slices"
	"time"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// trait is a set of ways to lie.
type trait uint32

const (
	mute        trait = 1 << iota // says nothing
	deaf                          // says little
	equivocate                    // as primary, gives one number two batches, and votes for both
	doubleSpend                   // as primary, gives one request two numbers
	forger                        // as primary, makes up requests; sends in others' names
	mismatch                      // as primary, sends batches that are not those of the digest
	holes                         // as primary, uses numbers far away
	favour                        // as primary, skips a client
	stale                         // as primary, repeats what was executed long ago
	zombie                        // goes on proposing in views that are over
	repeat                        // votes many times
	tardy                         // sends just before time is up
	replayer                      // says everything again, at any time
	falseState                    // lies about checkpoints, chunks and lists
	falseView                     // lies in VIEW-CHANGE and NEW-VIEW
	storm                         // asks for views all the time
	falseTags                     // in MAC mode, tags only some receivers rightly
	falseReply                    // tells clients anything
	twins                         // is two members under one key
	allTraits   = 19
)

// liar is what a lying member has beside an honest replica, whose words it twists.
type liar struct {
	traits trait
	past   []wire.Message
	led    map[uint64]bool // views it was primary of
	twin   *Replica
	mask   uint64
}

// plot is one number of one view with two batches: who hears of which.
type plot struct {
	a, b *wire.Proposal
	mask uint64
}

func (p *plot) of(to int) *wire.Proposal {
	if p.mask>>to&1 == 1 {
		return p.b
	}
	return p.a
}

func (w *world) corrupt(n *node) {
	n.honest = false
	n.lie = &liar{traits: w.traits, led: map[uint64]bool{}, mask: w.rng.Uint64()}
	if w.traits == 0 {
		for range 1 + w.rng.IntN(3) {
			n.lie.traits |= 1 << w.rng.IntN(allTraits)
		}
		if w.rng.IntN(3) == 0 {
			n.lie.traits |= equivocate
		}
	}
	opt := w.opt
	opt.skip = skips{highest: w.skip.highest, nulls: w.skip.nulls, agreed: w.skip.agreed} // what a NEW-VIEW of anybody must have
	w.boot(n, opt, nil)
	if n.lie.traits&twins != 0 {
		app := &chronicle{}
		n.lie.twin, _ = New(w.cfg, wire.Member(n.id), opt, w.keys.members[n.id], app)
	}
	for range 4 + w.rng.IntN(8) {
		w.at(time.Duration(w.rng.Int64N(int64(w.gst+400*time.Millisecond))), event{kind: evLie, to: n.id})
	}
}

// twist lets the liar's replica think, and then says something else.
func (w *world) twist(n *node, e event, in Input) {
	l := n.lie
	if l.traits&mute != 0 {
		return
	}
	if l.twin != nil {
		if _, timer := in.(Fired); !timer || e.life == n.life {
			if timer || w.rng.IntN(4) > 0 {
				w.speak(n, n.r.Step(in), l.mask, 0)
			}
		}
		return
	}
	w.speak(n, n.r.Step(in), ^uint64(0), 0)
	if n.r.Status().Mode == Normal && n.r.primary() {
		l.led[n.r.view] = true
	}
}

func (w *world) speak(n *node, effects []Effect, mask uint64, life int) {
	for _, e := range effects {
		switch e := e.(type) {
		case Send:
			w.lieTo(n, int(e.To), e.Msg)
		case Broadcast:
			m := w.scheming(n, e.Msg)
			for to := range w.nodes {
				if to != n.id && mask>>to&1 == 1 {
					w.lieTo(n, to, m)
				}
			}
			if n.lie.twin != nil {
				w.whisper(n, e.Msg)
			}
		case Answer:
			m := e.Reply
			if n.lie.traits&falseReply != 0 {
				c := *m
				c.Results = [][]byte{[]byte("7")}
				c.Result = wire.ResultDigest(c.Results)
				c.Sig = w.sign(n, &c)
				m = &c
			}
			w.reply(n.id, m)
		case SetTimer:
			w.at(w.now+e.After, event{kind: evTimer, to: n.id, timer: e.Timer, seq: e.Gen, life: n.life})
		case Report:
			w.caught |= 1 << e.Evidence.Accused(w.cfg)
		default:
		}
	}
}

// whisper has the twin speak to the other half, of the same things in other words.
func (w *world) whisper(n *node, m wire.Message) {
	if p, ok := m.(*wire.Proposal); ok {
		if alt := w.alternative(n, p); alt != nil {
			m = alt
		}
	}
	for to := range w.nodes {
		if to != n.id && n.lie.mask>>to&1 == 0 {
			w.lieTo(n, to, m)
		}
	}
}

func (w *world) sign(n *node, m wire.Authored) []byte {
	return auth.Sign(w.keys.members[n.id], w.cfg, m)
}

func (w *world) signedVote(n *node, phase wire.Kind, view, seq uint64, d wire.Digest) *wire.Vote {
	v := &wire.Vote{Phase: phase, Epoch: w.cfg.Epoch, View: view, Seq: seq, Digest: d, Member: wire.Member(n.id)}
	if w.cfg.Mode == wire.MAC {
		v.Sig = w.keys.members[n.id].Tags(wire.AppendSigned(nil, w.cfg, v))
	} else {
		v.Sig = w.sign(n, v)
	}
	return v
}

func (w *world) proposal(n *node, view, seq uint64, b wire.Batch) *wire.Proposal {
	pp := &wire.PrePrepare{View: view, Seq: seq, Digest: b.Digest()}
	pp.Sig = w.sign(n, pp)
	return &wire.Proposal{Epoch: w.cfg.Epoch, PrePrepare: pp, Batch: b}
}

// anything returns some requests that clients have made.
func (w *world) anything(most int) wire.Batch {
	var b wire.Batch
	for range 1 + w.rng.IntN(most) {
		if len(w.heard) > 0 {
			if m := w.heard[w.rng.IntN(len(w.heard))]; !slices.Contains(b, m) {
				b = append(b, m)
			}
		}
	}
	return b
}

// alternative returns another batch for the number of a proposal.
func (w *world) alternative(n *node, p *wire.Proposal) *wire.Proposal {
	for range 4 {
		b := w.anything(2)
		if w.rng.IntN(3) == 0 {
			b = slices.Clone(p.Batch)
			slices.Reverse(b)
		}
		if len(b) > 0 && b.Digest() != p.PrePrepare.Digest {
			return w.proposal(n, p.PrePrepare.View, p.PrePrepare.Seq, b)
		}
	}
	return nil
}

// conspire remembers a plot, and has all liars vote for both of its batches.
func (w *world) conspire(n *node, a, b *wire.Proposal) {
	k := [2]uint64{a.PrePrepare.View, a.PrePrepare.Seq}
	if w.plots[k] != nil || b == nil {
		return
	}
	p := &plot{a, b, w.rng.Uint64()}
	w.plots[k] = p
	for _, l := range w.nodes {
		if l.honest || (l.lie.traits&mute != 0 && l != n) {
			continue
		}
		for to, other := range w.nodes {
			if !other.honest {
				continue
			}
			pp := p.of(to).PrePrepare
			times := 1
			if l.lie.traits&repeat != 0 {
				times = 3
			}
			for range times {
				if l != n {
					w.send(l.id, to, w.signedVote(l, wire.KindPrepare, pp.View, pp.Seq, pp.Digest), 0)
				}
				w.send(l.id, to, w.signedVote(l, wire.KindCommit, pp.View, pp.Seq, pp.Digest), 0)
			}
		}
	}
}

// scheming changes what all are told.
func (w *world) scheming(n *node, m wire.Message) wire.Message {
	l := n.lie
	switch m := m.(type) {
	case *wire.Proposal:
		if l.traits&favour != 0 && len(m.Batch) > 1 {
			return w.proposal(n, m.PrePrepare.View, m.PrePrepare.Seq, m.Batch[:1])
		}
		if l.traits&doubleSpend != 0 && w.rng.IntN(2) == 0 {
			if b := append(slices.Clone(m.Batch), w.anything(1)...); len(b) > 0 {
				return w.proposal(n, m.PrePrepare.View, m.PrePrepare.Seq, b)
			}
		}
		if l.traits&stale != 0 && w.rng.IntN(2) == 0 && len(w.heard) > 0 {
			return w.proposal(n, m.PrePrepare.View, m.PrePrepare.Seq, append(wire.Batch{w.heard[w.rng.IntN(min(3, len(w.heard)))]}, m.Batch...))
		}
		if l.traits&forger != 0 && w.rng.IntN(2) == 0 {
			f := &wire.Request{Epoch: w.cfg.Epoch, Client: 0, Seq: 2, Ops: [][]byte{[]byte("forged")}, Sig: []byte("12345678")}
			return w.proposal(n, m.PrePrepare.View, m.PrePrepare.Seq, append(slices.Clone(m.Batch), f))
		}
		if l.traits&holes != 0 && w.rng.IntN(3) == 0 {
			return w.proposal(n, m.PrePrepare.View, m.PrePrepare.Seq+uint64(1+w.rng.IntN(40)), m.Batch)
		}
		if l.traits&equivocate != 0 {
			w.conspire(n, m, w.alternative(n, m))
		}
	case *wire.ViewChange:
		if l.traits&falseView != 0 {
			return w.falseChange(n, m)
		}
	case *wire.NewView:
		if l.traits&falseView != 0 {
			return w.falseNewView(n, m)
		}
	case *wire.Checkpoint:
		if l.traits&falseState != 0 {
			c := *m
			c.State[0] ^= byte(1 + w.rng.IntN(3))
			c.Sig = w.sign(n, &c)
			return &c
		}
	}
	return m
}

// falseChange forgets certificates, or makes some up from views that the liar was primary of.
func (w *world) falseChange(n *node, m *wire.ViewChange) *wire.ViewChange {
	c := *m
	switch w.rng.IntN(3) {
	case 0:
		c.Prepared, c.P, c.Q = nil, nil, nil
	case 1:
		c.P, c.Q = nil, m.Q
		c.Prepared = nil
		fallthrough
	default:
		b := w.anything(2)
		seq := m.Stable.Seq + 1 + uint64(w.rng.IntN(3))
		if w.cfg.Mode == wire.MAC {
			claim := wire.Claim{Seq: seq, View: m.View - 1, Digest: b.Digest()}
			c.P, c.Q = []wire.Claim{claim}, append(slices.Clone(m.Q[:0]), claim)
			break
		}
		for v := m.View; v > 0; v-- {
			if int(w.cfg.Primary(v-1)) == n.id {
				pp := w.proposal(n, v-1, seq, b).PrePrepare
				p := &wire.Prepared{PrePrepare: pp}
				for _, l := range w.nodes {
					if !l.honest && l != n {
						p.Marks = append(p.Marks, wire.Mark{Member: wire.Member(l.id), Sig: w.signedVote(l, wire.KindPrepare, pp.View, pp.Seq, pp.Digest).Sig})
					}
				}
				c.Prepared = []*wire.Prepared{p}
				break
			}
		}
	}
	c.Sig = w.sign(n, &c)
	return &c
}

// falseNewView has a view begin with other batches than follow, or with none.
func (w *world) falseNewView(n *node, m *wire.NewView) *wire.NewView {
	c := *m
	c.Orders = slices.Clone(m.Orders)
	b := w.anything(2)
	switch w.rng.IntN(4) {
	case 0:
		c.Orders = nil
	case 1:
		if len(c.Orders) > 0 {
			i := w.rng.IntN(len(c.Orders))
			c.Orders[i] = w.proposal(n, m.View, c.Orders[i].Seq, nil).PrePrepare
		}
	case 2:
		if len(c.Orders) > 0 {
			i := w.rng.IntN(len(c.Orders))
			p := w.proposal(n, m.View, c.Orders[i].Seq, b)
			c.Orders[i] = p.PrePrepare
			for to := range w.nodes {
				w.send(n.id, to, p, 0)
			}
		}
	default:
		c.Changes = m.Changes[:len(m.Changes)-1]
	}
	c.Sig = w.sign(n, &c)
	return &c
}

// lieTo sends one message to one member, or something like it.
func (w *world) lieTo(n *node, to int, m wire.Message) {
	l := n.lie
	if len(l.past) < 200 {
		l.past = append(l.past, m)
	}
	if l.traits&deaf != 0 && w.rng.IntN(10) < 7 {
		return
	}
	var late time.Duration
	if l.traits&tardy != 0 {
		late = w.opt.Timeout * 8 / 10
	}
	times := 1
	switch x := m.(type) {
	case *wire.Proposal:
		if p := w.plots[[2]uint64{x.PrePrepare.View, x.PrePrepare.Seq}]; p != nil {
			m = p.of(to)
		} else if l.traits&mismatch != 0 && w.rng.IntN(2) == 0 {
			m = &wire.Proposal{Epoch: x.Epoch, PrePrepare: x.PrePrepare, Batch: w.anything(2)}
		}
	case *wire.Vote:
		if p := w.plots[[2]uint64{x.View, x.Seq}]; p != nil {
			m = w.signedVote(n, x.Phase, x.View, x.Seq, p.of(to).PrePrepare.Digest)
		}
		if l.traits&repeat != 0 {
			times = 3
		}
		if l.traits&falseTags != 0 && w.cfg.Mode == wire.MAC && l.mask>>to&1 == 1 {
			c := *x
			c.Sig = make([]byte, len(x.Sig))
			m = &c
		}
		if l.traits&forger != 0 && w.rng.IntN(4) == 0 {
			c := *x
			c.Member = wire.Member(w.rng.IntN(w.n))
			m = &c
		}
	case *wire.Chunk:
		if l.traits&falseState != 0 {
			c := *x
			c.Data = slices.Clone(x.Data)
			c.Data[w.rng.IntN(len(c.Data))] ^= 0x55
			m = &c
		}
	case *wire.Manifest:
		if l.traits&falseState != 0 && w.rng.IntN(2) == 0 {
			c := *x
			c.Chunks = append(slices.Clone(x.Chunks), wire.ChunkDigest(nil))
			m = &c
		}
	}
	for range times {
		w.send(n.id, to, m, late)
	}
}

// scheme is what a liar does unasked.
func (w *world) scheme(n *node) {
	l := n.lie
	everybody := func(m wire.Message) {
		for to := range w.nodes {
			if to != n.id {
				w.send(n.id, to, m, 0)
			}
		}
	}
	st := n.r.Status()
	if l.traits&replayer != 0 && len(l.past) > 0 {
		for range 12 {
			w.send(n.id, w.rng.IntN(w.n), l.past[w.rng.IntN(len(l.past))], 0)
		}
	}
	if l.traits&storm != 0 && w.cfg.Mode == wire.Signed {
		c := *n.r.viewChange()
		c.View = w.views + 1 + uint64(w.rng.IntN(3))
		c.Sig = w.sign(n, &c)
		everybody(&c)
	}
	if l.traits&holes != 0 {
		for range 8 {
			everybody(w.signedVote(n, wire.KindCommit, w.views+uint64(w.rng.IntN(3)), st.Low+uint64(w.rng.IntN(1000)), wire.Null))
		}
	}
	if l.traits&falseState != 0 {
		c := &wire.Checkpoint{Epoch: w.cfg.Epoch, Seq: st.Low + w.cfg.Rules.Interval*uint64(1+w.rng.IntN(6)), Member: wire.Member(n.id)}
		c.Sig = w.sign(n, c)
		everybody(c)
	}
	if l.traits&(zombie|doubleSpend) != 0 && len(w.heard) > 0 {
		for v := range w.views + 1 {
			if int(w.cfg.Primary(v)) != n.id || w.rng.IntN(2) == 0 {
				continue
			}
			seq := st.Executed + 1 + uint64(w.rng.IntN(2))
			p := w.proposal(n, v, seq, w.anything(2))
			w.conspire(n, p, w.alternative(n, p))
			for to := range w.nodes {
				if to != n.id {
					w.lieTo(n, to, p)
				}
			}
		}
	}
}
