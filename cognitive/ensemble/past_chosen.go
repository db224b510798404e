// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"
	"slices"
)

// fitted is a model of some members, and the classes that it knows.
type fitted struct {
	agents []string
	names  []string
	model  *Model
}

// fits learns the model that Auto takes. What it was fitted on is that of the same members until more is known.
func (s *subject) fits(agents []string, together []*question) (fitted, error) {
	if s.fit.model != nil && slices.Equal(s.fit.agents, agents) {
		return s.fit, nil
	}
	together = together[max(0, len(together)-chosenMost):]
	f := fitted{agents: agents}
	for _, q := range together {
		f.names = append(append(f.names, q.truth), q.Classes...)
		for _, w := range q.Words {
			f.names = append(f.names, w.Class)
		}
	}
	slices.Sort(f.names)
	f.names = slices.Compact(f.names)
	o := Outcomes{Classes: max(2, len(f.names)), Truth: make([]int, len(together))}
	for i, q := range together {
		o.Truth[i], _ = slices.BinarySearch(f.names, q.truth)
	}
	for _, agent := range agents {
		labels := make([]int, len(together))
		for i, q := range together {
			w, _ := q.word(agent)
			labels[i], _ = slices.BinarySearch(f.names, w.Class)
		}
		o.Probabilities = append(o.Probabilities, Labels(o.Classes, labels))
	}
	var err error
	if f.model, _, err = Auto(o); err != nil {
		return fitted{}, err
	}
	s.fit = f
	return f, nil
}

// chosen combines by the model that Auto takes. A class that was never said before says nothing to it.
func (s *subject) chosen(a Asked, together []*question) (Combination, error) {
	if a.Texts || len(together) < chosenFrom {
		return Combination{}, fmt.Errorf("ensemble: %d outcomes that all members were asked about, not %d: %w", len(together), chosenFrom, ErrTooFewOutcomes)
	}
	f, err := s.fits(agentsOf(a), together)
	if err != nil {
		return Combination{}, err
	}
	classes := max(2, len(f.names))
	rows := make([][]float64, len(a.Words))
	for m, w := range a.Words {
		at, known := slices.BinarySearch(f.names, w.Class)
		if !known {
			at = -1
		}
		rows[m] = Labels(classes, []int{at})[0]
	}
	class, probabilities, err := f.model.Combine(rows)
	if err != nil {
		return Combination{}, err
	}
	class = min(class, len(f.names)-1) // where there is but one class the other has no name, and no votes
	return Combination{
		Class: f.names[class], Confidence: min(max(probabilities[class], 0), 1), Method: string(Chosen) + ": " + f.model.Kind().String(),
	}, nil
}
