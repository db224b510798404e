// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

// Unit is a number from 0 to 1 on a fine grid, and Pair a group of two of them.
var (
	Unit = kind.Float{Min: 0, Max: 1, Step: 0.001}
	Pair = kind.Structured{Fields: []kind.Field{{Name: "x", Kind: Unit}, {Name: "y", Kind: Unit}}}
)

// Score is the objective that maximises the metric "score".
var Score = adapt.Performance(adapt.Weight{Metric: "score", Weight: 1})

// One is a report of one metric.
func One(name string, x float64) []adapt.Metric { return []adapt.Metric{{Name: name, Value: x}} }

// Scoring is a world of a number whose only metric is a score with a deviation of one.
func Scoring(mean func(x float64, t int) float64) World {
	return func(v kind.Value, t int, rng *rand.Rand) []adapt.Metric {
		return One("score", mean(v.Float(), t)+rng.NormFloat64())
	}
}

// Choices is a world of options that score what they score, with a deviation of one.
func Choices(mean func(option string, t int) float64) World {
	return func(v kind.Value, t int, rng *rand.Rand) []adapt.Metric {
		return One("score", mean(v.Choice(), t)+rng.NormFloat64())
	}
}

// OfPair is a value of Pair.
func OfPair(x, y float64) kind.Value {
	return kind.OfRecord(kind.Part{Name: "x", Value: kind.OfFloat(x)}, kind.Part{Name: "y", Value: kind.OfFloat(y)})
}

// Valley is a score of a Pair whose numbers depend on each other: the best x is where y is, and the best place (0.7, 0.7).
func Valley(v kind.Value, _ int, rng *rand.Rand) []adapt.Metric {
	x, y := v.Field("x").Float(), v.Field("y").Float()
	return One("score", -30*(x-y)*(x-y)-15*(x+y-1.4)*(x+y-1.4)+rng.NormFloat64())
}

// Tradeoff is a world where more is better and dearer: quality goes from 0.5 to 1, cost and latency go up to 10.
func Tradeoff(v kind.Value, _ int, rng *rand.Rand) []adapt.Metric {
	x := v.Float()
	return []adapt.Metric{
		{Name: "quality", Value: 0.5 + x/2 + 0.1*rng.NormFloat64()},
		{Name: "latency", Value: 10*x + rng.NormFloat64()},
		{Name: "cost", Value: 10*x + rng.NormFloat64()},
	}
}

// Servers share work by weights, and have capacities that nobody is told.
type Servers struct{ Capacity []float64 }

// Metrics are the names of the loads.
func (s *Servers) Metrics() (all []string) {
	for i := range s.Capacity {
		all = append(all, "load "+strconv.Itoa(i))
	}
	return all
}

// Kind is a group of a weight for each.
func (s *Servers) Kind() (k kind.Structured) {
	for i := range s.Capacity {
		k.Fields = append(k.Fields, kind.Field{Name: "weight " + strconv.Itoa(i), Kind: kind.Float{Min: 1, Max: 100}})
	}
	return k
}

// Equal is the value that gives all the same weight.
func (s *Servers) Equal() kind.Value {
	var parts []kind.Part
	for _, f := range s.Kind().Fields {
		parts = append(parts, kind.Part{Name: f.Name, Value: kind.OfFloat(20)})
	}
	return kind.OfRecord(parts...)
}

// Loads are the utilisations that weights give; where all are equal they are a half.
func (s *Servers) Loads(v kind.Value) []float64 {
	all, sum, capacity := make([]float64, len(s.Capacity)), 0.0, 0.0
	for i, c := range s.Capacity {
		all[i] = v.Field("weight " + strconv.Itoa(i)).Float()
		sum += all[i]
		capacity += c
	}
	for i, c := range s.Capacity {
		all[i] = all[i] / sum * capacity / c / 2
	}
	return all
}

// World reports each load, with a fifth of noise.
func (s *Servers) World(v kind.Value, _ int, rng *rand.Rand) (m []adapt.Metric) {
	for i, x := range s.Loads(v) {
		m = append(m, adapt.Metric{Name: "load " + strconv.Itoa(i), Value: max(0, x*(1+0.2*rng.NormFloat64()))})
	}
	return m
}

// Imbalance is the greatest load over the mean one.
func Imbalance(loads []float64) float64 {
	sum := 0.0
	for _, x := range loads {
		sum += x
	}
	return slices.Max(loads) * float64(len(loads)) / sum
}
