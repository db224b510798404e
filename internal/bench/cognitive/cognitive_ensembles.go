// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"

	"mabeam.dev/cognitive/ensemble"
	"mabeam.dev/internal/benchtab"
)

// foretold is one case of base predictions with the answers of another program.
type foretold struct {
	Classes     int
	TrainLabels []int         `json:"train_labels"`
	TestLabels  []int         `json:"test_labels"`
	OOF         [][][]float64 `json:"oof"`
	Test        [][][]float64 `json:"test"`
	Expected    struct {
		NNLS    []float64              `json:"nnls_weights"`
		LogOdds []float64              `json:"log_odds_weights"`
		Labels  []int                  `json:"nnls_labels"`
		Hard    []int                  `json:"hard_vote_labels_ties_to_lowest_class"`
		Soft    []int                  `json:"soft_vote_labels"`
		Odds    []int                  `json:"log_odds_labels"`
		Stack   struct{ Labels []int } `json:"stack_lr"`
	}
}

// ensembles compares weights and labels with those of the reference, and Auto with the best member.
func (b *bench) ensembles() error {
	var f struct{ Cases []foretold }
	if err := b.decode("ensemble_predictions.json", &f); err != nil {
		return err
	}
	wrong, labels, weight, behind := 0, 0, 0.0, math.Inf(-1)
	for _, c := range f.Cases {
		if b.quick && c.Classes > 3 {
			continue
		}
		o := ensemble.Outcomes{Classes: c.Classes, Truth: c.TrainLabels, Probabilities: c.OOF}
		for kind, want := range [][]int{ensemble.Majority: c.Expected.Hard, ensemble.Soft: c.Expected.Soft, ensemble.LogOddsVote: c.Expected.Odds, ensemble.StackNNLS: c.Expected.Labels, ensemble.StackLogistic: c.Expected.Stack.Labels} {
			if want == nil {
				continue
			}
			m, err := ensemble.Fit(ensemble.Kind(kind), o)
			if err != nil {
				return err
			}
			got, err := c.predict(m)
			if err != nil {
				return err
			}
			for i := range want {
				labels++
				if got[i] != want[i] {
					wrong++
				}
			}
			switch m.Kind() {
			case ensemble.StackNNLS:
				weight = max(weight, farthest(m.Weights(), c.Expected.NNLS))
			case ensemble.LogOddsVote:
				weight = max(weight, farthest(m.Weights(), c.Expected.LogOdds))
			default:
			}
		}
		m, _, err := ensemble.Auto(o)
		if err != nil {
			return err
		}
		auto, err := c.predict(m)
		if err != nil {
			return err
		}
		for member := range c.Test {
			behind = max(behind, c.behind(auto, member))
		}
	}
	b.row("labels of ensembles other than the reference's", float64(wrong), "labels", benchtab.ValueAtMost(0))
	b.row("labels of ensembles compared", float64(labels), "labels", benchtab.Goal{})
	b.row("weights of NNLS and log-odds, farthest from the reference's", weight, "weight", benchtab.ValueAtMost(1e-6))
	b.row("auto behind any member, at most", behind, "standard errors", benchtab.ValueAtMost(1))
	return b.skills()
}

// skills compares the likelihood of Dawid and Skene's raters.
func (b *bench) skills() error {
	var f struct {
		Instances []struct {
			Classes       int
			Labels        [][]int
			LogLikelihood [3]float64 `json:"loglik_rounds_1_10_200"`
		} `json:"dawid_skene"`
	}
	if err := b.decode("voting_teams.json", &f); err != nil {
		return err
	}
	off := 0.0
	for _, in := range f.Instances {
		s, err := ensemble.DawidSkene(in.Labels, in.Classes, ensemble.SkillSpec{})
		if err != nil {
			return err
		}
		off = max(off, math.Abs(s.LogLikelihood-in.LogLikelihood[2]))
	}
	b.row("log-likelihood of raters, farthest from the reference's", off, "nats", benchtab.ValueAtMost(1e-6))
	return nil
}

func (c foretold) predict(m *ensemble.Model) ([]int, error) {
	out := make([]int, len(c.TestLabels))
	rows := make([][]float64, len(c.Test))
	for i := range out {
		for member := range rows {
			rows[member] = c.Test[member][i]
		}
		class, _, err := m.Combine(rows)
		if err != nil {
			return nil, err
		}
		out[i] = class
	}
	return out, nil
}

// behind is how many standard errors of the difference an ensemble is behind a member; below 0 it is ahead.
func (c foretold) behind(labels []int, member int) float64 {
	plus, minus := 0.0, 0.0
	for i, truth := range c.TestLabels {
		best := 0
		for k, p := range c.Test[member][i] {
			if p > c.Test[member][i][best] {
				best = k
			}
		}
		switch {
		case best == truth && labels[i] != truth:
			plus++
		case best != truth && labels[i] == truth:
			minus++
		}
	}
	if plus+minus == 0 {
		return 0
	}
	n := float64(len(labels))
	d := (plus - minus) / n
	return d / math.Sqrt(max(((plus+minus)/n-d*d)/(n-1), 1e-300))
}

func farthest(a, b []float64) float64 {
	worst := 0.0
	for i := range a {
		worst = max(worst, math.Abs(a[i]-b[i]))
	}
	return worst
}
