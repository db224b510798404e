// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"errors"
	"fmt"
)

// Outcomes are what members said of cases whose truth is known now. The predictions must be made by members that had not seen the truth: out of
// fold, or before it came.
type Outcomes struct {
	// Classes is how many there are, at least 2.
	Classes int
	// Truth is the class of each case, from 0.
	Truth []int
	// Probabilities are by member, case and class. Members that give labels alone give 1 and 0; see Labels.
	Probabilities [][][]float64
}

// Labels makes the probabilities of a member that gives labels alone.
func Labels(classes int, labels []int) [][]float64 {
	out := make([][]float64, len(labels))
	flat := make([]float64, classes*len(labels))
	for i, l := range labels {
		out[i] = flat[i*classes : (i+1)*classes]
		if l >= 0 && l < classes {
			out[i][l] = 1
		}
	}
	return out
}

// Validate returns all that is wrong, joined, each a *SpecError; of the numbers only the first that cannot be of each member.
func (o Outcomes) Validate() error {
	var problems []error
	if o.Classes < 2 {
		problems = append(problems, &SpecError{"classes", "there are fewer than 2"})
	}
	if len(o.Probabilities) == 0 {
		problems = append(problems, &SpecError{"probabilities", "there is no member"})
	}
	if len(o.Truth) == 0 {
		problems = append(problems, &SpecError{"truth", "there is no case"})
	}
	for i, t := range o.Truth {
		if t < 0 || t >= o.Classes {
			problems = append(problems, &SpecError{"truth", fmt.Sprintf("case %d has class %d of %d", i, t, o.Classes)})
			break
		}
	}
	for m, rows := range o.Probabilities {
		if len(rows) != len(o.Truth) {
			problems = append(problems, &SpecError{"probabilities", fmt.Sprintf("member %d has %d cases of %d", m, len(rows), len(o.Truth))})
			continue
		}
		for i, row := range rows {
			if why := badRow(row, o.Classes); why != "" {
				problems = append(problems, &SpecError{"probabilities", fmt.Sprintf("member %d, case %d: %s", m, i, why)})
				break
			}
		}
	}
	return errors.Join(problems...)
}

// badRow says what is wrong with the probabilities of one case, if anything.
func badRow(row []float64, classes int) string {
	if len(row) != classes {
		return fmt.Sprintf("%d probabilities for %d classes", len(row), classes)
	}
	for _, p := range row {
		if !(p >= 0 && p <= 1) {
			return fmt.Sprintf("%v is no probability", p)
		}
	}
	return ""
}

// subset returns the outcomes of some cases.
func (o Outcomes) subset(cases []int) Outcomes {
	s := Outcomes{Classes: o.Classes, Truth: make([]int, len(cases)), Probabilities: make([][][]float64, len(o.Probabilities))}
	for m := range o.Probabilities {
		s.Probabilities[m] = make([][]float64, len(cases))
	}
	for i, c := range cases {
		s.Truth[i] = o.Truth[c]
		for m := range o.Probabilities {
			s.Probabilities[m][i] = o.Probabilities[m][c]
		}
	}
	return s
}

// accuracy returns the share of cases whose most probable class is the true one.
func (o Outcomes) accuracy(member int) float64 {
	hits := 0
	for i, row := range o.Probabilities[member] {
		if argmax(row) == o.Truth[i] {
			hits++
		}
	}
	return float64(hits) / float64(len(o.Truth))
}

// argmax returns the index of the largest number, the first of equals.
func argmax(xs []float64) int {
	best := 0
	for i, x := range xs {
		if x > xs[best] {
			best = i
		}
	}
	return best
}
