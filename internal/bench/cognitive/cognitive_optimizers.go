// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"mabeam.dev/cognitive/optimize"
	"mabeam.dev/cognitive/optimize/problem"
	"mabeam.dev/internal/benchtab"
)

// blackbox is the file of published regrets.
type blackbox struct {
	Spaces map[string]struct {
		Shift []float64 `json:"shift"`
	} `json:"spaces"`
	Results map[string]map[string]struct {
		Seeds map[string][]float64 `json:"per_seed_regret"`
	} `json:"results"`
}

// at is the regret of each published seed at a check point: 25, 50, 100, 200 trials.
func (f blackbox) at(function, sampler string, check int) []float64 {
	var all []float64
	seeds := f.Results[function][sampler].Seeds
	for _, seed := range slices.Sorted(maps.Keys(seeds)) {
		if check < len(seeds[seed]) {
			all = append(all, seeds[seed][check])
		}
	}
	return all
}

var functions = []struct {
	name string
	make func(shift []float64) problem.Function
}{
	{"sphere5", problem.Sphere},
	{"ellipsoid5", problem.Ellipsoid},
	{"rastrigin5", problem.Rastrigin},
	{"ackley5", problem.Ackley},
	{"branin", func([]float64) problem.Function { return problem.Branin() }},
	{"hartmann6", func([]float64) problem.Function { return problem.Hartmann6() }},
}

// floor keeps a row that is solved from paying for the others without end.
const floor = 1e-3

// optimisers measures black box optimisation: auto against the best sampler of each function, and how long a proposal takes.
func (b *bench) optimisers() error {
	var ref blackbox
	if err := b.decode("blackbox.json", &ref); err != nil {
		return err
	}
	runs := min(b.runs, 100)
	seeds := fmt.Sprintf("seeds %d to %d", firstSeed, firstSeed+runs-1)
	logs := make([]float64, resamples)
	good, worst := 0, 0.0
	for _, f := range functions {
		function := f.make(ref.Spaces[f.name].Shift)
		var at100, at200 []float64
		var es [4][]float64
		for seed := range runs {
			r, err := search(function, "auto", uint64(firstSeed+seed))
			if err != nil {
				return err
			}
			at100, at200 = append(at100, r[2]), append(at200, r[3])
			if r, err = search(function, "es", uint64(firstSeed+seed)); err != nil {
				return err
			}
			for k := range es {
				es[k] = append(es[k], r[k])
			}
		}
		for k := range es {
			worst = math.Max(worst, apart(es[k], ref.at(f.name, "es1p1", k)))
		}
		var best []float64
		for _, sampler := range slices.Sorted(maps.Keys(ref.Results[f.name])) {
			if r := ref.at(f.name, sampler, 2); best == nil || middleOf(r) < middleOf(best) {
				best = r
			}
		}
		ratios := medians(at100, best)
		for i, r := range ratios {
			logs[i] += math.Log(math.Max(r, floor)) / float64(len(functions))
		}
		_, high := ends(ratios)
		b.row(fmt.Sprintf("%s: regret of auto over the best sampler's after 100 trials, %s", f.name, seeds), middleOf(at100)/middleOf(best), "x", benchtab.Goal{})
		b.row(f.name+": upper end", high, "x", benchtab.ValueAtMost(1.5))
		cma := ref.at(f.name, "cmaes", 3)
		if middleOf(at200) <= middleOf(cma) {
			good++
		}
		b.row(f.name+": regret of auto over that of CMA-ES after 200 trials", middleOf(at200)/middleOf(cma), "x", benchtab.Goal{})
	}
	_, high := ends(logs)
	b.row("black boxes: geometric mean after 100 trials, upper end, rows below 0.001 counted as that", math.Exp(high), "x", benchtab.ValueAtMost(1.1))
	b.row("black boxes: share no worse than CMA-ES after 200 trials", 100*float64(good)/float64(len(functions)), "%", benchtab.ValueAtLeast(75))
	b.row("black boxes: (1+1)-ES from the published one, at most, of 24 check points", worst, "standard errors", benchtab.Goal{})
	if err := b.heldOut(runs); err != nil {
		return err
	}
	return b.proposals()
}

