// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// nnls minimises |Ax - b| for x >= 0, given AᵀA and Aᵀb, by the active sets of Lawson and Hanson. A ridge of a millionth of a millionth of the
// diagonal lets columns depend on one another.
func nnls(gram *mat.SymDense, atb []float64) []float64 {
	n := len(atb)
	x := make([]float64, n)
	free := make([]bool, n)
	size := 0.0
	for i := range n {
		size = max(size, math.Abs(atb[i]))
	}
	tolerance := 1e-13 * max(size, 1e-300)
	for range 3 * n * n { // each pass frees a column; the bound is never met in exact arithmetic
		enter, most := -1, tolerance
		for j := range n {
			if free[j] {
				continue
			}
			g := atb[j]
			for k := range n {
				g -= gram.At(j, k) * x[k]
			}
			if g > most {
				enter, most = j, g
			}
		}
		if enter < 0 {
			return x
		}
		free[enter] = true
		for {
			z, ok := solveFree(gram, atb, free)
			if !ok || z[enter] <= 0 && x[enter] == 0 { // rounding alone says that it should enter
				free[enter] = false
				return x
			}
			// As far towards z as no weight falls below 0; what gets there leaves.
			step, leaves := 1.0, -1
			for j := range n {
				if free[j] && z[j] <= 0 {
					if s := x[j] / (x[j] - z[j]); s < step {
						step, leaves = s, j
					}
				}
			}
			for j := range n {
				if free[j] {
					x[j] += step * (z[j] - x[j])
				}
			}
			if leaves < 0 {
				break
			}
			x[leaves], free[leaves] = 0, false
			for j := range n {
				if free[j] && x[j] <= 0 && j != enter {
					x[j], free[j] = 0, false
				}
			}
		}
	}
	return x
}

// solveFree solves the normal equations of the free columns.
func solveFree(gram *mat.SymDense, atb []float64, free []bool) ([]float64, bool) {
	var at []int
	for j, f := range free {
		if f {
			at = append(at, j)
		}
	}
	a := mat.NewSymDense(len(at), nil)
	b := mat.NewVecDense(len(at), nil)
	for i, p := range at {
		for k, q := range at[:i+1] {
			a.SetSym(i, k, gram.At(p, q))
		}
		a.SetSym(i, i, gram.At(p, p)*(1+1e-12))
		b.SetVec(i, atb[p])
	}
	var c mat.Cholesky
	if !c.Factorize(a) {
		return nil, false
	}
	var x mat.VecDense
	if err := c.SolveVecTo(&x, b); err != nil {
		if _, conditioned := err.(mat.Condition); !conditioned {
			return nil, false
		}
	}
	out := make([]float64, len(atb))
	for i, p := range at {
		out[p] = x.AtVec(i)
	}
	return out, true
}

// stackWeights returns the weights of members that bring the weighted sum of their probabilities nearest to the truth, in least squares, none
// below 0.
func stackWeights(o Outcomes) []float64 {
	n := len(o.Probabilities)
	gram := mat.NewSymDense(n, nil)
	atb := make([]float64, n)
	for i := range n {
		for j := range i + 1 {
			sum := 0.0
			for c := range o.Truth {
				a, b := o.Probabilities[i][c], o.Probabilities[j][c]
				for k := range a {
					sum += a[k] * b[k]
				}
			}
			gram.SetSym(i, j, sum)
		}
		for c, t := range o.Truth {
			atb[i] += o.Probabilities[i][c][t]
		}
	}
	return nnls(gram, atb)
}
