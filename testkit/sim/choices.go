// SPDX-License-Identifier: Apache-2.0

package sim

import "math/rand/v2"

// choices are the scheduler's decisions: which of the tasks that can run is next. They are drawn from the seed, up to a limit, beyond which
// the first task in order always runs: a run with a low limit is a simpler one, which is how a failure is made short.
type choices struct {
	rng   *rand.Rand
	made  int
	limit int // decisions that are drawn; < 0: all
}

// scheduling is the stream of the seed that decides who runs; faults and users have streams of their own, so that shrinking one leaves the
// others as they were.
const scheduling = 0x5eed

func newChoices(seed uint64, limit int) *choices {
	return &choices{rng: rand.New(rand.NewPCG(seed, scheduling)), limit: limit}
}

// draw returns a number below n.
func (c *choices) draw(n int) int {
	c.made++
	if c.limit >= 0 && c.made > c.limit {
		return 0
	}
	return c.rng.IntN(n)
}