// search runs a method and returns its best regret after 25, 50, 100 and 200 trials.
func search(f problem.Function, method string, seed uint64) (out [4]float64, err error) {
	s, err := begin(f, method, seed)
	if err != nil {
		return out, err
	}
	best, k := math.Inf(1), 0
	for n := 1; n <= 200; n++ {
		trials, err := s.Ask(1)
		if err != nil {
			return out, err
		}
		v := f.At(trials[0].Point)
		best = math.Min(best, v)
		if err := s.Tell(trials[0].ID, optimize.Measurement{Value: v}); err != nil {
			return out, err
		}
		if n == []int{25, 50, 100, 200}[k] {
			out[k] = math.Max(best-f.Least, 1e-12)
			k++
		}
	}
	return out, nil
}

func begin(f problem.Function, method string, seed uint64) (*optimize.Search, error) {
	var dims []optimize.Dimension
	for i := range f.Low {
		dims = append(dims, optimize.Dimension{Name: "x" + strconv.Itoa(i), Min: f.Low[i], Max: f.High[i]})
	}
	space, err := optimize.NewSpace(dims...)
	if err != nil {
		return nil, err
	}
	return optimize.New(space, optimize.Options{Method: method, Seed: seed})
}

// heldOut measures auto on functions of the same families elsewhere and in other dimensions, against the evolution strategy here: the published figures have none of them.
func (b *bench) heldOut(runs int) error {
	rng := rand.New(rand.NewPCG(firstSeed, 77))
	sum, n := 0.0, 0
	for _, f := range functions[:4] {
		for _, d := range []int{2, 4, 8} {
			shift := make([]float64, d)
			probe := f.make(shift)
			for i := range shift {
				shift[i] = 0.8 * probe.High[i] * (2*rng.Float64() - 1)
			}
			function := f.make(shift)
			var auto, es []float64
			for seed := range min(runs, 31) {
				a, err := search(function, "auto", uint64(firstSeed+seed))
				if err != nil {
					return err
				}
				e, err := search(function, "es", uint64(firstSeed+seed))
				if err != nil {
					return err
				}
				auto, es = append(auto, a[2]), append(es, e[2])
			}
			sum += math.Log(math.Max(middleOf(auto)/middleOf(es), floor))
			n++
		}
	}
	b.row("held out: regret of auto over that of (1+1)-ES after 100 trials, geometric mean of 12 functions of 2, 4 and 8 dimensions", math.Exp(sum/float64(n)), "x", benchtab.Goal{})
	return nil
}

// proposals measures how long Ask takes when there are 1,000 trials. The rounds are the same search, trial by trial, so that of each proposal the shortest time counts: the others
// were interrupted.
func (b *bench) proposals() error {
	for _, f := range []problem.Function{problem.Rastrigin([]float64{1, 2, -1, 0.5, -2}), problem.Hartmann6()} {
		var took []float64
		for round := range b.rounds {
			s, err := begin(f, "auto", firstSeed)
			if err != nil {
				return err
			}
			for n := range 2000 {
				start := time.Now()
				trials, err := s.Ask(1)
				ms := time.Since(start).Seconds() * 1000
				if err != nil {
					return err
				}
				if round == 0 {
					took = append(took, ms)
				}
				took[n] = min(took[n], ms)
				if err := s.Tell(trials[0].ID, optimize.Measurement{Value: f.At(trials[0].Point)}); err != nil {
					return err
				}
			}
		}
		took = slices.Sorted(slices.Values(took[1000:]))
		b.row(fmt.Sprintf("a proposal of auto after 1,000 trials, %s, p99", f.Name), took[len(took)*99/100], "ms", benchtab.ValueAtMost(1))
	}
	return nil
}

// drifts is the file of published regrets under drift.
type drifts struct {
	Envs map[string]struct {
		Env struct {
			Kind  string `json:"kind"`
			Shape string `json:"shape"`
			D     int    `json:"d"`
		} `json:"env"`
		Tuned  []float64 `json:"spsa_tuned"`
		Params struct {
			A float64 `json:"a"`
			C float64 `json:"c"`
		} `json:"spsa_tuned_params"`
	} `json:"envs"`
}

