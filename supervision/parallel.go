// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"cmp"
	"iter"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision/plan"
)

// stopAll ends all children of a SimpleOneForOne or Dynamic supervisor at once: all are asked, then those whose time is over first are
// waited for first. So at most one timer is armed at a time, and nobody is killed late because of a sibling. The times are counted from the
// asking.
func stopAll(ctx *scope, a plan.StopAll) (plan.Event, error) {
	begin := ctx.Now()
	how := func(int) Shutdown { return a.Shutdown }
	if a.Each != nil {
		how = func(i int) Shutdown { return a.Each[i] }
	}
	for i, ref := range a.Refs {
		if child := ref.(actors.PID); how(i) == Brutal {
			child.Kill()
		} else {
			ctx.AskExit(child, exit.ReasonShutdown)
		}
	}
	results := make([]plan.Stopped, len(a.Refs))
	for i := range byPatience(len(a.Refs), a.Each) {
		child := a.Refs[i].(actors.PID)
		late := false
		if limit := patience(how(i)); how(i) != Brutal && limit != forever {
			gone, err := ctx.AwaitExit(child, max(limit-ctx.Now().Sub(begin), 0))
			if err != nil {
				return nil, err
			}
			if late = !gone; late {
				child.Kill()
			}
		}
		end, err := stopped(ctx, child, late)
		if err != nil {
			return nil, err
		}
		results[i] = end
	}
	return plan.AllStopped{Results: results}, nil
}

// byPatience yields the positions of n children, those that are waited for the shortest time first. Shutdown values sort that way: Brutal is
// the least and Infinity the greatest. Without each all have the same time.
func byPatience(n int, each []Shutdown) iter.Seq[int] {
	return func(yield func(int) bool) {
		var order []int // positions; nil is the natural order
		if each != nil {
			order = make([]int, n)
			for i := range order {
				order[i] = i
			}
			slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(each[a], each[b]) })
		}
		for at := range n {
			if order != nil {
				at = order[at]
			}
			if !yield(at) {
				return
			}
		}
	}
}
