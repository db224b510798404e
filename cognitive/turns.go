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
	last  uint64
	of    map[*adapterCell]*turn
	queue map[string][]*turn // by metric: holders and those who wait, by when they came
}

// turn is one adapter's place.
type turn struct {
	cell    *adapterCell
	number  uint64
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
	var agents []string
	if a.Agents != nil {
		agents = a.Agents.Members()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := t.of[c]
	if mine == nil {
		mine = t.comeLocked(c, a.metrics)
	}
	mine.asked, mine.agents = now, agents
	if mine.holds {
		return true
	}
	for _, m := range mine.metrics {
		for _, o := range t.queue[m] {
			if o != mine && (o.holds || o.number < mine.number && now.Sub(o.asked) <= lapse) && o.meets(mine) {
				return false
			}
		}
	}
	mine.holds = true
	return true
}

// comeLocked adds an adapter behind all others.
func (t *turns) comeLocked(c *adapterCell, metrics []string) *turn {
	if t.of == nil {
		t.of, t.queue = map[*adapterCell]*turn{}, map[string][]*turn{}
	}
	t.last++
	x := &turn{cell: c, number: t.last, metrics: metrics}
	t.of[c] = x
	for _, m := range metrics {
		t.queue[m] = append(t.queue[m], x)
	}
	return x
}

// meets reports whether two adapters that are after the same metric share agents.
func (x *turn) meets(y *turn) bool {
	return x.agents == nil || y.agents == nil || slices.ContainsFunc(x.agents, func(a string) bool { return slices.Contains(y.agents, a) })
}

// yield puts an adapter that holds its turn behind those who wait; one that waits keeps its place.
func (t *turns) yield(c *adapterCell) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x := t.of[c]; x != nil && x.holds {
		t.leaveLocked(x)
	}
}

// leave ends an adapter's turn, or its wait.
func (t *turns) leave(c *adapterCell) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x := t.of[c]; x != nil {
		t.leaveLocked(x)
	}
}

func (t *turns) leaveLocked(x *turn) {
	delete(t.of, x.cell)
	for _, m := range x.metrics {
		if t.queue[m] = slices.DeleteFunc(t.queue[m], func(o *turn) bool { return o == x }); len(t.queue[m]) == 0 {
			delete(t.queue, m)
		}
	}
}
