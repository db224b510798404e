// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// LogOdds returns the weight of a vote: ln(p(C-1)/(1-p)), with an accuracy p that was estimated on so many outcomes and is clamped to
// [0.5/n, 1-0.5/n]. It is the best weight when errors are independent and spread evenly over the other classes. It is below 0 for a member that is
// worse than chance. Without outcomes it is 0.
func LogOdds(accuracy float64, outcomes, classes int) float64 {
	if outcomes < 1 || classes < 2 || math.IsNaN(accuracy) {
		return 0
	}
	n := float64(outcomes)
	p := min(max(accuracy, 0.5/n), 1-0.5/n)
	return math.Log(p * float64(classes-1) / (1 - p))
}

// Vote returns the weight that each class got, and the class with the most, the lowest of equals. A label that is no class is an abstention.
func Vote(weights []float64, labels []int, classes int) (winner int, tally []float64) {
	tally = make([]float64, max(classes, 1))
	for i, l := range labels {
		if l >= 0 && l < classes && i < len(weights) {
			tally[l] += weights[i]
		}
	}
	return argmax(tally), tally
}

// Average returns the weighted mean of the members' probabilities, by class; nil weights are equal ones.
func Average(weights []float64, rows [][]float64) []float64 {
	if len(rows) == 0 {
		return nil
	}
	out := make([]float64, len(rows[0]))
	total := 0.0
	for m, row := range rows {
		w := 1.0
		if weights != nil {
			w = weights[m]
		}
		total += w
		for k, p := range row {
			out[k] += float64(w * p)
		}
	}
	if total > 0 {
		for k := range out {
			out[k] /= total
		}
	}
	return out
}

// maxVoters is how many voters are judged exactly.
const maxVoters = 24

// Accuracy returns the exact probability that a weighted vote between two classes is right, with independent voters of these accuracies; an equal
// vote is right in half of the cases. At most 24 voters.
func Accuracy(accuracies, weights []float64) (float64, error) {
	var problems []error
	if len(accuracies) != len(weights) || len(accuracies) == 0 || len(accuracies) > maxVoters {
		problems = append(problems, &SpecError{"accuracies", fmt.Sprintf("%d accuracies and %d weights, of 1 to %d voters", len(accuracies), len(weights), maxVoters)})
	}
	for i, p := range accuracies {
		if !(p >= 0 && p <= 1) {
			problems = append(problems, &SpecError{"accuracies", fmt.Sprintf("voter %d: %v is no probability", i, p)})
		}
	}
	for i, w := range weights {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			problems = append(problems, &SpecError{"weights", fmt.Sprintf("voter %d: it is not finite", i)})
		}
	}
	if err := errors.Join(problems...); err != nil {
		return 0, err
	}
	scale := 0.0
	for _, w := range weights {
		scale += math.Abs(w)
	}
	right, tie := 0.0, 1e-12*scale // sums of the same weights in another order are equal
	n := len(accuracies)
	for pattern := range 1 << n {
		p, sum := 1.0, 0.0
		for i := range n {
			if pattern>>i&1 == 1 {
				p *= accuracies[i]
				sum += weights[i]
			} else {
				p *= 1 - accuracies[i]
				sum -= weights[i]
			}
		}
		switch {
		case math.Abs(sum) <= tie:
			right += p / 2
		case sum > 0:
			right += p
		}
	}
	return right, nil
}

// Weighing is how votes are weighed when accuracies are known.
type Weighing uint8

// Weighings.
const (
	// ByHead gives every voter the same weight.
	ByHead Weighing = iota
	// ByAccuracy weighs by accuracy.
	ByAccuracy
	// ByLogOdds weighs by ln(p/(1-p)).
	ByLogOdds
)

// Weights returns the weights of voters between two classes whose accuracies are known; those of 0 and 1 weigh as if they were a millionth of a
// millionth away from it.
func (w Weighing) Weights(accuracies []float64) []float64 {
	out := slices.Clone(accuracies)
	for i, p := range out {
		switch w {
		case ByHead:
			out[i] = 1
		case ByLogOdds:
			p = min(max(p, 1e-12), 1-1e-12)
			out[i] = math.Log(p / (1 - p))
		case ByAccuracy:
		}
	}
	return out
}
