// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"slices"
	"time"
)

// Vitals are what is measured of a market in a span of time.
type Vitals struct {
	// Failed is the share of settlements that failed, Refused the share of bids that were refused.
	Failed, Refused float64
	// Findings is how many findings there were.
	Findings int
	// Volumes are what each seller sold for, in any unit; their concentration is watched.
	Volumes []float64
}

// Concentration is the Herfindahl index of volumes: 1 for one seller, 1/n for n equal ones, 0 for no volume.
func Concentration(volumes []float64) float64 {
	sum, squares := 0.0, 0.0
	for _, v := range volumes {
		sum += v
		squares += v * v
	}
	if sum == 0 {
		return 0
	}
	return squares / (sum * sum)
}

// Alert is a number that has left, or is back within, its limit.
type Alert struct {
	// Name is what was measured: "failed", "refused", "findings" or "concentration".
	Name string
	// Value is what came out, and Limit what it was held against.
	Value, Limit float64
	// Raised is false for the all-clear.
	Raised bool
	// At is when.
	At time.Time
}

// Alarm turns vitals into alerts, once for each excursion: an alert that is raised is cleared only when the number is below 80 % of the limit, so
// that one that trembles about the limit does not flicker. The zero value has the default limits and belongs to one process.
type Alarm struct {
	// Failed, Refused, Findings and Concentration are the limits: 0.1, 0.5, 10 and 0.5.
	Failed, Refused, Findings, Concentration float64

	raised [4]bool
}

// Observe compares the vitals of a span with the limits, and returns what has changed, in the order of the fields.
func (a *Alarm) Observe(v Vitals, at time.Time) []Alert {
	set(&a.Failed, .1)
	set(&a.Refused, .5)
	set(&a.Findings, 10)
	set(&a.Concentration, .5)
	var all []Alert
	concentration := 0.0
	if len(v.Volumes) > 2 { // of two sellers one always has half
		concentration = Concentration(slices.Clone(v.Volumes))
	}
	for i, m := range [...]struct {
		name         string
		value, limit float64
	}{
		{"failed", v.Failed, a.Failed},
		{"refused", v.Refused, a.Refused},
		{"findings", float64(v.Findings), a.Findings},
		{"concentration", concentration, a.Concentration},
	} {
		over := m.value > m.limit || a.raised[i] && m.value > .8*m.limit
		if over != a.raised[i] {
			a.raised[i] = over
			all = append(all, Alert{m.name, m.value, m.limit, over, at})
		}
	}
	return all
}
