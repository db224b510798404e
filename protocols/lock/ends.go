// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"container/heap"
	"time"
)

// ends is a heap of the claims that end by time, the next one first; of two at one time the one that came first.
type ends []*claim

func (h ends) Len() int { return len(h) }

func (h ends) Less(i, j int) bool {
	if d := h[i].Until.Compare(h[j].Until); d != 0 {
		return d < 0
	}
	return h[i].Seq < h[j].Seq
}

func (h ends) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].ends, h[j].ends = i+1, j+1
}

// Push is for package heap.
func (h *ends) Push(x any) {
	c := x.(*claim)
	*h = append(*h, c)
	c.ends = len(*h)
}

// Pop is for package heap.
func (h *ends) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	c.ends = 0
	return c
}

// end sets when a claim ends by time; the zero time means that it does not.
func (s *Space) end(c *claim, at time.Time) {
	c.Until = at
	switch {
	case at.IsZero() && c.ends > 0:
		heap.Remove(&s.ends, c.ends-1)
	case at.IsZero():
	case c.ends > 0:
		heap.Fix(&s.ends, c.ends-1)
	default:
		heap.Push(&s.ends, c)
	}
}