// drift measures how the tracker follows a minimum that moves, against SPSA that was tuned for each row.
func (b *bench) drift() error {
	var ref drifts
	if err := b.decode("drift.json", &ref); err != nil {
		return err
	}
	runs := min(b.runs, 40)
	logs := make([]float64, resamples)
	worst := 0.0
	for _, name := range slices.Sorted(maps.Keys(ref.Envs)) {
		row := ref.Envs[name]
		d := problem.Drift{Motion: row.Env.Kind, Shape: row.Env.Shape, Dim: row.Env.D}
		var ours, tuned []float64
		for seed := range uint64(runs) {
			ours = append(ours, follow(d, optimize.NewTracker(d.Dim), firstSeed+seed))
			// The published gains are those of a box whose side is 10.
			tuned = append(tuned, follow(d, optimize.NewSPSA(d.Dim, row.Params.A/100, row.Params.C/10), firstSeed+seed))
		}
		m, v := spread(tuned)
		worst = math.Max(worst, math.Abs(m-row.Tuned[0])/math.Sqrt(v+row.Tuned[2]*row.Tuned[2]))
		_, high := paired(ours, tuned)
		b.row(fmt.Sprintf("%s: regret of the tracker over tuned SPSA's, seeds %d to %d", name, firstSeed, firstSeed+runs-1), mean(ours)/mean(tuned), "x", benchtab.Goal{})
		b.row(name+": upper end", high, "x", benchtab.ValueAtMost(1.6))
		rng := rand.New(rand.NewPCG(95, uint64(d.Dim)))
		for k := range logs {
			x, y := 0.0, 0.0
			for range ours {
				i := rng.IntN(len(ours))
				x, y = x+ours[i], y+tuned[i]
			}
			logs[k] += math.Log(x/y) / float64(len(ref.Envs))
		}
	}
	_, high := ends(logs)
	b.row("drift: geometric mean, upper end", math.Exp(high), "x", benchtab.ValueAtMost(1.2))
	b.row("drift: tuned SPSA from the published one, at most, of 16 rows", worst, "standard errors", benchtab.Goal{})
	return nil
}

// follower lets a climber play a drift.
type follower struct {
	climber optimize.Climber
	rng     *rand.Rand
	pair    optimize.Pair
	half    bool
	plus    float64
}

func (f *follower) Next() []float64 {
	u := f.pair.Minus
	if !f.half {
		f.pair = f.climber.Pair(f.rng)
		u = f.pair.Plus
	}
	x := u()
	for i := range x {
		x[i] = problem.DriftBox * (2*x[i] - 1)
	}
	return x
}

func (f *follower) Observe(value float64) {
	if f.half {
		f.climber.Learn(f.pair, f.plus, value)
	}
	f.half, f.plus = !f.half, value
}

// follow is the mean regret of a step; the motion and the noise are the same for every climber of a seed.
func follow(d problem.Drift, c optimize.Climber, seed uint64) float64 {
	return d.Regret(&follower{climber: c, rng: rand.New(rand.NewPCG(seed, 2))}, 4000, 500, rand.New(rand.NewPCG(seed, 1)))
}

// apart is the distance of the means of logarithms, in standard errors.
func apart(a, b []float64) float64 {
	logs := func(xs []float64) []float64 {
		out := make([]float64, len(xs))
		for i, x := range xs {
			out[i] = math.Log(math.Max(x, 1e-12))
		}
		return out
	}
	m, v := spread(logs(a))
	n, w := spread(logs(b))
	return math.Abs(m-n) / math.Sqrt(v+w)
}

// spread returns mean and squared standard error.
func spread(xs []float64) (m, v float64) {
	m = mean(xs)
	for _, x := range xs {
		v += (x - m) * (x - m) / float64(len(xs)-1) / float64(len(xs))
	}
	return m, v
}

// medians is the ratio of two medians in resampled runs, which are not paired.
func medians(a, b []float64) []float64 {
	rng := rand.New(rand.NewPCG(95, uint64(len(a)+len(b))))
	draw := func(xs []float64) float64 {
		out := make([]float64, len(xs))
		for i := range out {
			out[i] = xs[rng.IntN(len(xs))]
		}
		return middleOf(out)
	}
	ratios := make([]float64, resamples)
	for i := range ratios {
		ratios[i] = draw(a) / draw(b)
	}
	return ratios
}

// ends is the 95 % interval of resampled figures.
func ends(xs []float64) (low, high float64) {
	xs = slices.Sorted(slices.Values(xs))
	return xs[len(xs)*25/1000], xs[len(xs)*975/1000]
}

func middleOf(xs []float64) float64 {
	xs = slices.Sorted(slices.Values(xs))
	return xs[len(xs)/2]
}
