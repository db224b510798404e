// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"slices"
	"strings"
	"time"
)

// naive is a deliberately dumb gen_statem: one list of all events that it knows of, those put off marked so, and one list of timeouts. It
// understands scripts by itself, word by word, and shares nothing with the core.
type naive struct {
	s        *script
	state    string
	pending  []naiveEvent
	timeouts []naiveTimeout // in the order of their starts
	now      time.Duration
	dead     string // why it ended
	told     bool
	open     []string
	log      []string
}

type naiveEvent struct {
	name string // as in scripts
	call string // the call that it is, if it is one
	off  bool   // postponed since the last change of the state
}

type naiveTimeout struct {
	id, content string
	zero        bool
	at          time.Duration
}

func (n *naive) say(words ...string) { n.log = append(n.log, strings.Join(words, " ")) }

func (n *naive) taken() []string {
	if n.dead != "" {
		slices.Sort(n.open)
		for _, call := range n.open {
			n.say("answer", call, "none")
		}
		n.open = nil
		if !n.told {
			n.say("exit", n.dead)
			n.told = true
		}
	}
	defer func() { n.log = nil }()
	return n.log
}

func (n *naive) begin(s *script) []string {
	*n = naive{s: s, state: s.start.to}
	r := s.start
	r.verb = "repeat" // Init enters its state
	n.transition(naiveEvent{off: true}, r)
	n.settle()
	return n.taken()
}

func (n *naive) send(words []string) []string {
	for _, w := range words {
		text, call := strings.CutPrefix(w, "!")
		ev := naiveEvent{name: "msg/" + text}
		if call {
			ev.call = text
			n.open = append(n.open, text)
		}
		if n.dead == "" {
			n.pending = append(n.pending, ev)
			n.settle()
		}
	}
	return n.taken()
}

func (n *naive) wait(units int) []string {
	until := n.now + time.Duration(units)*unit
	for n.dead == "" {
		first := -1
		for i, t := range n.timeouts {
			if t.at <= until && (first < 0 || t.at < n.timeouts[first].at) {
				first = i
			}
		}
		if first < 0 {
			break
		}
		n.now = n.timeouts[first].at
		n.ends(first)
		n.settle()
	}
	n.now = until
	return n.taken()
}

// ends makes an event of a timeout.
func (n *naive) ends(i int) {
	t := n.timeouts[i]
	n.timeouts = slices.Delete(n.timeouts, i, i+1)
	n.pending = append(n.pending, naiveEvent{name: t.id + "/" + t.content})
}

func (n *naive) settle() {
	for n.dead == "" {
		if i := slices.IndexFunc(n.pending, func(e naiveEvent) bool { return !e.off }); i >= 0 {
			ev := n.pending[i]
			n.pending = slices.Delete(n.pending, i, i+1)
			n.say(n.state, ev.name)
			n.transition(ev, n.s.take(n.state, ev.name))
		} else if i := slices.IndexFunc(n.timeouts, func(t naiveTimeout) bool { return t.zero }); i >= 0 {
			n.ends(i)
		} else {
			return
		}
	}
}

// transition does all that an event's rule, and those of Enter after it, ask for.
func (n *naive) transition(ev naiveEvent, r rule) {
	to, started := n.state, ev.name == "" // Init has no event
	var later [][]string
	postpone, entering := false, false
	for {
		enter := r.verb == "repeat"
		switch {
		case r.verb == "none":
			n.end(to, "no-result")
			return
		case r.verb == "next" && r.to != to:
			if entering {
				n.end(to, "enter-result")
				return
			}
			to, enter = r.to, true
		}
		for _, a := range r.actions {
			wrong := ""
			switch {
			case a[0] == "reply":
				n.answer(ev.call, entering)
			case r.verb == "stop":
				wrong = "stop-action"
			case a[0] == "postpone" || a[0] == "ins":
				if entering {
					wrong = "enter-action"
				}
				postpone = postpone || a[0] == "postpone"
				later = append(later, a)
			case a[0] == "after" && strings.HasPrefix(a[2], "-"):
				wrong = "bad-timeout"
			default:
				later = append(later, a)
			}
			if wrong != "" {
				n.end(to, wrong)
				return
			}
		}
		if r.verb == "stop" {
			n.end(to, r.to)
			return
		}
		if !enter || !n.s.enter {
			break
		}
		entering = true
		n.say(to, "enter", n.state)
		r = n.s.take(to, "enter")
	}
	n.settleEvent(ev, to, postpone && !started, later)
}

// settleEvent puts the event off or drops it, changes the state, and does what was asked for.
func (n *naive) settleEvent(ev naiveEvent, to string, postpone bool, later [][]string) {
	front := slices.IndexFunc(n.pending, func(e naiveEvent) bool { return !e.off })
	if front < 0 {
		front = len(n.pending)
	}
	if postpone {
		ev.off = true
		n.pending = slices.Insert(n.pending, front, ev)
		front++
	}
	n.cancel("event")
	if to != n.state {
		n.cancel("state")
		for i := range n.pending {
			n.pending[i].off = false
		}
		front = 0
		n.state = to
	}
	for i, a := range later {
		superseded := slices.ContainsFunc(later[i+1:], func(b []string) bool {
			return a[0] != "ins" && b[0] != "ins" && len(a) > 1 && len(b) > 1 && a[1] == b[1]
		})
		switch {
		case a[0] == "ins":
			n.pending = slices.Insert(n.pending, front, naiveEvent{name: a[1] + "/" + a[2]})
			front++
		case superseded || a[0] == "postpone":
		case a[0] == "cancel":
			n.cancel(a[1])
		case a[0] == "upd":
			if i := n.find(a[1]); i >= 0 {
				n.timeouts[i].content = a[2]
			} else {
				n.timeouts = append(n.timeouts, naiveTimeout{id: a[1], content: a[2], zero: true, at: 1 << 60})
			}
		case a[0] == "after":
			n.cancel(a[1])
			t := naiveTimeout{id: a[1], content: a[3], zero: a[2] == "0", at: 1 << 60}
			if !t.zero {
				d, _ := time.ParseDuration(a[2] + "s")
				t.at = n.now + d
			}
			n.timeouts = append(n.timeouts, t)
		}
	}
}

func (n *naive) find(id string) int {
	return slices.IndexFunc(n.timeouts, func(t naiveTimeout) bool { return t.id == id })
}

func (n *naive) cancel(id string) {
	if i := n.find(id); i >= 0 {
		n.timeouts = slices.Delete(n.timeouts, i, i+1)
	}
}

func (n *naive) answer(call string, entering bool) {
	if i := slices.Index(n.open, call); i >= 0 && !entering {
		n.open = slices.Delete(n.open, i, i+1)
		n.say("answer", call, n.state)
	}
}

func (n *naive) end(state, why string) {
	n.dead = why
	n.say(state, "terminate")
}
