// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

// reference reads a file of answers that other programs have computed.
func reference(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "reference", name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

type predictions struct {
	Dataset     string
	Fold        int
	Classes     int
	TrainLabels []int         `json:"train_labels"`
	TestLabels  []int         `json:"test_labels"`
	OOF         [][][]float64 `json:"oof"`
	Test        [][][]float64 `json:"test"`
	Expected    struct {
		NNLSWeights []float64 `json:"nnls_weights"`
		NNLSLabels  []int     `json:"nnls_labels"`
		HardLabels  []int     `json:"hard_vote_labels_ties_to_lowest_class"`
		SoftLabels  []int     `json:"soft_vote_labels"`
		Soft2112    []int     `json:"soft_vote_weights_2112_labels"`
		Accuracy    []float64 `json:"oof_accuracy"`
		LogOdds     []float64 `json:"log_odds_weights"`
		LogLabels   []int     `json:"log_odds_labels"`
		StackLR     struct {
			C         float64
			Coef      [][]float64
			Intercept []float64
			Labels    []int
		} `json:"stack_lr"`
	}
}

func (p predictions) outcomes() Outcomes { return Outcomes{p.Classes, p.TrainLabels, p.OOF} }

// labels returns what a model says of the test cases.
func (p predictions) labels(t *testing.T, m *Model) []int {
	t.Helper()
	out := make([]int, len(p.TestLabels))
	for i := range out {
		class, probabilities, err := m.Combine(p.rows(i))
		require.NoError(t, err)
		sum := 0.0
		for _, x := range probabilities {
			sum += x
		}
		assert.InDelta(t, 1, sum, 1e-5) // the members' probabilities have six decimals
		out[i] = class
	}
	return out
}

func (p predictions) rows(i int) [][]float64 {
	rows := make([][]float64, len(p.Test))
	for m := range rows {
		rows[m] = p.Test[m][i]
	}
	return rows
}

func cases(t *testing.T) []predictions {
	var f struct{ Cases []predictions }
	reference(t, "ensemble_predictions.json", &f)
	require.Len(t, f.Cases, 7)
	return f.Cases
}

func TestEachKindLearnsTheWeightsAndGivesTheLabelsOfTheReference(t *testing.T) {
	for _, c := range cases(t) {
		o := c.outcomes()
		for _, kind := range []struct {
			Kind
			labels []int
		}{
			{Majority, c.Expected.HardLabels},
			{Soft, c.Expected.SoftLabels},
			{LogOddsVote, c.Expected.LogLabels},
			{StackNNLS, c.Expected.NNLSLabels},
			{StackLogistic, c.Expected.StackLR.Labels},
		} {
			m, err := Fit(kind.Kind, o)
			require.NoError(t, err)
			assert.Equal(t, kind.labels, c.labels(t, m), "%s of %s, fold %d", kind, c.Dataset, c.Fold)
			switch kind.Kind {
			case LogOddsVote:
				assert.InDeltaSlice(t, c.Expected.LogOdds, m.Weights(), 1e-6)
			case StackNNLS:
				assert.InDeltaSlice(t, c.Expected.NNLSWeights, m.Weights(), 1e-6)
			case StackLogistic:
				// The reference stopped early, at a gradient of 1e-4: its coefficients are near the optimum, which is below its loss.
				f, theirs, ours := fittingOf(o), []float64(nil), []float64(nil)
				for k, row := range m.Coefficients() {
					theirs = append(append(theirs, c.Expected.StackLR.Coef[k]...), c.Expected.StackLR.Intercept[k])
					ours = append(ours, row...)
				}
				gradient, _ := f.derivatives(ours)
				assert.Less(t, floats.Norm(gradient, math.Inf(1)), 1e-8)
				assert.LessOrEqual(t, f.loss(ours), f.loss(theirs), "%s, fold %d", c.Dataset, c.Fold)
				assert.InDeltaSlice(t, theirs, ours, 1e-3, "%s, fold %d", c.Dataset, c.Fold)
			case Single, Majority, Soft:
			}
		}
		for i := range c.TestLabels {
			assert.Equal(t, c.Expected.Soft2112[i], argmax(Average([]float64{2, 1, 1, 2}, c.rows(i))))
		}
		for m := range o.Probabilities {
			assert.InDelta(t, c.Expected.Accuracy[m], o.accuracy(m), 1e-12)
		}
	}
}

func TestAutoIsNeverWorseThanTheBestMemberByMoreThanAStandardError(t *testing.T) {
	for _, c := range cases(t) {
		if c.Classes > 3 && !*full { // its regressions have 410 coefficients
			continue
		}
		m, report, err := Auto(c.outcomes())
		require.NoError(t, err)
		auto := c.labels(t, m)
		for member := range c.Test {
			right, other := make([]bool, len(auto)), make([]bool, len(auto))
			for i := range auto {
				right[i], other[i] = auto[i] == c.TestLabels[i], argmax(c.Test[member][i]) == c.TestLabels[i]
			}
			mean, standardError := difference(right, other)
			assert.GreaterOrEqual(t, mean, -max(standardError, 1e-12), "%s, fold %d: %s against member %d", c.Dataset, c.Fold, report.Chosen, member)
		}
	}
}

func TestBoostingFollowsTheTraceOfTheReference(t *testing.T) {
	var f struct {
		Cases []struct {
			Dataset     string
			Classes     int
			TrainLabels string `json:"train_labels"`
			TestLabels  string `json:"test_labels"`
			Rounds      []struct {
				Train, Test  string
				Error, Alpha float64
			}
			Final   string `json:"final_test_labels"`
			Correct int
		}
	}
	reference(t, "samme_trace.json", &f)
	require.Len(t, f.Cases, 4)
	digits := func(s string) []int {
		out := make([]int, len(s))
		for i, c := range s {
			out[i] = int(c - '0')
		}
		return out
	}
	for _, c := range f.Cases {
		b, err := NewBooster(c.Classes, digits(c.TrainLabels))
		require.NoError(t, err)
		said := make([][]int, len(c.TestLabels))
		for _, round := range c.Rounds {
			e, alpha, err := b.Add(digits(round.Train))
			require.NoError(t, err)
			assert.InDelta(t, round.Error, e, 1e-9)
			assert.InDelta(t, round.Alpha, alpha, 1e-9)
			for i, l := range digits(round.Test) {
				said[i] = append(said[i], l)
			}
			state, err := b.MarshalBinary()
			require.NoError(t, err)
			b = &Booster{}
			require.NoError(t, b.UnmarshalBinary(state))
		}
		correct := 0
		for i, want := range digits(c.Final) {
			assert.Equal(t, want, b.Predict(said[i]))
			if want == digits(c.TestLabels)[i] {
				correct++
			}
		}
		assert.Equal(t, c.Correct, correct)
	}
}

func TestVotesAreAsAccurateAsTheReferenceSays(t *testing.T) {
	var f struct {
		Voting []struct {
			P        []float64
			Majority float64
			Linear   float64 `json:"linear_weights_p"`
			LogOdds  float64 `json:"log_odds"`
			Best     float64 `json:"best_single"`
		}
		Condorcet map[string]float64 `json:"condorcet_p_.6"`
		Cost      []struct {
			Agents  [][2]float64 `json:"agents_p_cost"`
			Optimum []struct {
				Budget   int64
				Team     []int
				Accuracy float64
				Cost     int64
			}
		} `json:"cost_optimal"`
	}
	reference(t, "voting_teams.json", &f)
	require.Len(t, f.Voting, 8)
	for _, v := range f.Voting {
		for _, way := range []struct {
			Weighing
			want float64
		}{{ByHead, v.Majority}, {ByAccuracy, v.Linear}, {ByLogOdds, v.LogOdds}} {
			got, err := Accuracy(v.P, way.Weights(v.P))
			require.NoError(t, err)
			assert.InDelta(t, way.want, got, 1e-12, "%v", v.P)
		}
		single, err := CostOptimal([]Voter{{v.Best, 1}}, 1)
		require.NoError(t, err)
		assert.InDelta(t, v.Best, single.Accuracy, 1e-12)
	}
	for n, want := range map[int]float64{1: f.Condorcet["1"], 3: f.Condorcet["3"], 5: f.Condorcet["5"], 11: f.Condorcet["11"], 15: f.Condorcet["15"]} {
		p := make([]float64, n)
		for i := range p {
			p[i] = 0.6
		}
		got, err := Accuracy(p, ByHead.Weights(p))
		require.NoError(t, err)
		assert.InDelta(t, want, got, 1e-12)
	}
	require.Len(t, f.Cost, 2)
	for _, c := range f.Cost {
		var voters []Voter
		for _, a := range c.Agents {
			voters = append(voters, Voter{a[0], int64(a[1])})
		}
		for _, want := range c.Optimum {
			got, err := CostOptimal(voters, want.Budget)
			require.NoError(t, err)
			assert.Equal(t, want.Team, got.Team, "budget %d", want.Budget)
			if want.Team != nil {
				assert.InDelta(t, want.Accuracy, got.Accuracy, 1e-12)
				assert.Equal(t, want.Cost, got.Cost)
			}
		}
	}
}

func TestDawidSkeneReachesTheLikelihoodOfTheReference(t *testing.T) {
	var f struct {
		Instances []struct {
			Classes       int
			Skills        []float64
			Truth         []int
			Labels        [][]int
			Majority      float64    `json:"majority_accuracy"`
			Accuracy      float64    `json:"ds_accuracy"`
			Known         float64    `json:"known_skill_log_odds_accuracy"`
			LogLikelihood [3]float64 `json:"loglik_rounds_1_10_200"`
			Prevalence    []float64
			Diagonal      [][]float64 `json:"diag_confusion"`
			DSLabels      []int       `json:"ds_labels"`
		} `json:"dawid_skene"`
	}
	reference(t, "voting_teams.json", &f)
	require.Len(t, f.Instances, 2)
	for _, in := range f.Instances {
		for i, rounds := range []int{1, 10, 200} {
			s, err := DawidSkene(in.Labels, in.Classes, SkillSpec{Rounds: rounds})
			require.NoError(t, err)
			assert.InDelta(t, in.LogLikelihood[i], s.LogLikelihood, 1e-6)
			if rounds < 200 {
				continue
			}
			assert.InDeltaSlice(t, in.Prevalence, s.Prevalence, 1e-6)
			var labels []int
			for item := range in.Truth {
				labels = append(labels, s.Class(item))
			}
			assert.Equal(t, in.DSLabels, labels)
			for r, want := range in.Diagonal {
				for c := range want {
					assert.InDelta(t, want[c], s.Confusion[r][c][c], 1e-6)
				}
			}
		}
		weights := make([]float64, len(in.Skills))
		head := make([]float64, len(in.Skills))
		for r, p := range in.Skills {
			weights[r], head[r] = LogOdds(p, math.MaxInt32, in.Classes), 1
		}
		known, majority := 0, 0
		for i, truth := range in.Truth {
			if w, _ := Vote(weights, in.Labels[i], in.Classes); w == truth {
				known++
			}
			if w, _ := Vote(head, in.Labels[i], in.Classes); w == truth {
				majority++
			}
		}
		assert.InDelta(t, in.Known, float64(known)/float64(len(in.Truth)), 1e-12)
		assert.InDelta(t, in.Majority, float64(majority)/float64(len(in.Truth)), 1e-12)
	}
}
