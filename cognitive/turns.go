// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"slices"
	"sync"

	"mabeam.dev/cognitive/adapt"
)

// turns lets adapters that are after the same metrics try things one after the other: what two of them change at once nobody could tell apart. It belongs to the handle.
type turns struct {
	mu     sync.Mutex
	holder map[string]*adapterCell // by metric
}

// take gives an adapter its turn for all of its metrics, or nothing.
func (t *turns) take(c *adapterCell) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range c.metrics {
		if h := t.holder[m]; h != nil && h != c {
			return false
		}
	}
	if t.holder == nil {
		t.holder = map[string]*adapterCell{}
	}
	for _, m := range c.metrics {
		t.holder[m] = c
	}
	return true
}

// leave ends an adapter's turn.
func (t *turns) leave(c *adapterCell) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range c.metrics {
		if t.holder[m] == c {
			delete(t.holder, m)
		}
	}
}

// metricsOf are what an objective rests on. One with a function of its own says in its bounds, if anywhere.
func metricsOf(o adapt.Objective) (all []string) {
	for _, w := range o.Weights {
		all = append(all, w.Metric)
	}
	for _, b := range o.Bounds {
		all = append(all, b.Metric)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
