// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"fmt"
	"slices"
)

// naive is OTP's rules of exits, links and monitors, written down as simply as they can be: processes are numbers, a mailbox is a slice,
// and what a process is to hear of another is a list of lines.
type naive struct{ procs []*naiveProc }

// naiveProc is one process of the model.
type naiveProc struct {
	id     int
	parent int // -1: none
	dead   bool
	why    string // of the dead
	traps  bool
	held   bool   // inside a turn that does not end
	asked  string // the exit signal that ends it when its turn is over
	queue  []naiveItem
	ties   []naiveTie       // in the order in which they were made
	heard  map[int][]string // what it heard of each other process, in order
	zombie bool             // killed inside a turn that goes on
}

// naiveItem is one entry of a mailbox.
type naiveItem struct {
	from    int
	line    string // what the process hears; empty: an order of its parent to end with reason
	reason  string
	link    bool // it came by the link with from
	monitor int  // the watch that it is the notice of; 0: none
}

// naiveTie is one side of a link or monitor.
type naiveTie struct {
	peer    int
	kind    string // linked, watched (the peer watches this process), watches
	monitor int
}

func (n *naive) spawn(parent int, traps bool) *naiveProc {
	p := &naiveProc{id: len(n.procs), parent: parent, traps: traps, heard: map[int][]string{}}
	n.procs = append(n.procs, p)
	if parent >= 0 {
		n.link(n.procs[parent], p)
	}
	return p
}

func (p *naiveProc) tie(peer int, kind string, monitor int) int {
	return slices.IndexFunc(p.ties, func(t naiveTie) bool { return t == naiveTie{peer, kind, monitor} })
}

func (p *naiveProc) untie(peer int, kind string, monitor int) bool {
	i := p.tie(peer, kind, monitor)
	if i < 0 {
		return false
	}
	p.ties = slices.Delete(p.ties, i, i+1)
	return true
}

func (n *naive) link(p, q *naiveProc) {
	switch {
	case p == q || p.dead || p.tie(q.id, "linked", 0) >= 0:
	case q.dead:
		n.signal(p, q.id, "noproc", true)
	default:
		p.ties = append(p.ties, naiveTie{q.id, "linked", 0})
		q.ties = append(q.ties, naiveTie{p.id, "linked", 0})
	}
}

func (n *naive) unlink(p, q *naiveProc) {
	if p.dead {
		return
	}
	if p.untie(q.id, "linked", 0) {
		q.untie(p.id, "linked", 0)
	}
	p.queue = slices.DeleteFunc(p.queue, func(i naiveItem) bool { return i.from == q.id && i.link })
}

func (n *naive) monitor(p, q *naiveProc, id int) {
	switch {
	case p == q || p.dead:
	case q.dead:
		p.queue = append(p.queue, naiveItem{from: q.id, line: fmt.Sprintf("down %d noproc", id), monitor: id})
	default:
		p.ties = append(p.ties, naiveTie{q.id, "watches", id})
		q.ties = append(q.ties, naiveTie{p.id, "watched", id})
	}
}

func (n *naive) demonitor(p, q *naiveProc, id int) {
	p.untie(q.id, "watches", id)
	q.untie(p.id, "watched", id)
	p.queue = slices.DeleteFunc(p.queue, func(i naiveItem) bool { return i.monitor == id })
}

func (n *naive) tell(p *naiveProc, from int, line string) {
	if !p.dead {
		p.queue = append(p.queue, naiveItem{from: from, line: line})
	}
}

// signal is the table of exit signals.
func (n *naive) signal(p *naiveProc, from int, why string, link bool) {
	switch {
	case p.dead:
	case p.traps && from == p.parent && from >= 0:
		p.queue = append(p.queue, naiveItem{from: from, reason: why, link: link})
	case p.traps:
		p.queue = append(p.queue, naiveItem{from: from, line: "exit " + why, link: link})
	case why == "normal" || p.asked != "":
	default:
		p.asked = why
	}
}

// exit is an exit signal that a process, or somebody outside (-1), sends by itself.
func (n *naive) exit(p *naiveProc, from int, why string) {
	if why == "killed" {
		n.kill(p)
		return
	}
	n.signal(p, from, why, false)
}

func (n *naive) kill(p *naiveProc) {
	if !p.dead {
		p.zombie = p.held
		n.die(p, "killed")
	}
}

// die ends a process; its links and watchers hear of it in the order in which they were made.
func (n *naive) die(p *naiveProc, why string) {
	p.dead, p.why = true, why
	ties := p.ties
	p.ties = nil
	for _, t := range ties {
		q := n.procs[t.peer]
		switch t.kind {
		case "linked":
			q.untie(p.id, "linked", 0)
			n.signal(q, p.id, why, true)
		case "watched":
			q.untie(p.id, "watches", t.monitor)
			q.queue = append(q.queue, naiveItem{from: p.id, line: fmt.Sprintf("down %d %s", t.monitor, why), monitor: t.monitor})
		case "watches":
			q.untie(p.id, "watched", t.monitor)
		}
	}
}

// settle lets every process that is not held handle what waits for it, until nothing does. A process hears of others as long as it
// lives, and then to the end of its queue in this wave: which part of that it came to before its end is for the runtime to choose.
func (n *naive) settle() {
	for busy := true; busy; {
		busy = false
		for _, p := range n.procs {
			if p.dead || p.held {
				continue
			}
			if p.asked != "" {
				busy = true
				n.die(p, p.asked)
				continue
			}
			if len(p.queue) == 0 {
				continue
			}
			busy = true
			item := p.queue[0]
			p.queue = p.queue[1:]
			if item.line == "" {
				p.asked = item.reason
				continue
			}
			p.heard[item.from] = append(p.heard[item.from], item.line)
		}
	}
	for _, p := range n.procs {
		if p.dead {
			for _, item := range p.queue {
				if item.line != "" {
					p.heard[item.from] = append(p.heard[item.from], item.line)
				}
			}
			p.queue = nil
		}
	}
}
