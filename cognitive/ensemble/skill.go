// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// SkillSpec says how long [DawidSkene] goes on. Zero fields mean the defaults.
type SkillSpec struct {
	// Rounds is the most rounds; 0 means 200.
	Rounds int
	// Tolerance ends it when the log-likelihood grows by less in a round; 0 means that all rounds are made.
	Tolerance float64
}

// Skills is what is learned of raters without any truth, from how they agree with one another.
type Skills struct {
	// LogLikelihood is that of all labels after the last round, Rounds how many were made.
	LogLikelihood float64
	Rounds        int
	// Prevalence is the share of each class.
	Prevalence []float64
	// Confusion is by rater, true class and label: the probability of the label.
	Confusion [][][]float64
	// Posterior is by item and class: how probable it is.
	Posterior [][]float64
}

// Class returns the most probable class of an item, the lowest of equals.
func (s *Skills) Class(item int) int { return argmax(s.Posterior[item]) }

// Accuracy returns how often a rater is right, in expectation.
func (s *Skills) Accuracy(rater int) float64 {
	sum := 0.0
	for t, p := range s.Prevalence {
		sum += p * s.Confusion[rater][t][t]
	}
	return sum
}

// DawidSkene learns the truth and the raters' confusions together from labels by item and rater, by expectation and maximisation from the
// fractions of votes on. A label below 0 is none; every item needs one.
func DawidSkene(labels [][]int, classes int, spec SkillSpec) (*Skills, error) {
	raters, err := checkLabels(labels, classes, spec)
	if err != nil {
		return nil, err
	}
	if spec.Rounds == 0 {
		spec.Rounds = 200
	}
	s := &Skills{Prevalence: make([]float64, classes), LogLikelihood: math.Inf(-1)}
	for _, row := range labels {
		votes := make([]float64, classes)
		n := 0.0
		for _, l := range row {
			if l >= 0 {
				votes[l]++
				n++
			}
		}
		floats.Scale(1/n, votes)
		s.Posterior = append(s.Posterior, votes)
	}
	s.Confusion = make([][][]float64, raters)
	for r := range s.Confusion {
		s.Confusion[r] = make([][]float64, classes)
		for t := range s.Confusion[r] {
			s.Confusion[r][t] = make([]float64, classes)
		}
	}
	for s.Rounds < spec.Rounds {
		s.maximise(labels)
		before := s.LogLikelihood
		s.expect(labels)
		s.Rounds++
		if spec.Tolerance > 0 && s.LogLikelihood-before < spec.Tolerance {
			break
		}
	}
	return s, nil
}

func checkLabels(labels [][]int, classes int, spec SkillSpec) (raters int, err error) {
	var problems []error
	if classes < 2 {
		problems = append(problems, &SpecError{"classes", "there are fewer than 2"})
	}
	if spec.Rounds < 0 || !(spec.Tolerance >= 0) {
		problems = append(problems, &SpecError{"rounds", "they or the tolerance are below 0"})
	}
	if len(labels) == 0 || len(labels[0]) == 0 {
		return 0, errors.Join(append(problems, &SpecError{"labels", "there are none"})...)
	}
	raters = len(labels[0])
	for i, row := range labels {
		given, wrong := false, len(row) != raters
		for _, l := range row {
			given = given || l >= 0
			wrong = wrong || l >= classes
		}
		if wrong || !given {
			problems = append(problems, &SpecError{"labels", fmt.Sprintf("item %d: it has no label, one of no class, or not one of each rater", i)})
		}
	}
	return raters, errors.Join(problems...)
}

// maximise makes prevalence and confusions of what the items probably are.
func (s *Skills) maximise(labels [][]int) {
	clear(s.Prevalence)
	for r := range s.Confusion {
		for t := range s.Confusion[r] {
			for l := range s.Confusion[r][t] {
				s.Confusion[r][t][l] = 1e-9 // so that nothing is impossible
			}
		}
	}
	for i, row := range labels {
		floats.Add(s.Prevalence, s.Posterior[i])
		for r, l := range row {
			if l < 0 {
				continue
			}
			for t, p := range s.Posterior[i] {
				s.Confusion[r][t][l] += p
			}
		}
	}
	floats.Scale(1/float64(len(labels)), s.Prevalence)
	for r := range s.Confusion {
		for t := range s.Confusion[r] {
			floats.Scale(1/floats.Sum(s.Confusion[r][t]), s.Confusion[r][t])
		}
	}
}

// expect makes what the items probably are of prevalence and confusions.
func (s *Skills) expect(labels [][]int) {
	s.LogLikelihood = 0
	for i, row := range labels {
		q := s.Posterior[i]
		for t := range q {
			q[t] = math.Log(max(s.Prevalence[t], 1e-300))
			for r, l := range row {
				if l >= 0 {
					q[t] += math.Log(s.Confusion[r][t][l])
				}
			}
		}
		s.LogLikelihood += softmax(q)
	}
}
