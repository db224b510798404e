// SPDX-License-Identifier: Apache-2.0

package adapt

import "math"

// Weight is what one unit of a metric is worth; negative for what should be small.
type Weight struct {
	Metric string
	Weight float64
}

// Bound is a demand on the mean of a metric that no score buys off. NaN is no bound.
type Bound struct {
	Metric   string
	Min, Max float64
}

// Objective is what a variable is adapted for: the greatest Σ weight × metric whose metrics keep the bounds.
type Objective struct {
	Weights []Weight
	Bounds  []Bound
	// Score replaces Weights, if it is not nil: it must be pure. ok is false for a report that says nothing.
	Score func(metric func(name string) (float64, bool)) (score float64, ok bool)
}

// Performance maximises a weighted score.
func Performance(w ...Weight) Objective { return Objective{Weights: w} }

// Quality maximises quality while latency and cost stay under their ceilings; 0 is no ceiling.
func Quality(quality, latency string, ceiling float64, cost string, budget float64) Objective {
	o := Objective{Weights: []Weight{{quality, 1}}}
	if ceiling > 0 {
		o.Bounds = append(o.Bounds, Bound{latency, math.NaN(), ceiling})
	}
	if budget > 0 {
		o.Bounds = append(o.Bounds, Bound{cost, math.NaN(), budget})
	}
	return o
}

// Cost minimises cost while quality stays at a floor: the lower end of its interval does.
func Cost(cost, quality string, floor float64) Objective {
	return Objective{Weights: []Weight{{cost, -1}}, Bounds: []Bound{{quality, floor, math.NaN()}}}
}

// Balance minimises an imbalance, the greatest load over the mean one, while latency stays under its ceiling; 0 is no ceiling.
func Balance(imbalance, latency string, ceiling float64) Objective {
	o := Objective{Weights: []Weight{{imbalance, -1}}}
	if ceiling > 0 {
		o.Bounds = append(o.Bounds, Bound{latency, math.NaN(), ceiling})
	}
	return o
}

// score is what a report is worth.
func (o Objective) score(metrics []Metric) (float64, bool) {
	find := func(name string) (float64, bool) {
		for _, m := range metrics {
			if m.Name == name {
				return m.Value, true
			}
		}
		return 0, false
	}
	if o.Score != nil {
		x, ok := o.Score(find)
		return x, ok && finite(x)
	}
	sum := 0.0
	for _, x := range o.Weights {
		v, ok := find(x.Metric)
		if !ok {
			return 0, false
		}
		sum += float64(x.Weight * v)
	}
	return sum, finite(sum)
}
