// SPDX-License-Identifier: Apache-2.0

package cost

import (
	"cmp"
	"container/heap"
	"time"
)

// deadline is when a reservation ends by itself.
type deadline struct {
	at time.Time
	id string
}

// agenda is a heap of deadlines, by time and id.
type agenda []deadline

// Len, Less, Swap, Push and Pop make it a heap.
func (a agenda) Len() int { return len(a) }

func (a agenda) Less(i, j int) bool {
	return cmp.Or(a[i].at.Compare(a[j].at), cmp.Compare(a[i].id, a[j].id)) < 0
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(deadline)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

func (a *agenda) push(d deadline) { heap.Push(a, d) }
func (a *agenda) pop()            { heap.Pop(a) }

func (a agenda) first() (deadline, bool) {
	if len(a) == 0 {
		return deadline{}, false
	}
	return a[0], true
}
