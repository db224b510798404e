// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// features of a case are the probabilities of all members; of two classes only the second, since it says the first.
func features(rows [][]float64, classes int, dst []float64) []float64 {
	dst = dst[:0]
	for _, row := range rows {
		if classes == 2 {
			dst = append(dst, row[1])
		} else {
			dst = append(dst, row...)
		}
	}
	return dst
}

func featureCount(members, classes int) int {
	if classes == 2 {
		return members
	}
	return members * classes
}

// logit is a ridge logistic regression: coefficients by output and feature, the intercept last. Two classes have one output, more have one each.
type logit [][]float64

func (l logit) scores(x []float64) []float64 {
	out := make([]float64, len(l))
	for k, row := range l {
		out[k] = floats.Dot(row[:len(x)], x) + row[len(x)]
	}
	return out
}

// probabilities of the classes at x.
func (l logit) probabilities(x []float64) []float64 {
	s := l.scores(x)
	if len(s) == 1 {
		p := sigmoid(s[0])
		return []float64{1 - p, p}
	}
	softmax(s)
	return s
}

func sigmoid(z float64) float64 {
	if z >= 0 {
		return 1 / (1 + math.Exp(-z))
	}
	e := math.Exp(z)
	return e / (1 + e)
}

// softmax turns scores into probabilities in place and returns the logarithm of their sum of exponentials.
func softmax(s []float64) float64 {
	l := floats.LogSumExp(s)
	for i := range s {
		s[i] = math.Exp(s[i] - l)
	}
	return l
}

// fitting is one regression under way.
type fitting struct {
	x       [][]float64 // with a 1 at the end
	y       []int
	outputs int
	d       int
	ridge   float64
}

// fittingOf makes the features of all cases.
func fittingOf(o Outcomes) *fitting {
	f := &fitting{y: o.Truth, outputs: o.Classes, d: featureCount(len(o.Probabilities), o.Classes) + 1, ridge: ridge}
	if o.Classes == 2 {
		f.outputs = 1
	}
	rows := make([][]float64, len(o.Probabilities))
	for i := range o.Truth {
		for m := range rows {
			rows[m] = o.Probabilities[m][i]
		}
		f.x = append(f.x, append(features(rows, o.Classes, make([]float64, 0, f.d)), 1))
	}
	return f
}

func (f *fitting) at(w, x, s []float64) {
	for k := range s {
		s[k] = floats.Dot(w[k*f.d:(k+1)*f.d], x)
	}
}

func (f *fitting) loss(w []float64) float64 {
	s := make([]float64, f.outputs)
	loss, intercepts := 0.0, 0.0
	for i, x := range f.x {
		f.at(w, x, s)
		if f.outputs == 1 {
			z := s[0]
			if f.y[i] == 0 {
				z = -z
			}
			loss += math.Log1p(math.Exp(-math.Abs(z))) + max(-z, 0)
			continue
		}
		loss += floats.LogSumExp(s) - s[f.y[i]]
	}
	for k := range f.outputs {
		row := w[k*f.d : (k+1)*f.d]
		loss += f.ridge / 2 * floats.Dot(row[:f.d-1], row[:f.d-1])
		intercepts += row[f.d-1]
	}
	if f.outputs > 1 {
		loss += intercepts * intercepts / 2
	}
	return loss
}

func (f *fitting) derivatives(w []float64) ([]float64, *mat.SymDense) {
	size := f.outputs * f.d
	gradient := make([]float64, size)
	h := make([]float64, size*size) // of which the upper triangle is made
	s := make([]float64, f.outputs)
	for i, x := range f.x {
		f.at(w, x, s)
		if f.outputs == 1 {
			s[0] = sigmoid(s[0])
		} else {
			softmax(s)
		}
		for k := range s {
			r := s[k]
			if f.outputs == 1 && f.y[i] == 1 || f.outputs > 1 && f.y[i] == k {
				r--
			}
			floats.AddScaled(gradient[k*f.d:(k+1)*f.d], r, x)
			for l := k; l < f.outputs; l++ {
				v := -s[k] * s[l]
				if k == l {
					v = s[k] * (1 - s[k])
				}
				if v == 0 {
					continue
				}
				for a, xa := range x {
					at := (k*f.d+a)*size + l*f.d
					floats.AddScaled(h[at:at+f.d], v*xa, x)
				}
			}
		}
	}
	intercepts := 0.0
	for k := range f.outputs {
		intercepts += w[k*f.d+f.d-1]
		for a := range f.d - 1 {
			j := k*f.d + a
			gradient[j] += f.ridge * w[j]
			h[j*size+j] += f.ridge
		}
	}
	if f.outputs > 1 {
		for k := range f.outputs {
			j := k*f.d + f.d - 1
			gradient[j] += intercepts
			for l := k; l < f.outputs; l++ {
				h[j*size+l*f.d+f.d-1]++
			}
		}
	}
	return gradient, mat.NewSymDense(size, h)
}

// minimise finds the coefficients with the least loss: the negative log-likelihood plus the ridge times half the squared coefficients; intercepts are free. Newton's method with steps
// halved until the loss falls. Of more than two classes one direction of the intercepts changes nothing, so their sum is held at 0.
func (f *fitting) minimise() logit {
	outputs, d := f.outputs, f.d
	w := make([]float64, outputs*d)
	loss := f.loss(w)
	for range 100 {
		gradient, hessian := f.derivatives(w)
		if floats.Norm(gradient, math.Inf(1)) < 1e-9 {
			break
		}
		var factor mat.Cholesky
		if !factor.Factorize(hessian) {
			break
		}
		var step mat.VecDense
		if err := factor.SolveVecTo(&step, mat.NewVecDense(len(w), gradient)); err != nil {
			if _, conditioned := err.(mat.Condition); !conditioned {
				break
			}
		}
		next, improved := make([]float64, len(w)), false
		for size := 1.0; size > 1e-10; size /= 2 {
			floats.AddScaledTo(next, w, -size, step.RawVector().Data)
			if l := f.loss(next); l <= loss {
				improved = l < loss
				w, loss = next, l
				break
			}
		}
		if !improved {
			break
		}
	}
	out := make(logit, outputs)
	for k := range out {
		out[k] = w[k*d : (k+1)*d]
	}
	return out
}
