// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Trust is where a random walk is found that starts at stakes, follows satisfied deals, and restarts now and then.
type Trust struct {
	g     *graph
	t     []float64
	steps int
}

// Trusted is the trust of one owner.
type Trusted struct {
	// Owner is who: an agent, or who owns several.
	Owner Agent
	// Trust is its share; all of them add up to 1.
	Trust float64
	// Anchor is the part of the stakes that it begins with.
	Anchor float64
}

// Rank computes the trust of every owner that has stake or deals. It is ErrNoStake where no stake counts. The result does not depend on the
// order of the input.
func (n *Network) Rank() (*Trust, error) {
	g, err := n.graph()
	if err != nil {
		return nil, err
	}
	t, next := slices.Clone(g.anchor), make([]float64, len(g.names))
	steps := 0
	for change := math.Inf(1); change >= g.tol && steps < maxSteps; steps++ {
		g.step(t, next)
		change = 0
		for i := range t {
			change += math.Abs(next[i] - t[i])
		}
		t, next = next, t
	}
	return &Trust{g, t, steps}, nil
}

// maxSteps ends a computation that rounding keeps from its tolerance: the change shrinks by 1-a each step, so only tolerances below the
// precision of float64 or tiny restarts get here.
const maxSteps = 10_000

// step is one step of the walk: next = (1-a)·Cᵀt + a·p, where a row without deals counts as p.
func (g *graph) step(t, next []float64) {
	clear(next)
	stay := 1 - g.a
	lost := 0.0
	for i, mass := range t {
		lo, hi := g.first[i], g.first[i+1]
		if lo == hi {
			lost += mass
			continue
		}
		if mass == 0 {
			continue
		}
		mass *= stay
		to, share := g.to[lo:hi], g.share[lo:hi]
		for k, j := range to {
			next[j] += mass * share[k]
		}
	}
	again := g.a + stay*lost
	for i, p := range g.anchor {
		next[i] += again * p
	}
}

// Of returns the trust of an agent's owner, 0 for one that nobody has dealt with.
func (t *Trust) Of(owner Agent) float64 {
	if i, ok := slices.BinarySearch(t.g.names, owner); ok {
		return t.t[i]
	}
	return 0
}

// Steps is how many steps were computed.
func (t *Trust) Steps() int { return t.steps }

// Ranking returns all owners, the most trusted first, those of one trust by name.
func (t *Trust) Ranking() []Trusted {
	all := make([]Trusted, len(t.t))
	for i, v := range t.t {
		all[i] = Trusted{t.g.names[i], v, t.g.anchor[i]}
	}
	slices.SortFunc(all, func(a, b Trusted) int { return cmp.Or(cmp.Compare(b.Trust, a.Trust), cmp.Compare(a.Owner, b.Owner)) })
	return all
}

// Bound is the most that the owners of a group can have together, whatever they do among themselves: what they staked, and what others let
// flow to them, (1-a)/a times. Trust within a group that exceeds its share by much is praise of its own.
func (t *Trust) Bound(group ...Agent) float64 {
	in := make([]bool, len(t.t))
	staked := 0.0
	for _, who := range group {
		if i, ok := slices.BinarySearch(t.g.names, who); ok && !in[i] {
			in[i] = true
			staked += t.g.anchor[i]
		}
	}
	inflow := 0.0
	for i, mass := range t.t {
		if in[i] {
			continue
		}
		lo, hi := t.g.first[i], t.g.first[i+1]
		if lo == hi {
			inflow += mass * staked
			continue
		}
		for k := lo; k < hi; k++ {
			if in[t.g.to[k]] {
				inflow += mass * t.g.share[k]
			}
		}
	}
	return staked + (1-t.g.a)/t.g.a*inflow
}

// Hitting returns the chance that a walk from the stakes reaches the owner before it restarts. Cycles that the owner is part of cannot raise it,
// so gates for single identities use it instead of trust. An owner that the network does not know has 0.
func (t *Trust) Hitting(owner Agent) float64 {
	g := t.g
	target, ok := slices.BinarySearch(g.names, owner)
	if !ok {
		return 0
	}
	mass, next := slices.Clone(g.anchor), make([]float64, len(g.names))
	hit := 0.0
	for range maxSteps {
		hit += mass[target]
		mass[target] = 0
		left := 0.0
		clear(next)
		for i, m := range mass {
			if m == 0 {
				continue
			}
			m *= 1 - g.a
			for k := g.first[i]; k < g.first[i+1]; k++ { // a row without deals restarts
				next[g.to[k]] += m * g.share[k]
				left += m * g.share[k]
			}
		}
		if left < g.tol {
			break
		}
		mass, next = next, mass
	}
	return hit
}

// String tells the size and the best.
func (t *Trust) String() string {
	if len(t.t) == 0 {
		return "trust of nobody"
	}
	best := t.Ranking()[0]
	return fmt.Sprintf("trust of %d owners, first %s with %.4f", len(t.t), best.Owner, best.Trust)
}
