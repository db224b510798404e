// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// Pruner says which trials to stop early, by the values that they report on their way. It belongs to one goroutine or process.
type Pruner struct {
	rule   Rule
	warm   int
	eta    float64
	levels []level
	best   map[TrialID]float64 // lowest value that a trial has reported
}

// Rule is how a Pruner decides.
type Rule string

// The rules. Median stops a trial whose best value so far is worse than the median of what the others had reported at that level; Halving one that is not among the best
// 1/eta there.
const (
	NoPruning Rule = "none"
	Median    Rule = "median"
	Halving   Rule = "halving"
)

// level is what was reported at one resource level.
type level struct {
	Resource float64    `json:"resource"`
	Values   []reported `json:"values"`
}

type reported struct {
	Trial TrialID `json:"trial"`
	Value float64 `json:"value"` // the best of the trial up to here
}

// NewPruner makes a pruner. No trial is stopped at a level before warm others have reported there, 0 means 5; eta is that of Halving, 0 means 3.
func NewPruner(rule Rule, warm int, eta float64) (*Pruner, error) {
	switch {
	case rule == "":
		rule = NoPruning
	case rule != NoPruning && rule != Median && rule != Halving:
		return nil, wrongOption("prune", "%.64q is none of none, median, halving", string(rule))
	}
	if warm < 0 || eta != 0 && !(eta >= 1.5 && eta <= 100) {
		return nil, wrongOption("prune", "warm %d is below 0, or eta %v not from 1.5 to 100", warm, eta)
	}
	if warm == 0 {
		warm = 5
	}
	if eta == 0 {
		eta = 3
	}
	return &Pruner{rule: rule, warm: warm, eta: eta, best: map[TrialID]float64{}}, nil
}

// Report takes a value that a trial has reached at a level, lower is better, and says whether to stop it. Values that are no numbers, and a second report of a
// level, are ignored.
func (p *Pruner) Report(id TrialID, resource, value float64) (stop bool) {
	if m := (Measurement{Value: value, Resource: resource}).checked(); m.Failed || m.Resource != resource || p.rule == NoPruning {
		return false
	}
	if have, ok := p.best[id]; ok && have < value {
		value = have
	}
	p.best[id] = value
	at, ok := slices.BinarySearchFunc(p.levels, resource, func(l level, r float64) int { return cmp.Compare(l.Resource, r) })
	if !ok {
		p.levels = slices.Insert(p.levels, at, level{Resource: resource})
	}
	l := &p.levels[at]
	better, others := 0, len(l.Values)
	for _, v := range l.Values {
		if v.Trial == id {
			return false
		}
		if v.Value < value {
			better++
		}
	}
	l.Values = append(l.Values, reported{id, value})
	if others < p.warm {
		return false
	}
	if p.rule == Median {
		return 2*better > others
	}
	return float64(better) >= float64(others+1)/p.eta
}

// prunerState is the binary form.
type prunerState struct {
	Rule   Rule                `json:"rule"`
	Warm   int                 `json:"warm"`
	Eta    float64             `json:"eta"`
	Levels []level             `json:"levels"`
	Best   map[TrialID]float64 `json:"best"` // JSON objects are written in the order of their keys
}

// MarshalBinary returns the whole state.
func (p *Pruner) MarshalBinary() ([]byte, error) {
	return json.Marshal(prunerState{p.rule, p.warm, p.eta, p.levels, p.best})
}

// UnmarshalBinary replaces the state, or changes nothing and returns ErrInvalidState.
func (p *Pruner) UnmarshalBinary(data []byte) error {
	var s prunerState
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("optimize: restore pruner: %w: %w", err, ErrInvalidState)
	}
	fresh, err := NewPruner(s.Rule, s.Warm, s.Eta)
	sorted := slices.IsSortedFunc(s.Levels, func(a, b level) int { return cmp.Compare(a.Resource, b.Resource) })
	if err != nil || !sorted {
		return fmt.Errorf("optimize: restore pruner: it is not in order: %w", ErrInvalidState)
	}
	fresh.levels = s.Levels
	if s.Best != nil {
		fresh.best = s.Best
	}
	*p = *fresh
	return nil
}
