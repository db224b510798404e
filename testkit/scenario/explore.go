// SPDX-License-Identifier: Apache-2.0

package scenario

// Exploration is what became of many runs of one scenario.
type Exploration struct {
	Runs    int
	Failing *Result // of the smallest seed that fails; nil if none does
	Prefix  int     // decisions of that run that have to be drawn for it to fail; the rest go to the first in line
	Unlike  *Result // of the first seed whose second run was not like the first; nil if all were
}

// Explore runs a scenario under n seeds, from o.Seed on, and stops at the first that fails, which it then makes short. Every fiftieth seed
// runs twice, and must give the same.
func Explore(s *Script, o Options, n int) Exploration {
	first := max(o.Seed, 1)
	for i := range n {
		o.Seed = first + uint64(i)
		r := Run(s, o)
		if r.Failure != nil {
			short, prefix := shrink(s, o, r)
			return Exploration{Runs: i + 1, Failing: &short, Prefix: prefix}
		}
		if (i+1)%50 == 0 {
			if again := Run(s, o); !r.Same(again) {
				return Exploration{Runs: i + 1, Unlike: &again}
			}
		}
	}
	return Exploration{Runs: n}
}

// Same reports whether two runs did the same, step for step and byte for byte.
func (r Result) Same(o Result) bool {
	return r.Output == o.Output && r.Trace.Hash() == o.Trace.Hash() && r.Elapsed == o.Elapsed && len(r.Events) == len(o.Events)
}

// shrink looks for a failing run of fewer drawn decisions, by halves.
func shrink(s *Script, o Options, failing Result) (Result, int) {
	best, prefix := failing, failing.Choices
	low, high := 1, prefix
	for low < high {
		middle := (low + high) / 2
		short := o
		short.Prefix = middle
		if r := Run(s, short); r.Failure != nil {
			best, prefix, high = r, middle, middle
		} else {
			low = middle + 1
		}
	}
	return best, prefix
}
