// SPDX-License-Identifier: Apache-2.0

package plan

// heap is a binary heap whose elements know their position, so that any of them can be moved or removed in O(log n). container/heap would cost an interface value
// for each element and operation.
type heap[T any] struct {
	items []T
	less  func(a, b T) bool
	moved func(x T, position int) // told every new position, -1 on leaving
}

func (h *heap[T]) len() int { return len(h.items) }

func (h *heap[T]) push(x T) {
	h.items = append(h.items, x)
	h.moved(x, len(h.items)-1)
	h.up(len(h.items) - 1)
}

// fix restores the order after the element at i changed.
func (h *heap[T]) fix(i int) {
	if !h.up(i) {
		h.down(i)
	}
}

func (h *heap[T]) remove(i int) {
	var none T
	x, last := h.items[i], len(h.items)-1
	if i != last {
		h.items[i] = h.items[last]
		h.moved(h.items[i], i)
	}
	h.items[last] = none
	h.items = h.items[:last]
	h.moved(x, -1)
	if i != last {
		h.fix(i)
	}
	// A burst must not keep its memory for the life of the queue.
	if cap(h.items) > 64 && len(h.items) < cap(h.items)/4 {
		h.items = append(make([]T, 0, cap(h.items)/2), h.items...)
	}
}

func (h *heap[T]) up(i int) (moved bool) {
	for i > 0 {
		parent := (i - 1) / 2
		if !h.less(h.items[i], h.items[parent]) {
			return moved
		}
		h.swap(i, parent)
		i, moved = parent, true
	}
	return moved
}

func (h *heap[T]) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h.items) {
			return
		}
		if right := child + 1; right < len(h.items) && h.less(h.items[right], h.items[child]) {
			child = right
		}
		if !h.less(h.items[child], h.items[i]) {
			return
		}
		h.swap(i, child)
		i = child
	}
}

func (h *heap[T]) swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.moved(h.items[i], i)
	h.moved(h.items[j], j)
}

// first lists the n first elements in order, or all if there are fewer. It costs O(n²) comparisons for a small n, whatever the size of the heap.
func (h *heap[T]) first(n int) []T {
	if n <= 0 || len(h.items) == 0 {
		return nil
	}
	found := make([]T, 0, min(n, len(h.items)))
	edge := []int{0}
	for len(edge) > 0 && len(found) < n {
		best := 0
		for i := range edge {
			if h.less(h.items[edge[i]], h.items[edge[best]]) {
				best = i
			}
		}
		i := edge[best]
		edge[best] = edge[len(edge)-1]
		edge = edge[:len(edge)-1]
		found = append(found, h.items[i])
		for child := 2*i + 1; child <= 2*i+2 && child < len(h.items); child++ {
			edge = append(edge, child)
		}
	}
	return found
}
