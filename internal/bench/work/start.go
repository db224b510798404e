// SPDX-License-Identifier: Apache-2.0

package work

import (
	"runtime"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// idle is a process with an Init and nothing to do.
type idle struct{}

func (idle) Init(*actors.Context[*Item]) error           { return nil }
func (idle) Receive(*actors.Context[*Item], *Item) error { return nil }

// always is an intensity that no benchmark exceeds, with a window so short that it holds nothing.
var always = supervision.Intensity{Max: 1 << 30, Within: time.Millisecond}

// pool starts a supervisor whose children are added at run time and stop without a deadline.
func pool(sys *actors.System) *supervision.Supervisor {
	template := supervision.Template("worker", func(struct{}) actors.Behavior[*Item] { return idle{} })
	template.Shutdown = supervision.Infinity
	return got(supervision.Start(sys, "pool", supervision.Spec{
		Strategy: supervision.SimpleOneForOne, Intensity: always, Children: []supervision.Child{template},
	}))
}

func startOne(s *supervision.Supervisor) actors.PID { return got(s.StartDynamic(ctx, struct{}{})) }

// Start starts n children through their supervisor, one after another, each with its Init.
func Start(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	s := pool(sys)
	return Timed(func() {
		for range n {
			startOne(s)
		}
	})
}

// IdleBytes returns what one idle supervised process holds, all in: heap and stacks after garbage collection with n of them alive,
// their supervisor's bookkeeping included, over n.
func IdleBytes(n int) float64 {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	s := pool(sys)
	startOne(s)
	before := InUse()
	for range n {
		startOne(s)
	}
	after := InUse()
	runtime.KeepAlive(s)
	return (float64(after) - float64(before)) / float64(n)
}
