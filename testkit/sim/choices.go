// SPDX-License-Identifier: Apache-2.0

package sim

import "math/rand/v2"

// choices are the scheduler's decisions: which of the tasks that can run is next. They are drawn from the seed, up to a limit, beyond which
// the first task in order always runs: a run with a low limit is a simpler one, which is how a failure is made short.
type choices struct {
	rng   *rand.Rand
	made  int
	limit int // decisions that are drawn; < 0: all
	ranks *ranks
}

// scheduling is the stream of the seed that decides who runs; faults and users have streams of their own, so that shrinking one leaves the
// others as they were.
const scheduling = 0x5eed

func newChoices(seed uint64, limit, changes int) *choices {
	c := &choices{rng: rand.New(rand.NewPCG(seed, scheduling)), limit: limit}
	if changes >= 0 {
		c.ranks = newRanks(c.rng, changes)
	}
	return c
}

// draw returns a number below n, which is the number of tasks that can run; key tells them apart.
func (c *choices) draw(n int, key func(i int) uint64) int {
	c.made++
	switch {
	case c.limit >= 0 && c.made > c.limit:
		return 0
	case c.ranks != nil:
		return c.ranks.draw(c.rng, c.made, n, key)
	}
	return c.rng.IntN(n)
}

// ranks decide by priorities that change seldom: each process gets a random rank when it is first seen and the highest runs, until at a few
// decisions, drawn beforehand, whoever runs falls to the bottom. Orders in which somebody is very late, which even draws hardly ever make,
// are common here. (Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, 2010.)
type ranks struct {
	of      map[uint64]float64
	changes map[int]bool
	bottom  float64
}

func newRanks(rng *rand.Rand, changes int) *ranks {
	r := &ranks{of: map[uint64]float64{}, changes: map[int]bool{}}
	length := 8 << rng.IntN(9) // of the run, which nobody knows beforehand: each order of magnitude has its share
	for range changes {
		r.changes[1+rng.IntN(length)] = true
	}
	return r
}

func (r *ranks) draw(rng *rand.Rand, decision, n int, key func(i int) uint64) int {
	best, at := -1.0e300, 0
	for i := range n {
		k := key(i)
		rank, known := r.of[k]
		if !known {
			rank = rng.Float64()
			r.of[k] = rank
		}
		if rank > best {
			best, at = rank, i
		}
	}
	if r.changes[decision] {
		r.bottom--
		r.of[key(at)] = r.bottom
	}
	return at
}
