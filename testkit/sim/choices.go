// SPDX-License-Identifier: Apache-2.0

package sim

import "math/rand/v2"

// choices are the scheduler's decisions: which of the tasks that can run is next. They are drawn from the seed, up to a limit, beyond which
// the first task in order always runs: a run with a low limit is a simpler one, which is how a failure is made short. Below the limit
// single decisions can be left to the first task as well; they are drawn all the same, so that the others stay what they were.
type choices struct {
	rng       *rand.Rand
	made      int
	limit     int          // decisions that are drawn; < 0: all
	only      map[int]bool // if not nil, those of them that count
	ranks     *ranks
	elsewhere []int // decisions in which another than the first task was taken
}

// scheduling is the stream of the seed that decides who runs; faults and users have streams of their own, so that shrinking one leaves the
// others as they were.
const scheduling = 0x5eed

func newChoices(seed uint64, o config) *choices {
	c := &choices{rng: rand.New(rand.NewPCG(seed, scheduling)), limit: o.limit, only: o.only}
	if o.changes >= 0 {
		c.ranks = newRanks(c.rng, o.changes)
	}
	return c
}

// draw returns a number below n, which is the number of tasks that can run; key tells them apart.
func (c *choices) draw(n int, key func(i int) uint64) int {
	c.made++
	if c.limit >= 0 && c.made > c.limit {
		return 0
	}
	taken := 0
	if c.ranks != nil {
		taken = c.ranks.draw(c.rng, c.made, n, key)
	} else {
		taken = c.rng.IntN(n)
	}
	if taken == 0 || (c.only != nil && !c.only[c.made]) {
		return 0
	}
	c.elsewhere = append(c.elsewhere, c.made)
	return taken
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
