// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"time"

	"mabeam.dev/actors"
)

type ask struct{ reply actors.Reply[int] }

func answerer(sys *actors.System) actors.Ref[ask] {
	return actors.MustSpawn(sys, "", actors.Stateless(func(_ *actors.Context[ask], m ask) error {
		m.reply.Send(1)
		return nil
	}))
}

func callOnce(ctx context.Context, ref actors.Ref[ask]) {
	got(actors.Call(ctx, ref, func(r actors.Reply[int]) ask { return ask{r} }))
}

// Call makes n calls from a goroutine, one after another.
func Call(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	ref := answerer(sys)
	return Timed(func() {
		for range n {
			callOnce(ctx, ref)
		}
	})
}

// CallFromProcess makes n calls from within a process, one after another.
func CallFromProcess(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	return inProcess(sys, func(c context.Context, ref actors.Ref[ask]) time.Duration {
		return Timed(func() {
			for range n {
				callOnce(c, ref)
			}
		})
	})
}

// CallAllocations counts the allocations of one call from a goroutine, all in.
func CallAllocations() float64 {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	ref := answerer(sys)
	return Allocations(10_000, func() { callOnce(ctx, ref) })
}

// CallFromProcessAllocations counts the allocations of one call from within a process, all in.
func CallFromProcessAllocations() float64 {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	return inProcess(sys, func(c context.Context, ref actors.Ref[ask]) float64 {
		return Allocations(10_000, func() { callOnce(c, ref) })
	})
}

// inProcess runs measure in the turn of a process, with somebody to call.
func inProcess[T any](sys *actors.System, measure func(context.Context, actors.Ref[ask]) T) T {
	out := make(chan T, 1) // the process sends once
	ref := answerer(sys)
	caller := actors.MustSpawn(sys, "", actors.Stateless(func(c *actors.Context[*Item], _ *Item) error {
		out <- measure(c, ref)
		return nil
	}))
	caller.Tell(&Item{})
	return <-out
}
