// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"errors"
	"math"
)

// Report is what was found out before a model was chosen.
type Report struct {
	// Kinds are what was compared, the simplest first: kinds that need more outcomes than there are were left out.
	Kinds []Kind
	// Accuracy is by kind in that order: the share of cases that the kind was right on when it had not seen them.
	Accuracy []float64
	// Margin is the standard error of the difference between the most accurate kind and the kind, over the cases.
	Margin []float64
	// Best is the most accurate kind, and Chosen the simplest that is within one standard error of it.
	Best, Chosen Kind
}

// innerFolds is how many parts the cases are divided into.
const innerFolds = 5

// Auto compares all kinds by cross-validation in five folds, and fits the simplest whose accuracy is within one standard error of the best, on all
// outcomes. Case i is in the fold of its place when all are sorted by ((7919 i + 13) mod n, i), modulo five: the same cases give the same model.
func Auto(o Outcomes) (*Model, Report, error) {
	if err := o.Validate(); err != nil {
		return nil, Report{}, err
	}
	right := map[Kind][]bool{}
	var report Report
	folds := Folds(len(o.Truth), innerFolds)
	for _, kind := range Kinds() {
		hits, err := crossValidate(kind, o, folds)
		if errors.Is(err, ErrTooFewOutcomes) {
			continue
		}
		if err != nil {
			return nil, Report{}, err
		}
		right[kind] = hits
		n := 0
		for _, h := range hits {
			if h {
				n++
			}
		}
		report.Kinds = append(report.Kinds, kind)
		report.Accuracy = append(report.Accuracy, float64(n)/float64(len(hits)))
	}
	best := argmax(report.Accuracy)
	report.Best = report.Kinds[best]
	report.Chosen = report.Best
	for i := len(report.Kinds) - 1; i >= 0; i-- {
		_, margin := difference(right[report.Best], right[report.Kinds[i]])
		report.Margin = append([]float64{margin}, report.Margin...)
		if report.Accuracy[best]-report.Accuracy[i] <= margin {
			report.Chosen = min(report.Chosen, report.Kinds[i])
		}
	}
	m, err := fit(report.Chosen, o)
	return m, report, err
}

// crossValidate tells of each case whether a kind that was fitted without its fold is right on it.
func crossValidate(kind Kind, o Outcomes, folds [][]int) ([]bool, error) {
	right := make([]bool, len(o.Truth))
	rows := make([][]float64, len(o.Probabilities))
	for f, fold := range folds {
		var rest []int
		for g, other := range folds {
			if g != f {
				rest = append(rest, other...)
			}
		}
		if len(rest) == 0 {
			rest = fold // a single case can only be judged by itself
		}
		model, err := fit(kind, o.subset(rest))
		if err != nil {
			return nil, err
		}
		for _, c := range fold {
			for m := range rows {
				rows[m] = o.Probabilities[m][c]
			}
			class, _ := model.combine(rows)
			right[c] = class == o.Truth[c]
		}
	}
	return right, nil
}

// difference returns how much more often a is right than b, and the standard error of that over the cases.
func difference(a, b []bool) (mean, standardError float64) {
	plus, minus := 0.0, 0.0
	for i := range a {
		switch {
		case a[i] && !b[i]:
			plus++
		case b[i] && !a[i]:
			minus++
		}
	}
	n := float64(len(a))
	mean = (plus - minus) / n
	if n < 2 {
		return mean, 0
	}
	variance := ((plus+minus)/n - mean*mean) * n / (n - 1)
	return mean, math.Sqrt(max(variance, 0) / n)
}

// Folds divides the cases from 0 to n-1 into parts that do not follow their order: sorted by ((7919 i + 13) mod n, i), every k-th from f on is
// part f. Parts that would be empty are left out.
func Folds(n, k int) [][]int {
	if n <= 0 || k <= 0 {
		return nil
	}
	byKey := make([][]int, n)
	for i := range n {
		key := (i%n*(7919%n) + 13) % n
		byKey[key] = append(byKey[key], i)
	}
	folds := make([][]int, min(k, n))
	at := 0
	for _, same := range byKey {
		for _, i := range same {
			folds[at%len(folds)] = append(folds[at%len(folds)], i)
			at++
		}
	}
	return folds
}
