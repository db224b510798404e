// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// quadratic is a model c + g.z + z.H.z/2 of values around a centre, in coordinates that are 1 at the border of a trust region.
type quadratic struct {
	c float64
	g []float64
	h [][]float64
}

// fit finds the quadratic that meets the values with the smallest curvature (kernel ridge regression with a polynomial kernel): with few points it is flat where nothing is known, with
// enough it is the least squares fit. Weights say how much each point matters. It is nil if the numbers do not allow one.
func fit(z [][]float64, values, weights []float64, ridge float64) *quadratic {
	n := len(z)
	if n == 0 {
		return nil
	}
	d := len(z[0])
	mean, sum := 0.0, 0.0
	for i, v := range values {
		mean += weights[i] * v
		sum += weights[i]
	}
	mean /= sum
	scale := 0.0
	for i, v := range values {
		scale += weights[i] * (v - mean) * (v - mean)
	}
	scale = math.Sqrt(scale / sum)
	if !(scale > 0) || math.IsInf(scale, 0) {
		return nil
	}
	if n >= terms(d) {
		if q := regress(z, values, weights, mean, scale); q != nil {
			return q
		}
	}
	// The constant and the slope are nearly free, the curvature costs.
	const free, slope = 1e3, 1e2
	k := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			dot := 0.0
			for l := range d {
				dot += z[i][l] * z[j][l]
			}
			v := free + slope*dot + dot*dot/2
			if i == j {
				v += ridge / weights[i]
			}
			k.SetSym(i, j, v)
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(k) {
		return nil
	}
	y, alpha := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	for i, v := range values {
		y.SetVec(i, (v-mean)/scale)
	}
	if err := chol.SolveVecTo(alpha, y); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			return nil
		}
	}
	q := &quadratic{c: mean, g: make([]float64, d)}
	for range d {
		q.h = append(q.h, make([]float64, d))
	}
	for i := range n {
		a := alpha.AtVec(i) * scale
		q.c += free * a
		for l := range d {
			q.g[l] += slope * a * z[i][l]
			for m := range d {
				q.h[l][m] += a * z[i][l] * z[i][m]
			}
		}
	}
	return q
}

// terms is the number of coefficients of a quadratic.
func terms(d int) int { return (d + 1) * (d + 2) / 2 }

// regress is the weighted least squares fit. It is nil if the points lie so that some coefficient is not determined.
func regress(z [][]float64, values, weights []float64, mean, scale float64) *quadratic {
	n, d := len(z), len(z[0])
	a, y := mat.NewDense(n, terms(d), nil), mat.NewVecDense(n, nil)
	for i := range n {
		w := math.Sqrt(weights[i])
		row := a.RawRowView(i)
		row[0] = w
		at := 1 + d
		for l := range d {
			row[1+l] = w * z[i][l]
			for m := l; m < d; m++ {
				row[at] = w * z[i][l] * z[i][m]
				at++
			}
		}
		y.SetVec(i, w*(values[i]-mean)/scale)
	}
	var qr mat.QR
	qr.Factorize(a)
	if !(qr.Cond() < 1e10) {
		return nil
	}
	var x mat.VecDense
	if err := qr.SolveVecTo(&x, false, y); err != nil {
		return nil
	}
	q := &quadratic{c: mean + scale*x.AtVec(0), g: make([]float64, d)}
	for range d {
		q.h = append(q.h, make([]float64, d))
	}
	at := 1 + d
	for l := range d {
		q.g[l] = scale * x.AtVec(1+l)
		for m := l; m < d; m++ {
			v := scale * x.AtVec(at)
			at++
			q.h[l][m] += v
			q.h[m][l] += v
		}
	}
	return q
}

// at evaluates the model.
func (q *quadratic) at(z []float64) float64 {
	v := q.c
	for i := range z {
		v += q.g[i] * z[i]
		for j := range z {
			v += q.h[i][j] * z[i] * z[j] / 2
		}
	}
	return v
}

// minimise walks down from z along one coordinate after the other, inside bounds, and returns the value there.
func (q *quadratic) minimise(z, lo, hi []float64) float64 {
	d := len(z)
	slope := make([]float64, d)
	for i := range d {
		slope[i] = q.g[i]
		for j := range d {
			slope[i] += q.h[i][j] * z[j]
		}
	}
	for range 100 {
		moved := 0.0
		for i := range d {
			var step float64
			if c := q.h[i][i]; c > 0 {
				step = clamp(z[i]-slope[i]/c, lo[i], hi[i]) - z[i]
			} else { // no valley: the lower end
				down, up := lo[i]-z[i], hi[i]-z[i]
				if step = up; slope[i]*down+c*down*down/2 < slope[i]*up+c*up*up/2 {
					step = down
				}
			}
			if step == 0 {
				continue
			}
			z[i] += step
			moved = math.Max(moved, math.Abs(step))
			for j := range d {
				slope[j] += q.h[j][i] * step
			}
		}
		if moved < 1e-9 {
			break
		}
	}
	return q.at(z)
}
