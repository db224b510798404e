// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"mabeam.dev/internal/kernel"
)

// Fault arms faults from here on. It panics with the error of [Fault.Validate].
func (s *Sim) Fault(faults ...Fault) {
	for _, f := range faults {
		if err := f.Validate(); err != nil {
			panic(err)
		}
		n := s.sched.plans
		s.sched.plans++
		s.sched.faults = append(s.sched.faults, &armed{Fault: f, rng: rand.New(rand.NewPCG(s.seed, faulting+n))})
	}
}

// faulting is where the streams of the seed begin that decide about faults.
const faulting = 0xfa17 << 32

// Calm disarms all faults and heals all partitions.
func (s *Sim) Calm() {
	s.sched.past = append(s.sched.past, s.sched.faults...)
	s.sched.faults, s.sched.walls = nil, nil
}

// wall parts two groups of processes.
type wall struct{ a, b string }

func (w wall) parts(from, to *kernel.Proc) bool {
	if from == nil {
		return false
	}
	f, t := from.Path(), to.Path()
	return fitsPath(w.a, f) && fitsPath(w.b, t) || fitsPath(w.b, f) && fitsPath(w.a, t)
}

// Partition loses every message between processes whose paths fit the two patterns, in both directions, until Heal. Messages of senders
// that are unknown pass: use Ref.From in code that is to be parted. Notices (exits, monitors, timers) pass as well.
func (s *Sim) Partition(a, b string) { s.sched.walls = append(s.sched.walls, wall{a, b}) }

// Heal ends all partitions.
func (s *Sim) Heal() { s.sched.walls = nil }

// Space is what a random plan of faults is drawn from.
type Space struct {
	Kinds     []FaultKind   // at least one
	Processes []string      // patterns; empty means any process
	Messages  []string      // patterns; empty means any message
	MaxNth    int           // occurrences are drawn from 1 to this; 0 means 10
	MaxFor    time.Duration // times are drawn up to this; 0 means 10 s
}

// Draw returns a plan of n faults, which depends on the random source alone.
func (sp Space) Draw(rng *rand.Rand, n int) []Fault {
	if len(sp.Kinds) == 0 {
		panic("sim: a space of faults needs kinds")
	}
	nth, longest := sp.MaxNth, sp.MaxFor
	if nth <= 0 {
		nth = 10
	}
	if longest <= 0 {
		longest = 10 * time.Second
	}
	plan := make([]Fault, n)
	for i := range plan {
		plan[i] = Fault{
			Do: sp.Kinds[rng.IntN(len(sp.Kinds))], Process: one(rng, sp.Processes), Message: one(rng, sp.Messages), Nth: 1 + rng.IntN(nth),
		}
		switch plan[i].Do {
		case Hang, HangStart, Delay, Jump:
			plan[i].For = time.Duration(1 + rng.Int64N(int64(longest)))
		default: // no time
		}
		if plan[i].Do >= FailStart && plan[i].Do < Drop {
			plan[i].Message = "" // a start has none
		}
	}
	return plan
}

func one(rng *rand.Rand, of []string) string {
	if len(of) == 0 {
		return ""
	}
	return of[rng.IntN(len(of))]
}

// plan renders the faults that have ever been armed, and the partitions that there are, a line each.
func (s *scheduler) plan() []string {
	var out []string
	for _, f := range slices.Concat(s.past, s.faults) {
		out = append(out, fmt.Sprintf("%s (happened %d times)", f.Fault, f.done))
	}
	for _, w := range s.walls {
		out = append(out, fmt.Sprintf("partition %s | %s", w.a, w.b))
	}
	return out
}
