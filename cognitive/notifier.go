// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"maps"
	"slices"

	"mabeam.dev/actors"
)

// tell hands everything that was published to the subscriptions. A commit costs those alone who are to hear of it.
func (h *hub) tell(s *Space) {
	for h.hand(s) {
	}
}

// hand hands out what was published: all of it, or, where somebody is to be waited for, one version; true if there may be more.
func (h *hub) hand(s *Space) (more bool) {
	h.mu.Lock()
	if slices.ContainsFunc(h.mu.blocking, (*Subscription).waiting) { // it sends for the rest when it has taken that
		h.mu.Unlock()
		return false
	}
	list, end, lost, r := s.published(h.mu.next)
	if len(h.mu.blocking) > 0 {
		if n := slices.IndexFunc(list, func(c *Commit) bool { return c.Space != list[0].Space }); n > 0 {
			end, list, more = end-uint64(len(list)-n), list[:n], true
		}
	}
	h.mu.next = end
	if lost > 0 { // what was missed is too long ago: the newest values, with gaps
		for e := range r.all() {
			if !slices.Contains(list, e.commit) {
				h.addTo(h.mu.of[e.def.place], e.commit)
				h.addTo(h.mu.wide, e.commit)
			}
		}
	}
	for _, c := range list {
		if len(h.mu.of) > 0 {
			if e := r.find(c.Variable); e != nil { // else it is gone
				h.addTo(h.mu.of[e.def.place], c)
			}
		}
		h.addTo(h.mu.wide, c)
	}
	due := h.mu.due
	h.mu.due = nil
	h.mu.Unlock()
	for _, x := range due {
		x.feed.Flush()
	}
	return more
}

// flush sends what an earlier notifier has handed out and not sent.
func (h *hub) flush() {
	h.mu.Lock()
	due := slices.Clone(h.mu.wide)
	for _, place := range slices.Sorted(maps.Keys(h.mu.of)) {
		due = append(due, h.mu.of[place]...)
	}
	h.mu.Unlock()
	for _, x := range due {
		x.feed.Flush()
	}
}

func (h *hub) addTo(subs []*Subscription, c *Commit) {
	for _, x := range subs {
		if x.add(c) {
			h.mu.due = append(h.mu.due, x)
		}
	}
}

// notifierMessage is what the notifier takes.
type notifierMessage interface{ notifier() }

// wake says that something was published.
type wake struct{}

func (wake) notifier() {}

// notifier tells subscribers what was published, so that the committer need not. It owns nothing.
type notifier struct{ s *Space }

// Init hands out what was published while there was no notifier.
func (n *notifier) Init(ctx *actors.Context[notifierMessage]) error {
	n.s.hub.flush()
	ctx.Continue(wake{})
	return nil
}

// Receive hands out everything there is; of several that wait for it all but the first find nothing.
func (n *notifier) Receive(_ *actors.Context[notifierMessage], msg notifierMessage) error {
	if _, ok := msg.(wake); !ok {
		return &actors.UnknownMessageError{Message: msg}
	}
	n.s.hub.tell(n.s)
	return nil
}
