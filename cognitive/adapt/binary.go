// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/cognitive/kind"
)

// MarshalBinary writes what the machine has learned.
func (m *Machine) MarshalBinary() ([]byte, error) { return json.Marshal(m.state) }

// UnmarshalBinary reads what MarshalBinary wrote, for a machine of the same Spec. What was on trial is given up, and nothing has been asked. Bytes that are no
// such state are refused and change nothing.
func (m *Machine) UnmarshalBinary(data []byte) error {
	var s state
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("adapt: read state: %w", err)
	}
	if v, err := m.s.Kind.Normal(s.Value); err != nil || !v.Equal(s.Value) {
		return fmt.Errorf("adapt: read state: the value %s is not of the kind", s.Value)
	}
	if len(s.Pains) != len(m.s.Problems) || len(s.Base.Bounds) != len(m.s.Objective.Bounds) || !m.fits(&s) {
		return fmt.Errorf("adapt: read state: it is of another specification")
	}
	for _, t := range []tally{s.Base.Score, s.Old.Score} {
		if !(t.N >= 0) || !(t.M2 >= 0) {
			return fmt.Errorf("adapt: read state: a tally of %v reports", t.N)
		}
	}
	mixed := s.Phase != observing // what the reports of the base belong to is not certain any more
	s.Phase, s.Next, s.Since = observing, kind.Value{}, time.Time{}
	s.Asked, s.Ask = false, nothing
	s.Idea, s.Found, s.Lent = idea{}, found{}, 0
	m.state = s
	m.clear(&m.Cand)
	m.clear(&m.Beside)
	if mixed {
		m.clear(&m.Base)
	}
	m.Old = stream{}
	return nil
}

// fits tells whether a state's search is one for the same coordinates.
func (m *Machine) fits(s *state) bool {
	own := &m.Search
	if len(s.Base.Marks) != len(m.s.Problems) || len(s.Base.Loads) != len(m.s.Goals.Loads) || !(s.Credit >= 0 && s.Credit <= m.burst()) || !(s.Spent >= 0) {
		return false
	}
	if s.Stale < 0 || s.Pace < 0 || s.Pace > mostPace || s.Clash < 0 || s.Clash > 2 || s.Search.Misses < 0 || s.Search.Turn < 0 {
		return false
	}
	if (own.Numbers == nil) != (s.Search.Numbers == nil) || len(own.Options) != len(s.Search.Options) {
		return false
	}
	if n := s.Search.Numbers; n != nil {
		d := len(own.Numbers.Anchor)
		if n.Tracker == nil || len(n.Tracker.Center()) != d || len(n.Anchor) != d || !(n.Step >= 0 && n.Step <= 1) || n.Look > onward {
			return false
		}
		for _, list := range [][]float64{n.Delta, n.There, n.Asked} {
			if list != nil && len(list) != d {
				return false
			}
		}
		if n.Look == behind && (n.Delta == nil || n.There == nil) || n.Look == onward && n.Delta == nil {
			return false
		}
	}
	for _, t := range s.Tabu {
		if _, err := m.s.Kind.Normal(t.Value); err != nil || t.Fence != nil && (own.Numbers == nil || len(t.Fence) != len(own.Numbers.Anchor)) {
			return false
		}
	}
	for i, o := range s.Search.Options {
		if o == nil || o.Coord != own.Options[i].Coord || !slices.Equal(o.Names, own.Options[i].Names) || o.Arms.Bandit == nil || !(o.Dev >= 0) {
			return false
		}
		if o.Arms.Spec() != own.Options[i].Arms.Spec() {
			return false
		}
	}
	return true
}
