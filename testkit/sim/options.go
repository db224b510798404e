// SPDX-License-Identifier: Apache-2.0

package sim

import "time"

// Option changes one thing about a run.
type Option func(*config)

// defaultSteps is how many steps a run may take unless told otherwise.
const defaultSteps = 10_000_000

type config struct {
	limit    int          // of the choices that are drawn; < 0: none
	only     map[int]bool // the choices, from 1, that are drawn; nil: all
	changes  int          // of priorities; < 0: no priorities
	maxSteps int
	repeat   int           // runs of each seed in an exploration; 0: one, and two of each fiftieth
	patience time.Duration // real time
}

func defaults(options []Option) config {
	c := config{limit: -1, changes: -1, maxSteps: defaultSteps, patience: 10 * time.Second}
	for _, o := range options {
		o(&c)
	}
	return c
}

// Prefix draws only the first n decisions from the seed; after them the first of those that can run always runs. It replays a failure that
// was made short.
func Prefix(n int) Option { return func(c *config) { c.limit = n } }

// Drawn draws only these decisions from the seed, counted from 1; in all others the first of those that can run runs. It replays a failure of
// which is known which decisions matter.
func Drawn(decisions ...int) Option {
	return func(c *config) {
		c.only = map[int]bool{}
		for _, d := range decisions {
			c.only[d] = true
		}
	}
}

// MaxSteps is how many steps a run may take before it fails with ErrSteps; the default is ten million, and less than 1 is no limit.
func MaxSteps(n int) Option { return func(c *config) { c.maxSteps = n } }

// Repeat makes Explore run each seed n times, in place of every fiftieth twice, and compare the traces.
func Repeat(n int) Option { return func(c *config) { c.repeat = n } }

// Patience is how much real time one step may take before the run fails with ErrStuck; the default is 10 s.
func Patience(d time.Duration) Option { return func(c *config) { c.patience = d } }

// Priorities makes the run follow random priorities that change n times, in place of even draws: it finds orders in which somebody is very
// late. See the paper named at its implementation.
func Priorities(n int) Option { return func(c *config) { c.changes = n } }
