// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"slices"
	"sync"
	"time"
)

// turns lets adapters that are after the same metrics, of agents that they share, try things one after the other: what two of them change at once nobody could tell apart. Who has
// waited longest is next. It belongs to the handle.
type turns struct {
	mu    sync.Mutex
	queue []turn // holders and those who wait, by when they came
}

// turn is one adapter's place.
type turn struct {
	cell    *adapterCell
	metrics []string
	agents  []string // nil means everybody
	holds   bool
	asked   time.Time // when it asked last
}

// lapse is after how long somebody who waits, and does not ask again, is passed by.
const lapse = 10 * time.Second

// take gives an adapter its turn, or has it wait.
func (t *turns) take(c *adapterCell, now time.Time) bool {
	a := c.live.Load()
	mine := turn{cell: c, metrics: a.Spec.Metrics(), asked: now}
	if a.Agents != nil {
		mine.agents = a.Agents.Members()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.IndexFunc(t.queue, func(o turn) bool { return o.cell == c })
	if at < 0 {
		at = len(t.queue)
		t.queue = append(t.queue, mine)
	} else {
		mine.holds = t.queue[at].holds
		t.queue[at] = mine
	}
	if mine.holds {
		return true
	}
	for i, o := range t.queue {
		if (o.holds || i < at && now.Sub(o.asked) <= lapse) && i != at && meet(o, mine) {
			return false
		}
	}
	t.queue[at].holds = true
	return true
}

// meet reports whether two adapters would be in each other's way.
func meet(a, b turn) bool {
	common := func(x, y []string) bool {
		return slices.ContainsFunc(x, func(s string) bool { return slices.Contains(y, s) })
	}
	return common(a.metrics, b.metrics) && (a.agents == nil || b.agents == nil || common(a.agents, b.agents))
}

// yield puts an adapter that holds its turn behind those who wait; one that waits keeps its place.
func (t *turns) yield(c *adapterCell) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue = slices.DeleteFunc(t.queue, func(o turn) bool { return o.cell == c && o.holds })
}

// leave ends an adapter's turn, or its wait.
func (t *turns) leave(c *adapterCell) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue = slices.DeleteFunc(t.queue, func(o turn) bool { return o.cell == c })
}
