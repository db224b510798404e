// SPDX-License-Identifier: Apache-2.0

package cost

import (
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// AlertKind is what an alert is about.
type AlertKind uint8

// The kinds.
const (
	Used      AlertKind = iota + 1 // a share of a limit is spent
	Predicted                      // the forecast says that a limit will be reached
)

// String returns the word for the kind.
func (k AlertKind) String() string {
	switch k {
	case Used:
		return "used"
	case Predicted:
		return "predicted"
	}
	return fmt.Sprintf("cost.AlertKind(%d)", uint8(k))
}

// Alert says that a budget has crossed a level.
type Alert struct {
	Path string    // of the budget
	Kind AlertKind // what was crossed
	// Percent is the level, of Used.
	Percent int
	// Spent and Limit are the budget's.
	Spent, Limit money.Amount
	// Exhausts is what the forecast says, of Predicted.
	Exhausts time.Time
}

// AlertRules set up alerts. The zero value is the default.
type AlertRules struct {
	// Percents are the levels in rising order; nil means 50, 80 and 100.
	Percents []int
	// Clear is by how many points the use must fall below a level before it can alert again; 0 means 5.
	Clear int
	// For is how long a level must hold before it alerts.
	For time.Duration
	// Ahead is how soon an exhaustion must be predicted to alert; 0 means an hour, below 0 never.
	Ahead time.Duration
}

// watched is one level of one node.
type watched struct {
	path    string
	kind    AlertKind
	percent int
}

// crossing is the state of a level that is passed.
type crossing struct {
	since time.Time
	told  bool
}

// Alerts remembers which crossings were told. It belongs to one goroutine.
type Alerts struct {
	rules   AlertRules
	crossed map[watched]crossing
	changes uint64
}

// Changes counts what Step has changed in what is remembered: a fold of steps may leave out those that change nothing.
func (a *Alerts) Changes() uint64 { return a.changes }

// NewAlerts makes alerts by rules.
func NewAlerts(r AlertRules) *Alerts {
	if r.Percents == nil {
		r.Percents = []int{50, 80, 100}
	}
	if r.Clear == 0 {
		r.Clear = 5
	}
	if r.Ahead == 0 {
		r.Ahead = time.Hour
	}
	return &Alerts{rules: r, crossed: map[watched]crossing{}}
}

// Step looks at all budgets with limits and returns the alerts that are new, by path and level.
func (a *Alerts) Step(b *Book, now time.Time) []Alert {
	var out []Alert
	paths := make([]string, 0, len(b.nodes))
	for path, n := range b.nodes {
		if n.limit != nil {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	for _, path := range paths {
		n := b.nodes[path]
		spent := n.spentAt(now)
		for _, percent := range a.rules.Percents {
			if a.passes(watched{path, Used, percent}, now, reaches(spent, n.limit.Amount, percent), !reaches(spent, n.limit.Amount, percent-a.rules.Clear)) {
				out = append(out, Alert{Path: path, Kind: Used, Percent: percent, Spent: spent, Limit: n.limit.Amount})
			}
		}
		if a.rules.Ahead < 0 {
			continue
		}
		f, rests := n.forecast(now, int(2*a.rules.Ahead/bucket)+1)
		in := f.Exhausts.Sub(now)
		known := rests >= least && !f.Exhausts.IsZero()
		soon := known && in <= a.rules.Ahead && spent < n.limit.Amount
		clear := !known || in > 2*a.rules.Ahead
		if a.passes(watched{path, Predicted, 0}, now, soon, clear) {
			out = append(out, Alert{Path: path, Kind: Predicted, Spent: spent, Limit: n.limit.Amount, Exhausts: f.Exhausts})
		}
	}
	return out
}

// passes follows one level and reports whether it is to be told now.
func (a *Alerts) passes(w watched, now time.Time, above, clear bool) bool {
	c, was := a.crossed[w]
	switch {
	case was && c.told && clear, was && !c.told && !above:
		delete(a.crossed, w)
		a.changes++
		return false
	case was && c.told, !above:
		return false
	case !was:
		c.since = now
	}
	c.told = now.Sub(c.since) >= a.rules.For
	if !was || c.told {
		a.crossed[w] = c
		a.changes++
	}
	return c.told
}

// reaches reports whether spent is at least a share of a limit, exactly.
func reaches(spent, limit money.Amount, percent int) bool {
	var have, want money.Sum
	have.AddMul(spent, 100)
	want.AddMul(limit, int64(percent))
	return spent > 0 && have.Cmp(want) >= 0
}
