// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"mabeam.dev/cognitive/bandit"
	"mabeam.dev/cognitive/bandit/arena"
	"mabeam.dev/internal/benchtab"
)

// firstWorld is the first seed of bandits in their worlds; nothing was tuned or looked at with it or those that follow.
const firstWorld = 40_000

// worlds are the published ones.
func (b *bench) worlds() (arena.Published, error) {
	data, err := b.load("bandits.json")
	if err != nil {
		return arena.Published{}, err
	}
	p, err := arena.Parse(data)
	if b.quick {
		p.Cases = slices.DeleteFunc(p.Cases, func(c arena.Case) bool { return c.Name != "k2_p.9_.8" && c.Name != "irregular_k5_s103" })
	}
	return p, err
}

// published shows that the known methods have the regret that was published of them.
func (b *bench) published() error {
	all, err := b.worlds()
	if err != nil {
		return err
	}
	far, compared, worst := 0, 0, 0.0
	for _, c := range all.Cases {
		for _, method := range bandit.Methods() {
			figures, known := c.Regret[method]
			if !known {
				continue
			}
			xs, err := regrets(c.World, method, all.Horizon, b.runs)
			if err != nil {
				return err
			}
			compared++
			z := math.Abs(deviation(xs, figures[len(figures)-1]))
			worst = max(worst, z)
			if z > 3 {
				far++
			}
		}
	}
	b.row(fmt.Sprintf("published regrets missed by more than 3 standard errors, of %d%s", compared, seeds(b.runs)), float64(far), "regrets", benchtab.ValueAtMost(math.Ceil(float64(compared)/100)))
	b.row("published regret that is farthest off", worst, "standard errors", benchtab.ValueAtMost(4))
	return nil
}

func seeds(runs int) string { return fmt.Sprintf(", seeds %d to %d", firstWorld, firstWorld+runs-1) }

// runsIn is how many runs there are in a world: five times as many with two arms that never change, where regret is small and its tail heavy.
func (b *bench) runsIn(c arena.Case) int {
	if strings.HasPrefix(c.Name, "k2_") {
		return 5 * b.runs
	}
	return b.runs
}

// bandits compares the regret of what is chosen by default, and where arms are declared never to change, with that of known methods.
func (b *bench) bandits() error {
	all, err := b.worlds()
	if err != nil {
		return err
	}
	var auto, sliding, fading []float64 // by run, the sum over the irregular worlds
	for _, c := range all.Cases {
		stationary := strings.HasPrefix(c.Name, "k")
		methods := []bandit.Method{bandit.Auto, bandit.SlidingUCB, bandit.DiscountedThompson}
		if stationary {
			methods = []bandit.Method{bandit.Auto, bandit.Stationary, bandit.Thompson}
		}
		measured := map[bandit.Method][]float64{}
		for _, method := range methods {
			if measured[method], err = regrets(c.World, method, all.Horizon, b.runsIn(c)); err != nil {
				return err
			}
		}
		against := func(ours, theirs bandit.Method, goal float64) {
			b.compare(fmt.Sprintf("regret of %s in %s", ours, c.Name)+seeds(b.runsIn(c)), measured[ours], measured[theirs], theirs.String(), goal)
		}
		if stationary {
			against(bandit.Stationary, bandit.Thompson, 1.05)
			against(bandit.Auto, bandit.Thompson, 1.25)
			continue
		}
		better := bandit.SlidingUCB
		if mean(measured[bandit.DiscountedThompson]) < mean(measured[better]) {
			better = bandit.DiscountedThompson
		}
		switch {
		case strings.HasPrefix(c.Name, "irregular"):
			against(bandit.Auto, better, 1.05)
			auto = add(auto, measured[bandit.Auto])
			sliding = add(sliding, measured[bandit.SlidingUCB])
			fading = add(fading, measured[bandit.DiscountedThompson])
		case strings.HasPrefix(c.Name, "abrupt"):
			against(bandit.Auto, better, 1.05)
		default: // windows are in step with the wave: it is printed, and judged by nobody
			against(bandit.Auto, better, 0)
		}
	}
	name, best := bandit.SlidingUCB, sliding
	if mean(fading) < mean(sliding) {
		name, best = bandit.DiscountedThompson, fading
	}
	b.compare("regret of auto, sum of the irregular worlds"+seeds(b.runs), auto, best, name.String(), 0.85)
	return nil
}

// compare adds a row for the ratio of the means and one for the upper end of its interval, which is what a goal above 0 is held against.
func (b *bench) compare(name string, ours, theirs []float64, against string, goal float64) {
	low, high := paired(ours, theirs)
	r := benchtab.Row{Measure: name, Value: mean(ours), Unit: "regret", Baseline: mean(theirs), BaselineName: against}
	var upper benchtab.Goal
	if goal > 0 {
		r.Goal, upper = benchtab.RatioAtMost(goal), benchtab.ValueAtMost(goal)
	}
	b.table.Add(r)
	b.row(name+fmt.Sprintf(", ratio: 95 %% from %.3f to", low), high, "x", upper)
}

func add(sums, xs []float64) []float64 {
	if sums == nil {
		sums = make([]float64, len(xs))
	}
	for i, x := range xs {
		sums[i] += x
	}
	return sums
}

// deviation is how many standard errors a mean is off a published one.
func deviation(xs []float64, want arena.Figure) float64 {
	m, squares := mean(xs), 0.0
	for _, x := range xs {
		squares += (x - m) * (x - m)
	}
	n := float64(len(xs))
	return (m - want.Mean) / math.Hypot(math.Sqrt(squares/(n-1)/n), want.Half/1.96)
}

// regrets of a method by run.
func regrets(w arena.World, method bandit.Method, horizon, runs int) ([]float64, error) {
	out, errs := make([]float64, runs), make([]error, runs)
	var workers sync.WaitGroup
	next := make(chan int, runs) // filled and closed here, drained by the workers
	for i := range runs {
		next <- i
	}
	close(next)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() { // awaited below; ends when there is no run left
			for i := range next {
				s, err := bandit.New(bandit.Spec{Arms: w.Arms(), Method: method, Horizon: horizon})
				if err != nil {
					errs[i] = err
					continue
				}
				out[i] = arena.Play(w, s, uint64(firstWorld+i), horizon)[0]
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
