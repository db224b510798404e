// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"
	"strings"

	"mabeam.dev/agents/capability"
)

// group is everything about one need: the tasks that have it and the agents that meet it. The empty need is met by every agent.
type group struct {
	key     needs
	wants   []capability.Need // all of them must be met
	seats   int               // agents that meet it, whether they take tasks or not
	up      int               // agents that take tasks, busy or not
	free    heap[*seat]       // agents with a free slot, best candidate first
	fresh   *lane             // tasks never tried in their series and of a kind without a quota
	retried map[string]*lane  // the others by their kind, if it has a quota, and the agents tried: tasks of one lane can go to the same agents
}

// lane holds accepted tasks that are alike in where they can go, so that looking at the first one tells for all whether an agent is free for them.
type lane struct {
	group *group
	gate  *gate    // of the kind of its tasks, if that has a quota
	mark  string   // key among the group's retried lanes
	tried []string // sorted ids of agents to avoid while others exist
	tasks heap[*record]
	slot  int // position among the ready lanes, -1 = not ready

	freshUp, freshFree, triedUp, triedFree int // agents of the group by whether they were tried
}

// servable reports whether some agent is free for the lane's tasks. Tried agents count only while no other exists at all: a busy one is waited for.
func (l *lane) servable() bool {
	return l.staffed() && (l.gate == nil || l.gate.open())
}

// staffed leaves the quota of the kind aside.
func (l *lane) staffed() bool {
	if l.freshUp > 0 {
		return l.freshFree > 0
	}
	return l.triedFree > 0
}

// avoids reports whether the lane's tasks must not go to an agent.
func (l *lane) avoids(id string) bool {
	if len(l.tried) == 0 || l.freshUp == 0 {
		return false
	}
	_, tried := slices.BinarySearch(l.tried, id)
	return tried
}

func (l *lane) count(w *worker, up, free int) {
	if _, tried := slices.BinarySearch(l.tried, w.agent.ID); tried {
		l.triedUp += up
		l.triedFree += free
	} else {
		l.freshUp += up
		l.freshFree += free
	}
}

func newLane(g *group, mark string, tried []string) *lane {
	return &lane{group: g, mark: mark, tried: tried, slot: -1, tasks: heap[*record]{
		less:  earlier,
		moved: func(r *record, i int) { r.laneSlot = int32(i) },
	}}
}

// laneOf finds or makes the lane of an accepted task.
func (q *Queue) laneOf(r *record) *lane {
	g := q.group(q.needsOf(r))
	r.Capability = g.key.task // one string for all tasks
	tried := r.tried()
	gate := q.gates[r.Kind]
	if len(tried) == 0 && gate == nil {
		return g.fresh
	}
	mark := strings.Join(tried, "\x00")
	if gate != nil {
		mark = gate.kind + "\x01" + mark
	}
	l := g.retried[mark]
	if l == nil {
		l = newLane(g, mark, tried)
		if gate != nil {
			l.gate = gate
			gate.lanes[l] = true
		}
		for _, w := range q.workers {
			if g.servedBy(w) {
				l.count(w, boolCount(w.up), boolCount(w.free))
			}
		}
		if g.retried == nil {
			g.retried = map[string]*lane{}
		}
		g.retried[mark] = l
	}
	return l
}

func (q *Queue) enqueue(r *record) {
	r.rank = q.rankOf(r)
	r.lane = q.laneOf(r)
	r.lane.tasks.push(r)
	q.settle(r.lane)
}

func (q *Queue) dequeue(r *record) {
	l := r.lane
	r.lane = nil
	if l.slot >= 0 && l.tasks.len() == 1 {
		q.ready.remove(l.slot) // while it can still be compared
	}
	l.tasks.remove(int(r.laneSlot))
	q.settle(l)
}

// settle puts a lane into, within or out of the ready ones after its first task or its agents changed, and drops what holds nothing.
func (q *Queue) settle(l *lane) {
	switch ready := l.tasks.len() > 0 && l.servable(); {
	case ready && l.slot < 0:
		q.ready.push(l)
	case ready:
		q.ready.fix(l.slot)
	case l.slot >= 0:
		q.ready.remove(l.slot)
	}
	g := l.group
	if l.tasks.len() == 0 && l != g.fresh {
		delete(g.retried, l.mark)
		if l.gate != nil {
			delete(l.gate.lanes, l)
		}
	}
	q.prune(g)
}

func boolCount(b bool) int {
	if b {
		return 1
	}
	return 0
}
