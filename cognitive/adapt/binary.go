// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"encoding/json"
	"fmt"
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
	if len(s.Pains) != len(m.s.Problems) || len(s.Base.Bounds) != len(m.s.Objective.Bounds) || !(s.Walk.Step >= 0) || s.Walk.Direction*s.Walk.Direction != 1 {
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
	m.state = s
	m.clear(&m.Cand)
	if mixed {
		m.clear(&m.Base)
	}
	m.Old = stream{}
	return nil
}
