// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"bytes"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// decide holds agreement, validity and the bounds on memory.
func (w *world) decide(n *node, d Decide) {
	got := d.Batch.Digest()
	if old, ok := w.decided[d.Seq]; ok && old != got {
		w.fail("agreement: member %d executes %v at %d, and somebody %v", n.id, got, d.Seq, old)
	}
	w.decided[d.Seq] = got
	check := auth.NewVerifier(w.cfg, w.keys.public, -1)
	for i, m := range d.Batch {
		if _, err := check.Open(m); err != nil {
			w.fail("validity: member %d executes a request that client %d never made", n.id, m.Client)
		}
		if d.Results[i] != nil {
			k, r := keyOf(m), wire.ResultDigest(d.Results[i])
			if old, ok := w.results[k]; ok && old != r {
				w.fail("two results of request %v", k)
			}
			w.results[k] = r
		}
	}
}

// watch holds what is true of an honest member after every step.
func (w *world) watch(n *node) {
	if s := n.r.Status(); uint64(s.Slots) > w.cfg.Rules.Window {
		w.fail("member %d holds %d numbers, and the window has %d", n.id, s.Slots, w.cfg.Rules.Window)
	} else if !n.silent && s.View > w.views && w.reached(s.View) {
		w.views = s.View
		if w.now > w.gst && !w.forgetful && !w.safety {
			w.late()
		}
	}
	if w.now <= w.gst { // the count of views begins when the network heals
		for _, c := range w.callers {
			for k := range c.since {
				c.since[k] = w.views
			}
		}
	}
}

// reached reports whether the group is on its way to a view: f+1 honest members are, and a single one says little.
func (w *world) reached(view uint64) bool {
	k := 0
	for _, n := range w.nodes {
		if n.honest && n.r.view >= view {
			k++
		}
	}
	return k >= w.cfg.Weak()
}

// late holds the bound on views.
func (w *world) late() {
	for i, c := range w.callers {
		for number, since := range c.since {
			if w.views > since+w.bound() {
				w.fail("liveness: request %d of client %d has waited for %d views, and the bound is %d", number, i, w.views-since, w.bound())
			}
		}
	}
}

// accused holds that evidence proves itself and convicts liars alone.
func (w *world) accused(n *node, e Evidence) {
	who := e.Accused(w.cfg)
	if err := e.VerifyWith(w.cfg, w.keys.public); err != nil {
		w.fail("evidence of member %d against %d: %v", n.id, who, err)
	}
	if w.nodes[who].honest {
		w.fail("member %d convicts %d, who is honest: %T", n.id, who, e)
	}
	w.caught |= 1 << who
}

// done holds that what a client believes is what was decided, and that it can prove it.
func (w *world) done(c *caller, id int, d Done) {
	k := key{wire.Client(id), d.Number}
	delete(c.since, d.Number)
	w.pending--
	if w.liars > w.cfg.F() { // f+1 liars can tell clients anything
		return
	}
	if err := d.Certificate.VerifyWith(w.cfg, w.keys.public, w.requests[k]); err != nil {
		w.fail("client %d cannot prove request %d: %v", id, d.Number, err)
	}
	if want, ok := w.results[k]; !ok || want != wire.ResultDigest(d.Results) {
		w.fail("client %d is told a wrong result of request %d", id, d.Number)
	}
}

// compare holds that the histories of honest members are prefixes of one.
func (w *world) compare() {
	var longest [][]byte
	for _, n := range w.nodes {
		if n.honest && n.app != nil && len(n.app.lines) > len(longest) {
			longest = n.app.lines
		}
	}
	for _, n := range w.nodes {
		if !n.honest || n.app == nil {
			continue
		}
		for i, l := range n.app.lines {
			if !bytes.Equal(l, longest[i]) {
				w.fail("order: member %d has %q where another has %q", n.id, l, longest[i])
				return
			}
		}
	}
}

// torn reports whether two honest members voted for different batches at one view and number.
func (w *world) torn() bool {
	seen := map[[2]uint64]wire.Digest{}
	for _, n := range w.nodes {
		if !n.honest {
			continue
		}
		for _, pp := range n.accepted {
			k := [2]uint64{pp.View, pp.Seq}
			if old, ok := seen[k]; ok && old != pp.Digest {
				return true
			}
			seen[k] = pp.Digest
		}
	}
	return false
}
