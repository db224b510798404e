// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// covariance is the core of CMA-ES with active update: mean, step size, covariance and the two paths. It draws no random numbers.
type covariance struct {
	Mean  []float64   `json:"mean"`
	Sigma float64     `json:"sigma"`
	C     [][]float64 `json:"c"`
	PathS []float64   `json:"ps"` // of the step size
	PathC []float64   `json:"pc"` // of the covariance
	Gen   int         `json:"g"`
	k     constants
	axes  *axes // of C; nil until needed
}

// constants are the learning rates for a dimension and a population, as in Hansen's tutorial.
type constants struct {
	weights                                  []float64
	mu                                       int
	muEff, c1, cMu, cSigma, dSigma, cC, chiN float64
}

// axes are the eigenvectors of C, one a column, and the roots of its eigenvalues.
type axes struct {
	b *mat.Dense
	d []float64
}

const (
	covarianceEps = 1e-8
	sigmaLimit    = 1e32
)

func constantsFor(n, population int) constants {
	k := constants{mu: population / 2}
	all := make([]float64, population)
	var sum, squares, low, lowSquares, positive, negative float64
	for i := range all {
		w := math.Log(float64(population+1)/2) - math.Log(float64(i+1))
		all[i] = w
		if i < k.mu {
			sum, squares = sum+w, squares+w*w
		} else {
			low, lowSquares = low+w, lowSquares+w*w
		}
		if w > 0 {
			positive += w
		} else {
			negative -= w
		}
	}
	d := float64(n)
	k.muEff = sum * sum / squares
	lowEff := low * low / lowSquares
	k.c1 = 2 / ((d+1.3)*(d+1.3) + k.muEff)
	k.cMu = min(1-k.c1-1e-8, 2*(k.muEff-2+1/k.muEff)/((d+2)*(d+2)+k.muEff))
	least := min(1+k.c1/k.cMu, 1+2*lowEff/(k.muEff+2), (1-k.c1-k.cMu)/(d*k.cMu))
	for _, w := range all {
		if w >= 0 {
			k.weights = append(k.weights, w/positive)
		} else {
			k.weights = append(k.weights, w*least/negative)
		}
	}
	k.cSigma = (k.muEff + 2) / (d + k.muEff + 5)
	k.dSigma = 1 + 2*max(0, math.Sqrt((k.muEff-1)/(d+1))-1) + k.cSigma
	k.cC = (4 + k.muEff/d) / (d + 4 + 2*k.muEff/d)
	k.chiN = math.Sqrt(d) * (1 - 1/(4*d) + 1/(21*d*d))
	return k
}

// newCovariance begins around a mean.
func newCovariance(mean []float64, sigma float64, population int) *covariance {
	n := len(mean)
	c := &covariance{Mean: slices.Clone(mean), Sigma: sigma, PathS: make([]float64, n), PathC: make([]float64, n)}
	for i := range n {
		c.C = append(c.C, make([]float64, n))
		c.C[i][i] = 1
	}
	c.k = constantsFor(n, population)
	return c
}

// decompose returns the axes of C, and leaves C as it is, so that a restored search has the same. Eigenvalues below 0, which only rounding makes, are lifted.
func (c *covariance) decompose() *axes {
	if c.axes != nil {
		return c.axes
	}
	n := len(c.Mean)
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			sym.SetSym(i, j, (c.C[i][j]+c.C[j][i])/2)
		}
	}
	var eig mat.EigenSym
	a := &axes{b: mat.NewDense(n, n, nil), d: make([]float64, n)}
	if eig.Factorize(sym, true) {
		eig.VectorsTo(a.b)
		for i, v := range eig.Values(nil) {
			if v < 0 {
				v = covarianceEps
			}
			a.d[i] = math.Sqrt(max(v, 1e-300))
		}
	} else { // numbers so far apart that no axes are found: begin with a sphere again
		for i := range n {
			a.b.Set(i, i, 1)
			a.d[i] = 1
		}
	}
	c.axes = a
	return a
}

// stretch turns independent normal numbers into a step: B D z.
func (c *covariance) stretch(z []float64) []float64 {
	a := c.decompose()
	y := make([]float64, len(z))
	for i := range y {
		for k := range z {
			y[i] += a.b.At(i, k) * a.d[k] * z[k]
		}
	}
	return y
}

// whiten is C^(-1/2) y.
func (a *axes) whiten(y []float64) []float64 {
	n := len(y)
	out := make([]float64, n)
	for k := range n {
		dot := 0.0
		for i := range n {
			dot += a.b.At(i, k) * y[i]
		}
		dot /= a.d[k]
		for i := range n {
			out[i] += a.b.At(i, k) * dot
		}
	}
	return out
}

// update takes the steps (x-mean)/sigma of a whole generation, the best first.
func (c *covariance) update(steps [][]float64) {
	c.Gen++
	n, k := len(c.Mean), c.k
	a := c.decompose()
	c.axes = nil
	mean := make([]float64, n)
	for i, y := range steps[:k.mu] {
		for j := range n {
			mean[j] += k.weights[i] * y[j]
		}
	}
	push := a.whiten(mean)
	norm := 0.0
	for j := range n {
		c.Mean[j] += c.Sigma * mean[j]
		c.PathS[j] = (1-k.cSigma)*c.PathS[j] + math.Sqrt(k.cSigma*(2-k.cSigma)*k.muEff)*push[j]
		norm += c.PathS[j] * c.PathS[j]
	}
	norm = math.Sqrt(norm)
	c.Sigma = min(c.Sigma*math.Exp(k.cSigma/k.dSigma*(norm/k.chiN-1)), sigmaLimit)
	h := 0.0
	if norm/math.Sqrt(1-math.Pow(1-k.cSigma, 2*float64(c.Gen+1))) < (1.4+2/float64(n+1))*k.chiN {
		h = 1
	}
	for j := range n {
		c.PathC[j] = (1-k.cC)*c.PathC[j] + h*math.Sqrt(k.cC*(2-k.cC)*k.muEff)*mean[j]
	}
	weights, sum := make([]float64, len(steps)), 0.0
	for i, y := range steps {
		weights[i] = k.weights[i]
		sum += k.weights[i]
		if weights[i] < 0 {
			white := 0.0
			for _, v := range a.whiten(y) {
				white += v * v
			}
			weights[i] *= float64(n) / (white + covarianceEps)
		}
	}
	keep := 1 + k.c1*(1-h)*k.cC*(2-k.cC) - k.c1 - k.cMu*sum
	for i := range n {
		for j := range n {
			mu := 0.0
			for s, y := range steps {
				mu += weights[s] * y[i] * y[j]
			}
			c.C[i][j] = keep*c.C[i][j] + k.c1*c.PathC[i]*c.PathC[j] + k.cMu*mu
		}
	}
}

// valid checks a state that was read.
func (c *covariance) valid(n int) error {
	ok := len(c.Mean) == n && len(c.PathS) == n && len(c.PathC) == n && len(c.C) == n && c.Sigma > 0 && c.Sigma <= sigmaLimit && c.Gen >= 0
	for _, row := range c.C {
		ok = ok && len(row) == n && within(row, -1e100, 1e100)
	}
	for _, row := range [][]float64{c.Mean, c.PathS, c.PathC} {
		ok = ok && within(row, -1e100, 1e100)
	}
	if !ok {
		return errors.New("a covariance is not one")
	}
	return nil
}
