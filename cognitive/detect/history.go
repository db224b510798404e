// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math"

	"mabeam.dev/cognitive/internal/frame"
)

// perLevel is how many buckets of one size a history keeps. More would place a change more exactly and cost more at each report.
const perLevel = 6

// bucket is a run of values that are told apart no longer.
type bucket struct {
	level    int // it holds 2^level reports
	weight   float64
	sum      float64
	weighted float64 // weight of all buckets up to this one
	summed   float64
}

// history is all values since it was emptied, in buckets that grow with age: recent values one by one, older ones in runs of 2, 4, 8 and so
// on. It holds n values in about 6·log2(n) buckets.
type history struct {
	buckets []bucket // oldest first
}

func (h *history) add(x, w float64) {
	h.buckets = append(h.buckets, bucket{weight: w, sum: x * w})
	level, end := 0, len(h.buckets)
	for {
		from := end
		for from > 0 && h.buckets[from-1].level == level {
			from--
		}
		if end-from <= perLevel {
			break
		}
		a, b := &h.buckets[from], h.buckets[from+1]
		a.level++
		a.weight += b.weight
		a.sum += b.sum
		h.buckets = append(h.buckets[:from+1], h.buckets[from+2:]...)
		level, end = level+1, from+1
	}
	var weight, sum float64
	for i := range h.buckets {
		b := &h.buckets[i]
		weight += b.weight
		sum += b.sum
		b.weighted, b.summed = weight, sum
	}
}

// total returns the weight and the sum of all values.
func (h *history) total() (weight, sum float64) {
	if len(h.buckets) == 0 {
		return 0, 0
	}
	last := h.buckets[len(h.buckets)-1]
	return last.weighted, last.summed
}

// keep forgets all but the buckets from one on.
func (h *history) keep(from int) {
	h.buckets = append(h.buckets[:0], h.buckets[from:]...)
	var weight, sum float64
	for i := range h.buckets {
		b := &h.buckets[i]
		weight += b.weight
		sum += b.sum
		b.weighted, b.summed = weight, sum
	}
}

// seed begins anew with one bucket of what is believed.
func (h *history) seed(weight, mean float64) {
	h.buckets = h.buckets[:0]
	if weight > 0 {
		level := max(0, int(math.Log2(weight)))
		h.buckets = append(h.buckets, bucket{level, weight, weight * mean, weight, weight * mean})
	}
}

func (h *history) write(w *frame.Writer) {
	w.Uint(uint64(len(h.buckets)))
	for _, b := range h.buckets {
		w.Uint(uint64(b.level))
		w.Float(b.weight)
		w.Float(b.sum)
	}
}

func (h *history) read(r *frame.Reader) {
	n := r.Count(64*perLevel, 17)
	h.buckets = make([]bucket, 0, n+1)
	level := 64
	for range n {
		b := bucket{level: int(r.Uint(uint64(level))), weight: r.Between(0, 1e300), sum: r.Between(-1e300, 1e300)}
		level = b.level
		h.buckets = append(h.buckets, b)
	}
	h.keep(0)
}
