// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"time"

	"mabeam.dev/cognitive/kind"
)

// Status is what people see of a machine.
type Status struct {
	Phase     string
	Value     kind.Value
	Candidate kind.Value // none if nothing is on trial
	Reports   float64    // of the present value
	Mean      float64    // score of the present value
	Frozen    bool
	Resting   time.Time // until when; zero if it does not
	Step      float64   // the next of the numbers, as a share of the range; 0 if there are none
	Spent     float64   // of the budget, in this hour
	Credit    float64   // how many reports candidates may still have
	// Pace is by how much a cycle should be longer than it is set, up to a minute: things are as they are, or others change the variable, too.
	Pace int
	// Coordinate says that others change the variable so often that somebody should decide.
	Coordinate bool
	Dropped    uint64   // reports that said nothing
	Moves      uint64   // changes that were kept or are watched
	Problems   []string // that are there now
}

// Status returns what there is to see.
func (m *Machine) Status() Status {
	s := Status{
		Phase: m.Phase.String(), Value: m.Value, Candidate: m.Next, Reports: m.Base.Score.N, Mean: m.Base.Score.Mean, Frozen: m.Frozen,
		Resting: m.Awake, Dropped: m.Drops, Moves: m.Moves,
		Spent: m.Spent, Credit: m.Credit, Pace: 1 << max(m.Pace, m.Clash), Coordinate: m.Clash > 1,
	}
	if m.Search.Numbers != nil {
		s.Step = m.Search.Numbers.Step
	}
	for i, p := range m.Pains {
		if p.Raised {
			s.Problems = append(s.Problems, m.s.Problems[i].Name)
		}
	}
	if m.Clash > 0 {
		s.Problems = append(s.Problems, "conflicts")
	}
	if m.Stale >= m.s.Stagnant {
		s.Problems = append(s.Problems, "stagnation")
	}
	return s
}
