// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry/prom"
)

// census counts the processes by kind, for all metrics of one scrape at once: looking at a hundred thousand takes a while.
type census struct {
	n  *Node
	mu struct {
		sync.Mutex
		at     time.Time
		taken  int // how often everybody was looked at
		byKind map[string]*kindCount
		kinds  []string // sorted
	}
}

// kindCount is all processes of one kind.
type kindCount struct{ living, waiting, deepest int }

// censusAge is how long one count serves.
const censusAge = time.Second

// each reports one figure of every kind.
func (c *census) each(report func(prom.Values, float64), figure func(*kindCount) int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.n.sys.Now(); c.mu.byKind == nil || now.Sub(c.mu.at) >= censusAge || now.Before(c.mu.at) {
		c.takeLocked(now)
	}
	for _, kind := range c.mu.kinds {
		report(prom.Values{kind}, float64(figure(c.mu.byKind[kind])))
	}
}

func (c *census) takeLocked(now time.Time) {
	c.mu.at, c.mu.byKind, c.mu.kinds = now, map[string]*kindCount{}, nil
	c.mu.taken++
	for pid := range c.n.sys.Processes() {
		st, ok := pid.Status()
		if !ok {
			continue
		}
		k := c.mu.byKind[st.Kind]
		if k == nil {
			k = &kindCount{}
			c.mu.byKind[st.Kind] = k
			c.mu.kinds = append(c.mu.kinds, st.Kind)
		}
		k.living++
		k.waiting += st.Queue
		k.deepest = max(k.deepest, st.Queue)
	}
	slices.Sort(c.mu.kinds)
}

// kinds are the metrics of processes by kind.
func kinds(r *prom.Registry, c *census) error {
	labels := []string{"kind"}
	stuck, err := r.Counter(prom.Definition{Name: "processes_stuck_total", Help: "Turns that lasted longer than 30 s, each reported once."})
	if err != nil {
		return err
	}
	prom.On(stuck, func(actors.ProcessStuck) (prom.Values, float64, bool) { return prom.Values{}, 1, true })
	return errors.Join(
		r.Read(prom.Definition{Name: "processes_by_kind", Help: "Living processes, by kind.", Labels: labels}, func(report func(prom.Values, float64)) {
			c.each(report, func(k *kindCount) int { return k.living })
		}),
		r.Read(prom.Definition{Name: "mailbox_depth", Help: "Messages that wait, all mailboxes of a kind together.", Labels: labels}, func(report func(prom.Values, float64)) {
			c.each(report, func(k *kindCount) int { return k.waiting })
		}),
		r.Read(prom.Definition{Name: "mailbox_deepest", Help: "Messages that wait in the fullest mailbox of a kind.", Labels: labels}, func(report func(prom.Values, float64)) {
			c.each(report, func(k *kindCount) int { return k.deepest })
		}),
	)
}
