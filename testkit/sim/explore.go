// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"flag"
	"fmt"

	"mabeam.dev/internal/kernel"
)

// T is what Explore needs of a *testing.T.
type T interface {
	// Helper marks the calling function as one whose place says nothing.
	Helper()
	// Name is the test's.
	Name() string
	// Logf writes to the test's log.
	Logf(format string, args ...any)
	// Fatalf notes a failure and ends the test.
	Fatalf(format string, args ...any)
}

// The flags with which one run of a test is repeated.
var (
	seedFlag   = flag.Uint64("sim.seed", 0, "simulate this seed alone")
	prefixFlag = flag.Int("sim.prefix", -1, "draw only this many decisions from the seed")
	drawnFlag  = flag.String("sim.drawn", "", "draw only these decisions from the seed: their numbers, separated by commas")
)

// twice is how often Explore runs a seed a second time, to see that it gives the same trace.
const twice = 50

// Explore runs body under the seeds 1 to n. Every second seed follows priorities ([Priorities]) in place of even draws. At the first seed
// that fails it fails the test, with the failure, the faults, the last steps, the shortest prefix of the run's decisions that was found to
// fail as well, and the command that runs that again. Every fiftieth seed runs twice, and two different traces fail the test too.
//
// With -sim.seed=S it runs S alone. With -sim.prefix=P as well only the first P decisions are drawn, and with -sim.drawn=3,8 only those; the
// rest go to the first in line.
func Explore(t T, n int, body func(*Sim), options ...Option) {
	t.Helper()
	e := &explorer{t: t, body: body, options: options, engine: newEngine()}
	defer e.engine.Close()
	if *seedFlag != 0 {
		only, err := numbers(*drawnFlag)
		if err != nil {
			t.Fatalf("sim: -sim.drawn=%s: %v", *drawnFlag, err)
		}
		e.again(*seedFlag, cut{prefix: *prefixFlag, only: only})
		return
	}
	steps, virtual := uint64(0), 0.0
	for seed := uint64(1); seed <= uint64(n); seed++ {
		r := e.run(seed, whole)
		if r.Failure != nil {
			short := e.shrink(r)
			t.Fatalf("%s", report(t.Name(), r, short))
		}
		for range e.repeats(seed) {
			if text := e.differs(r); text != "" {
				t.Fatalf("%s", text)
			}
		}
		steps += r.Trace.Len()
		virtual += r.Elapsed.Seconds()
	}
	t.Logf("sim: %d seeds, %d steps, %.0f s of virtual time: no failure", n, steps, virtual)
}

// explorer runs one body many times on one engine.
type explorer struct {
	t       T
	body    func(*Sim)
	options []Option
	engine  *kernel.Engine
}

func (e *explorer) run(seed uint64, c cut) Result {
	options := e.options
	if seed%2 == 0 {
		options = append([]Option{Priorities(3)}, options...)
	}
	options = options[:len(options):len(options)]
	if c.prefix >= 0 {
		options = append(options, Prefix(c.prefix))
	}
	if c.only != nil {
		options = append(options, Drawn(c.only...))
	}
	return run(seed, e.body, e.engine, options)
}

// again runs one seed and shows its trace.
func (e *explorer) again(seed uint64, c cut) {
	e.t.Helper()
	r := e.run(seed, c)
	e.t.Logf("sim: seed %d, trace %016x\n%s", seed, r.Trace.Hash(), r.Trace)
	if r.Failure != nil {
		e.t.Fatalf("%s", report(e.t.Name(), r, shortened{r, c}))
	}
}

// repeats is how many more times a seed is run to compare the traces.
func (e *explorer) repeats(seed uint64) int {
	switch c := defaults(e.options); {
	case c.repeat > 0:
		return c.repeat - 1
	case seed%twice == 0:
		return 1
	}
	return 0
}

// differs runs a seed again and says where the two runs part ways; nothing if they do not.
func (e *explorer) differs(first Result) string {
	second := e.run(first.Seed, whole)
	switch {
	case second.Failure != nil:
		return different(first.Seed, first.Trace, second.Trace) + "\nthe second fails: " + second.Failure.Error()
	case second.Trace.Hash() != first.Trace.Hash():
		return different(first.Seed, first.Trace, second.Trace)
	}
	return ""
}

// different says where two runs of one seed part ways.
func different(seed uint64, a, b *Trace) string {
	text := fmt.Sprintf("sim: seed %d gave two traces: something in the body is random, timed or ordered by a map outside the simulation\n", seed)
	one, two := a.Last(kept), b.Last(kept)
	for i := range max(len(one), len(two)) {
		switch {
		case i >= len(one):
			return text + "the second goes on with " + two[i].String()
		case i >= len(two):
			return text + "the first goes on with  " + one[i].String()
		case one[i] != two[i]:
			return text + "first:  " + one[i].String() + "\nsecond: " + two[i].String()
		}
	}
	return text + "in steps that are not remembered any more"
}
