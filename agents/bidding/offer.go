// SPDX-License-Identifier: Apache-2.0

package bidding

import (
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// Task is what a bidder is told of a task.
type Task struct {
	// ID and Kind are those of the task.
	ID, Kind string
	// Bytes is the length of its input.
	Bytes int
	// Attempt counts from 1.
	Attempt int
	// Capability is what the task needs of an agent; empty if nothing.
	Capability string
}

// Request asks an agent for an offer.
type Request struct {
	// Call names the call for bids for ever.
	Call string
	// Tasks are those that are bid for together; one whose ID is empty is over and cannot be won.
	Tasks []Task
	// Slots is how many of them the agent may win.
	Slots int
	// Currency is what prices are in, and Ceiling the most that is paid for a task.
	Currency money.Asset
	Ceiling  money.Amount
	// Within is how long an answer counts.
	Within time.Duration
}

// Standing is how an agent stands when it is asked.
type Standing struct {
	// InHand is how many tasks it has, of Slots.
	InHand, Slots int
	// Latency is how long its attempts take, smoothed; 0 = not known.
	Latency time.Duration
	// Spent is what it has spent of Budget; a Budget of 0 is none.
	Spent, Budget money.Amount
}

// Bundle is tasks, as rising places in Request.Tasks, and what is asked for all of them together.
type Bundle struct {
	Tasks []int
	Price money.Amount
}

// Offer is bundles of which at most one wins. Without any the agent passes.
type Offer struct {
	Bundles []Bundle
	// Pass is why the agent does not bid; nil with bundles.
	Pass error
}

// Policy decides what an agent asks.
type Policy interface {
	// Offer answers a call for bids, by what is asked and how the agent stands.
	Offer(r Request, s Standing) Offer
}

// passing is the offer of who does not bid.
func passing(why error) Offer { return Offer{Pass: why} }

// maxSets is how many bundles an offer has at most before it is thinned out.
const maxSets = 128

// Bundles lists the sets of tasks that an agent with so many free slots can offer for, single tasks first, in an order that depends on the tasks alone.
func (r Request) Bundles() [][]int {
	var open []int
	for i, t := range r.Tasks {
		if t.ID != "" {
			open = append(open, i)
		}
	}
	most := min(r.Slots, len(open))
	if most < 1 {
		return nil
	}
	if sets, few := subsets(open, most); few {
		return sets
	}
	var runs [][]int
	for size := 1; size <= most && len(runs) < 2*maxSets; size++ {
		for from := 0; from+size <= len(open); from++ {
			runs = append(runs, slices.Clone(open[from:from+size]))
		}
	}
	return runs
}

// subsets lists the sets of up to so many elements, the smaller ones first; few is false when there are too many.
func subsets(of []int, most int) (sets [][]int, few bool) {
	last := [][]int{{}} // sets of the size before, as places in of
	for range most {
		var next [][]int
		for _, s := range last {
			from := 0
			if len(s) > 0 {
				from = s[len(s)-1] + 1
			}
			for i := from; i < len(of); i++ {
				next = append(next, append(slices.Clone(s), i))
			}
			if len(sets)+len(next) > maxSets {
				return nil, false
			}
		}
		for _, s := range next {
			set := make([]int, len(s))
			for i, at := range s {
				set[i] = of[at]
			}
			sets = append(sets, set)
		}
		last = next
	}
	return sets, true
}
