// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"fmt"
	"math"
	"slices"

	"mabeam.dev/cognitive/adapt"
)

// Fate is what becomes of a report.
type Fate uint8

// The fates.
const (
	// Taken went to the adapter, and is of a version that is in force.
	Taken Fate = iota
	// Outdated went there, too, where it is only counted: its version is not in force, or it names none.
	Outdated
	// Dropped found no room, or no adapter's process that is up.
	Dropped
	// Empty says nothing: it has no metric, or one that is no number, or a weight that is none.
	Empty
)

var fates = []string{"taken", "outdated", "dropped", "empty"}

// String names the fate.
func (f Fate) String() string { return fates[f] }

// Hear is Report that tells what becomes of the report, as far as that is known before the adapter has read it. It never blocks; the error is that of Report.
func (s *Space) Hear(f Feedback) (Fate, error) {
	c := s.adapter(f.Variable)
	if c == nil {
		return Dropped, fmt.Errorf("cognitive: report of %q: %w", f.Variable, ErrNotFound)
	}
	fate := s.fate(f)
	if told, err := c.tell(s, f); !told {
		return Dropped, err
	}
	return fate, nil
}

// fate judges a report by what is in force.
func (s *Space) fate(f Feedback) Fate {
	if len(f.Metrics) == 0 || !(f.Weight >= 0) || math.IsInf(f.Weight, 0) || slices.ContainsFunc(f.Metrics, func(m adapt.Metric) bool { return math.IsNaN(m.Value) || math.IsInf(m.Value, 0) }) {
		return Empty
	}
	e := s.root.Load().find(f.Variable)
	if e == nil || f.Version.IsZero() {
		return Outdated
	}
	if f.Version == e.version {
		return Taken
	}
	if own, ok := e.forScopes(Agent{Name: f.Agent}.scopes()); ok && own.Version == f.Version {
		return Taken
	}
	return Outdated
}
