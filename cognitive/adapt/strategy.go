// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Strategy says what a variable is adapted for. The zero value is [Custom].
type Strategy uint8

// The strategies.
const (
	// Custom takes Spec.Objective as it is: weights and bounds of the user's own, or a Go function.
	Custom Strategy = iota
	// Static never proposes; reports are counted, and problems noticed.
	Static
	// PerformanceFeedback maximises Goals.Weights.
	PerformanceFeedback
	// QualityImprovement maximises quality while latency and cost stay under their ceilings.
	QualityImprovement
	// CostOptimization minimises cost while the lower end of quality's interval stays at its floor.
	CostOptimization
	// LoadBalancing minimises the greatest load over the mean one, while latency stays under its ceiling. With Goals.Loads it moves weight from who is loaded more to who is
	// loaded less; otherwise it tries values.
	LoadBalancing
	// Economic maximises Goals.Weights; each change has to win an auction, so the variable must be one that is decided by auction.
	Economic
)

var strategies = []string{"custom", "static", "performance_feedback", "quality_improvement", "cost_optimization", "load_balancing", "economic"}

// Strategies returns the names of all strategies: what [ParseStrategy] reads.
func Strategies() []string { return slices.Clone(strategies) }

// ParseStrategy reads the name of a strategy; the error of another one is a *StrategyError.
func ParseStrategy(name string) (Strategy, error) {
	i := slices.Index(strategies, name)
	if i < 0 {
		return 0, &StrategyError{name}
	}
	return Strategy(i), nil
}

// String names the strategy.
func (s Strategy) String() string {
	if int(s) < len(strategies) {
		return strategies[s]
	}
	return "strategy " + strconv.Itoa(int(s))
}

// MarshalText writes the name.
func (s Strategy) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name; another one is a *StrategyError.
func (s *Strategy) UnmarshalText(text []byte) error {
	x, err := ParseStrategy(string(text))
	if err == nil {
		*s = x
	}
	return err
}

// Goals are what strategies but Custom make their objective of. Metrics without a name have that of the field in small letters.
type Goals struct {
	// Weights are what one unit of each metric is worth: of PerformanceFeedback and Economic.
	Weights []Weight
	// Quality, Latency, Cost and Imbalance name metrics. Imbalance is the greatest load over the mean one.
	Quality, Latency, Cost, Imbalance string
	// Floor is the least quality, which CostOptimization needs. Ceiling is the greatest latency and Budget the greatest cost of a report; 0 means none.
	Floor, Ceiling, Budget float64
	// Loads name the metrics that tell the load of each field of a group, in their order: of LoadBalancing. The imbalance of a report is computed from them, and Imbalance not read.
	Loads []string
}

// Objective returns what a strategy maximises, with every mistake of the goals joined.
func (s Strategy) Objective(g Goals) (Objective, error) {
	g.Quality, g.Latency = cmp.Or(g.Quality, "quality"), cmp.Or(g.Latency, "latency")
	g.Cost, g.Imbalance = cmp.Or(g.Cost, "cost"), cmp.Or(g.Imbalance, "imbalance")
	var problems []error
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("adapt: strategy %s: "+format, append([]any{s}, args...)...))
	}
	for _, x := range []struct {
		name string
		n    float64
	}{{"floor", g.Floor}, {"ceiling", g.Ceiling}, {"budget", g.Budget}} {
		if !finite(x.n) || x.n < 0 && x.name != "floor" {
			wrong("a %s of %v", x.name, x.n)
		}
	}
	if len(g.Weights) > 0 && s != PerformanceFeedback && s != Economic {
		wrong("it has no weights")
	}
	if len(g.Loads) > 0 && s != LoadBalancing {
		wrong("it has no loads")
	}
	var o Objective
	switch s {
	case PerformanceFeedback, Economic:
		if len(g.Weights) == 0 {
			wrong("it needs weights")
		}
		o = Performance(g.Weights...)
	case QualityImprovement:
		o = Quality(g.Quality, g.Latency, g.Ceiling, g.Cost, g.Budget)
	case CostOptimization:
		if g.Floor == 0 {
			wrong("it needs a floor of %s", g.Quality)
		}
		o = Cost(g.Cost, g.Quality, g.Floor)
		if g.Ceiling > 0 {
			o.Bounds = append(o.Bounds, Bound{g.Latency, math.NaN(), g.Ceiling})
		}
	case LoadBalancing:
		o = Balance(g.Imbalance, g.Latency, g.Ceiling)
		if len(g.Loads) > 0 {
			o.Weights, o.Score = nil, minusImbalance(g.Loads)
		}
	case Custom, Static:
	default:
		wrong("there is none of that name")
	}
	return o, errors.Join(problems...)
}

// minusImbalance is the score of loads: less the greatest over the mean.
func minusImbalance(loads []string) func(func(string) (float64, bool)) (float64, bool) {
	return func(metric func(string) (float64, bool)) (float64, bool) {
		sum, most := 0.0, 0.0
		for _, name := range loads {
			x, ok := metric(name)
			if !ok || !(x >= 0) {
				return 0, false
			}
			sum, most = sum+x, max(most, x)
		}
		if !(sum > 0) {
			return 0, false
		}
		return -most * float64(len(loads)) / sum, true
	}
}
