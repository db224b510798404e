// SPDX-License-Identifier: Apache-2.0

package problem

import (
	"math"
	"math/rand/v2"
)

// Drift is an objective whose minimum moves, with the constants of the reference data as defaults.
type Drift struct {
	// Motion is static, sin, walk or step.
	Motion string
	// Shape is quad, abs or asym.
	Shape string
	// Dim is the number of coordinates; each is from -DriftBox to DriftBox.
	Dim int
	// Noise is the standard deviation of an evaluation; 0 means 0.3, negative none.
	Noise float64
	// Amp and Period are those of sin; 0 means 1.5 and 2000.
	Amp, Period float64
	// Sigma is the step of walk; 0 means 0.01.
	Sigma float64
	// Every and Omega say when step jumps, and how far round; 0 means 1000 and 1.9.
	Every, Omega float64
}

// DriftBox is half the side of the box.
const DriftBox = 5

func or(v, standard float64) float64 {
	if v == 0 {
		return standard
	}
	return v
}

// Path returns the places of the minimum for so many steps.
func (d Drift) Path(steps int, rng *rand.Rand) [][]float64 {
	path := make([][]float64, steps)
	now := make([]float64, d.Dim)
	for t := range path {
		for i := range now {
			switch x, at := float64(i), float64(t); d.Motion {
			case "static":
				now[i] = 1.5 * math.Cos(1+x)
			case "sin":
				now[i] = or(d.Amp, 1.5) * math.Sin(2*math.Pi*at/or(d.Period, 2000)+1.3*x)
			case "walk":
				now[i] = math.Max(-4, math.Min(4, now[i]+or(d.Sigma, 0.01)*rng.NormFloat64()))
			case "step":
				now[i] = 2 * math.Cos(or(d.Omega, 1.9)*math.Floor(at/or(d.Every, 1000))+1.1*x)
			default:
				panic("problem: no motion " + d.Motion)
			}
		}
		path[t] = append([]float64(nil), now...)
	}
	return path
}

// Loss is the value at x without noise, for a place of the minimum.
func (d Drift) Loss(x, minimum []float64) float64 {
	sum := 0.0
	for i := range x {
		z := x[i] - minimum[i]
		switch {
		case d.Shape == "abs":
			sum += math.Abs(z)
		case d.Shape == "asym" && z >= 0:
			sum += 0.3*z*z + 0.5*z
		default:
			sum += z * z
		}
	}
	return sum / float64(len(x))
}

// Player chooses a point for each step and hears what came of it.
type Player interface {
	// Next returns the point of the next step. It belongs to the player.
	Next() []float64
	// Observe tells it the value there, with its noise.
	Observe(value float64)
}

// Regret plays so many steps and returns the mean loss of the points that were played after the first ones.
func (d Drift) Regret(p Player, steps, burn int, rng *rand.Rand) float64 {
	sum := 0.0
	noise := math.Max(or(d.Noise, 0.3), 0)
	for t, minimum := range d.Path(steps, rng) {
		loss := d.Loss(p.Next(), minimum)
		if t >= burn {
			sum += loss
		}
		p.Observe(loss + noise*rng.NormFloat64())
	}
	return sum / float64(steps-burn)
}
