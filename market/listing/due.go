// SPDX-License-Identifier: Apache-2.0

package listing

import "container/heap"

// due is a time at which something of a deal is over.
type due struct {
	at int64
	id string
}

type dues []due

func (h dues) Len() int { return len(h) }
func (h dues) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].id < h[j].id
}
func (h dues) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *dues) Push(x any)   { *h = append(*h, x.(due)) }
func (h *dues) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// until sets when the deal's present step is over.
func (m *Market) until(d *Deal, at int64) {
	d.Until = at
	heap.Push((*dues)(&m.due), due{at, d.ID})
}

// Due returns up to so many deals whose time is over, the longest overdue first: Expired ends each of them. It forgets times of steps that were
// taken, and changes nothing else.
func (m *Market) Due(at int64, most int) []string {
	var ids []string
	var again []due
	for len(m.due) > 0 && m.due[0].at <= at && len(ids) < most {
		next := heap.Pop((*dues)(&m.due)).(due)
		if d := m.deals[next.id]; d != nil && !d.Over() && d.State != Ordered && d.Until == next.at {
			ids = append(ids, next.id)
			again = append(again, next)
		}
	}
	for _, next := range again {
		heap.Push((*dues)(&m.due), next)
	}
	return ids
}
