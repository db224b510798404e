// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"math"
	"time"
)

// pairKey is a rater in a dimension; the agent that is rated owns the map.
type pairKey struct {
	rater Agent
	dim   Dimension
}

// maxPair is how many entries are kept of a pair. Where there would be more, the two oldest become one with the later time, so that a pair
// gains nothing by many deals.
const maxPair = 32

// pair is the recent past of two agents, in the order of arrival.
type pair struct {
	deals []weighed
}

// weighed is one deal, or several that were put together.
type weighed struct {
	at     time.Time
	weight float64
	deals  int
}

// weigh decides the weight of another deal of the pair: the n-th within the window counts 1/√n of its full weight, and all together the cap at most.
// Deals after the moment count as well as those before it, so that it does not matter which of two arrives first.
func (p *pair) weigh(full float64, at time.Time, window time.Duration, limit float64) float64 {
	n, used := 0, 0.0
	for _, d := range p.deals {
		if distance(d.at, at) < window {
			n += d.deals
			used += d.weight
		}
	}
	w := min(full/math.Sqrt(float64(1+n)), max(0, limit-used))
	if len(p.deals) == maxPair {
		first, second := p.deals[0], p.deals[1]
		if first.at.After(second.at) {
			second.at = first.at
		}
		second.weight += first.weight
		second.deals += first.deals
		copy(p.deals, p.deals[1:])
		p.deals[0] = second
		p.deals = p.deals[:maxPair-1]
	}
	p.deals = append(p.deals, weighed{at, w, 1})
	return w
}

// idle reports whether nothing of the pair is within a window before the moment.
func (p *pair) idle(at time.Time, window time.Duration) bool {
	for _, d := range p.deals {
		if at.Sub(d.at) < window {
			return false
		}
	}
	return true
}

func distance(a, b time.Time) time.Duration {
	if d := a.Sub(b); d >= 0 {
		return d
	}
	return b.Sub(a)
}
