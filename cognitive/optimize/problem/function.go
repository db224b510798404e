// SPDX-License-Identifier: Apache-2.0

package problem

import (
	"math"
	"slices"
)

// Function is something to minimise in a box.
type Function struct {
	// Name is that of the reference data.
	Name string
	// Low and High bound each coordinate.
	Low, High []float64
	// Least is the value at the minimum.
	Least float64
	// At evaluates a point.
	At func(x []float64) float64
}

// box is n times the same interval.
func box(n int, lo, hi float64) (low, high []float64) {
	return slices.Repeat([]float64{lo}, n), slices.Repeat([]float64{hi}, n)
}

// shifted makes a function of the distance to a minimum.
func shifted(name string, shift []float64, reach float64, f func(z []float64) float64) Function {
	low, high := box(len(shift), -reach, reach)
	return Function{Name: name, Low: low, High: high, At: func(x []float64) float64 {
		z := make([]float64, len(x))
		for i := range x {
			z[i] = x[i] - shift[i]
		}
		return f(z)
	}}
}

// Sphere is the sum of squares around a minimum.
func Sphere(shift []float64) Function {
	return shifted("sphere", shift, 5, func(z []float64) float64 {
		sum := 0.0
		for _, v := range z {
			sum += v * v
		}
		return sum
	})
}

// Ellipsoid weighs the squares by 1 to a million.
func Ellipsoid(shift []float64) Function {
	return shifted("ellipsoid", shift, 5, func(z []float64) float64 {
		sum := 0.0
		for i, v := range z {
			sum += math.Pow(10, 6*float64(i)/float64(max(len(z)-1, 1))) * v * v
		}
		return sum
	})
}

// Rastrigin has a local minimum near every whole distance.
func Rastrigin(shift []float64) Function {
	return shifted("rastrigin", shift, 5.12, func(z []float64) float64 {
		sum := 10 * float64(len(z))
		for _, v := range z {
			sum += v*v - 10*math.Cos(2*math.Pi*v)
		}
		return sum
	})
}

// Ackley is nearly flat far from the minimum, and rippled.
func Ackley(shift []float64) Function {
	return shifted("ackley", shift, 32.768, func(z []float64) float64 {
		squares, waves, n := 0.0, 0.0, float64(len(z))
		for _, v := range z {
			squares += v * v
			waves += math.Cos(2 * math.Pi * v)
		}
		return -20*math.Exp(-0.2*math.Sqrt(squares/n)) - math.Exp(waves/n) + 20 + math.E
	})
}

// Branin has three equal minima.
func Branin() Function {
	return Function{
		Name: "branin", Low: []float64{-5, 0}, High: []float64{10, 15}, Least: 0.39788735772973816,
		At: func(x []float64) float64 {
			a := x[1] - 5.1/(4*math.Pi*math.Pi)*x[0]*x[0] + 5/math.Pi*x[0] - 6
			return a*a + 10*(1-1/(8*math.Pi))*math.Cos(x[0]) + 10
		},
	}
}

// Hartmann6 has six minima, two of them deep.
func Hartmann6() Function {
	a := [4][6]float64{{10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}}
	p := [4][6]float64{
		{1312, 1696, 5569, 124, 8283, 5886},
		{2329, 4135, 8307, 3736, 1004, 9991},
		{2348, 1451, 3522, 2883, 3047, 6650},
		{4047, 8828, 8732, 5743, 1091, 381},
	}
	alpha := [4]float64{1, 1.2, 3, 3.2}
	low, high := box(6, 0, 1)
	return Function{Name: "hartmann6", Low: low, High: high, Least: -3.32236801141551, At: func(x []float64) float64 {
		sum := 0.0
		for i := range a {
			inner := 0.0
			for j := range a[i] {
				d := x[j] - p[i][j]*1e-4
				inner += a[i][j] * d * d
			}
			sum -= alpha[i] * math.Exp(-inner)
		}
		return sum
	}}
}
