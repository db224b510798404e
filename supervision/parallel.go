// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"cmp"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision/plan"
)

// stopEach ends many children at once: all are asked, then those whose time is over first are waited for first. So at most one timer is
// armed at a time, and nobody is killed late because of a sibling. The times are counted from the asking.
func stopEach(ctx *scope, refs []plan.Ref, each []Shutdown) (plan.Event, error) {
	begin := ctx.Now()
	for i, ref := range refs {
		if child := ref.(actors.PID); each[i] == Brutal {
			child.Kill()
		} else {
			ctx.AskExit(child, exit.ReasonShutdown)
		}
	}
	results := make([]plan.Stopped, len(refs))
	for _, i := range byPatience(each) {
		child := refs[i].(actors.PID)
		late := false
		if limit := patience(each[i]); each[i] != Brutal && limit != forever {
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
		results[i] = end.(plan.Stopped)
	}
	return plan.AllStopped{Results: results}, nil
}

// byPatience returns the positions of each, those that are waited for the shortest time first. Shutdown values sort that way: Brutal is the
// least and Infinity the greatest.
func byPatience(each []Shutdown) []int {
	order := make([]int, len(each))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(each[a], each[b]) })
	return order
}
