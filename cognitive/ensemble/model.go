// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"
	"math"

	"mabeam.dev/cognitive/internal/frame"
)

// Kind is how a [Model] combines, from the simplest on.
type Kind uint8

// Kinds. The order is that of the rule in favour of the simpler.
const (
	// Single is the member that was right most often.
	Single Kind = iota
	// Majority is a vote by head.
	Majority
	// Soft is the mean of probabilities.
	Soft
	// LogOddsVote is a vote weighted by LogOdds.
	LogOddsVote
	// StackNNLS is a sum of probabilities with least-squares weights that are not below 0; it deals with members that err together.
	StackNNLS
	// StackLogistic is a ridge logistic regression on the probabilities.
	StackLogistic
)

var kinds = [...]string{"single", "majority", "soft", "log_odds", "stack_nnls", "stack_logistic"}

// String returns the name.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Kinds returns all kinds, the simplest first.
func Kinds() []Kind {
	out := make([]Kind, len(kinds))
	for i := range out {
		out[i] = Kind(i)
	}
	return out
}

// Model combines what members say of one case. It does not change.
type Model struct {
	kind    Kind
	classes int
	members int
	single  int
	weights []float64
	logit   logit
}

// ridge is by how much half the squared coefficients of StackLogistic count beside the log-likelihood.
const ridge = 1.0

// Fit learns a model of a kind. The stacks refuse with ErrTooFewOutcomes below ten outcomes for each weight.
func Fit(kind Kind, o Outcomes) (*Model, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return fit(kind, o)
}

// fit is Fit for outcomes that are valid.
func fit(kind Kind, o Outcomes) (*Model, error) {
	n := len(o.Probabilities)
	m := &Model{kind: kind, classes: o.Classes, members: n}
	switch kind {
	case Single:
		best := -1.0
		for i := range n {
			if a := o.accuracy(i); a > best {
				m.single, best = i, a
			}
		}
	case Majority, Soft:
		m.weights = make([]float64, n)
		for i := range m.weights {
			m.weights[i] = 1
		}
	case LogOddsVote:
		for i := range n {
			m.weights = append(m.weights, LogOdds(o.accuracy(i), len(o.Truth), o.Classes))
		}
	case StackNNLS:
		if err := enough(len(o.Truth), n); err != nil {
			return nil, err
		}
		m.weights = stackWeights(o)
	case StackLogistic:
		if err := enough(len(o.Truth), featureCount(n, o.Classes)); err != nil {
			return nil, err
		}
		m.logit = fittingOf(o).minimise()
	default:
		return nil, &SpecError{"kind", kind.String() + " is not known"}
	}
	return m, nil
}

// Kind returns how the model combines.
func (m *Model) Kind() Kind { return m.kind }

// Weights returns the weights of the members: 1 of the single one and 0 of the others, and nil for StackLogistic, which has coefficients.
func (m *Model) Weights() []float64 {
	if m.kind == Single {
		w := make([]float64, m.members)
		w[m.single] = 1
		return w
	}
	return m.weights
}

// Coefficients returns those of StackLogistic by output and feature with the intercept last, else nil. Features are the members' probabilities, of
// two classes only the second.
func (m *Model) Coefficients() [][]float64 { return m.logit }

// Combine returns the class of a case, the lowest of equals, and how probable each class is to the model, from the members' probabilities by member
// and class.
func (m *Model) Combine(rows [][]float64) (class int, probabilities []float64, err error) {
	if len(rows) != m.members {
		return 0, nil, &SpecError{"members", fmt.Sprintf("%d said something, of %d", len(rows), m.members)}
	}
	for i, row := range rows {
		if why := badRow(row, m.classes); why != "" {
			return 0, nil, &SpecError{"probabilities", fmt.Sprintf("member %d: %s", i, why)}
		}
	}
	class, probabilities = m.combine(rows)
	return class, probabilities, nil
}

func (m *Model) combine(rows [][]float64) (int, []float64) {
	switch m.kind {
	case Single:
		p := append([]float64(nil), rows[m.single]...)
		return argmax(p), p
	case Majority, LogOddsVote:
		labels := make([]int, len(rows))
		for i, row := range rows {
			labels[i] = argmax(row)
		}
		class, tally := Vote(m.weights, labels, m.classes)
		if m.kind == LogOddsVote {
			softmax(tally) // the posterior, if errors are independent
			return class, tally
		}
		for k := range tally {
			tally[k] /= float64(len(rows))
		}
		return class, tally
	case Soft, StackNNLS:
		p := make([]float64, m.classes)
		total := 0.0
		for i, row := range rows {
			for k, x := range row {
				p[k] += m.weights[i] * x
				total += m.weights[i] * x
			}
		}
		class := argmax(p)
		for k := range p {
			if total > 0 {
				p[k] /= total
			} else {
				p[k] = 1 / float64(m.classes)
			}
		}
		return class, p
	case StackLogistic:
		p := m.logit.probabilities(features(rows, m.classes, nil))
		return argmax(p), p
	}
	panic("ensemble: a model of no kind")
}

// MarshalBinary returns the model.
func (m *Model) MarshalBinary() ([]byte, error) {
	w := frame.New("ensemble", 1)
	w.Uint(uint64(m.kind))
	w.Int(m.classes)
	w.Int(m.members)
	w.Int(m.single)
	w.Floats(m.weights)
	w.Uint(uint64(len(m.logit)))
	for _, row := range m.logit {
		w.Floats(row)
	}
	return w.Done(), nil
}

// UnmarshalBinary restores a model, or changes nothing and returns what is wrong with it.
func (m *Model) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "ensemble", 1)
	n := Model{kind: Kind(r.Uint(uint64(len(kinds) - 1))), classes: r.Int(2, maxClasses), members: r.Int(1, math.MaxInt32)}
	n.single = r.Int(0, max(n.members-1, 0))
	weights, outputs, width := n.members, 0, 0
	switch n.kind {
	case Single:
		weights = 0
	case StackLogistic:
		weights, outputs, width = 0, n.classes, featureCount(n.members, n.classes)+1
		if n.classes == 2 {
			outputs = 1
		}
	case Majority, Soft, LogOddsVote, StackNNLS:
	}
	n.weights = r.Floats(weights)
	if got := r.Count(maxClasses, 8); r.OK() && got != outputs {
		r.Fail("it has %d outputs in place of %d", got, outputs)
	}
	for range outputs {
		if !r.OK() {
			break
		}
		n.logit = append(n.logit, r.Floats(width))
	}
	if err := r.Done(); err != nil {
		return err
	}
	*m = n
	return nil
}
