// SPDX-License-Identifier: Apache-2.0

package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"runtime"

	"mabeam.dev/agents"
)

// Fault is what is done to a task.
type Fault uint8

// The faults.
const (
	None Fault = iota
	Panic
	Hang
	Exit
)

// String returns the fault's name.
func (f Fault) String() string { return [...]string{"none", "panic", "hang", "exit"}[f] }

// Rate says how often a fault happens, in thousandths of all tasks.
type Rate int

// PerMille returns a rate in thousandths.
func PerMille(n int) Rate { return Rate(n) }

// Every returns the rate of one in n tasks; 0 is never.
func Every(n int) Rate {
	if n <= 0 {
		return 0
	}
	return Rate(1000 / n)
}

// Plan says which faults happen and how often. The zero value does nothing.
type Plan struct {
	Seed  int64
	Panic Rate
	Hang  Rate
	Exit  Rate
}

// Active reports whether the plan does anything.
func (p Plan) Active() bool { return p.Panic > 0 || p.Hang > 0 || p.Exit > 0 }

// Choose returns what happens to an attempt at a task.
func (p Plan) Choose(task string, attempt int) Fault {
	if attempt > 1 || !p.Active() {
		return None
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%s", p.Seed, task)
	draw := Rate(mix(h.Sum64()) % 1000)
	for _, f := range []struct {
		fault Fault
		rate  Rate
	}{{Panic, p.Panic}, {Hang, p.Hang}, {Exit, p.Exit}} {
		if draw < f.rate {
			return f.fault
		}
		draw -= f.rate
	}
	return None
}

// mix spreads the hash: FNV's low bits alone are poor for short, similar texts (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Wrap returns a worker that does what the plan says before it lets the other one work.
func Wrap(w agents.Worker, p Plan) agents.Worker {
	if !p.Active() {
		return w
	}
	return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
		switch p.Choose(t.ID, t.Attempt) {
		case Panic:
			panic(fmt.Sprintf("chaos: panic on purpose (seed %d)", p.Seed))
		case Hang:
			<-agents.Life(ctx).Done() // deaf to recall, as a stuck program is
			return nil, context.Cause(agents.Life(ctx))
		case Exit:
			runtime.Goexit()
		case None:
		}
		return w.Do(ctx, t)
	})
}
