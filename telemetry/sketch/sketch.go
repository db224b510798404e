// SPDX-License-Identifier: Apache-2.0

package sketch

import (
	"math"
	"slices"
)

// Exact is up to how many values a Sketch keeps as they are.
const Exact = 32

// Sketch is a summary of numbers. The zero value is empty and ready for use.
type Sketch struct {
	count    uint64
	sum, low float64 // the sum, and what its rounding has lost so far
	min, max float64

	few      []float64 // the values themselves, while there are at most Exact
	binned   bool      // few has been put into the bins
	zeros    uint64
	positive bins // by magnitude
	negative bins
}

// Add adds one value. It reports false for NaN and the infinities, which are left out.
func (s *Sketch) Add(v float64) bool {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return false
	}
	s.widen(v, v)
	s.count++
	s.accumulate(v)
	if !s.binned {
		if len(s.few) < Exact {
			s.few = append(s.few, v)
			return true
		}
		s.bin()
	}
	s.put(v)
	return true
}

// Merge adds all that other holds; other stays as it is.
func (s *Sketch) Merge(other *Sketch) {
	if other.count == 0 {
		return
	}
	s.widen(other.min, other.max)
	s.count += other.count
	s.accumulate(other.sum)
	s.accumulate(other.low)
	if !s.binned && !other.binned && len(s.few)+len(other.few) <= Exact {
		s.few = append(s.few, other.few...)
		return
	}
	s.bin()
	for _, v := range other.few {
		s.put(v)
	}
	s.zeros += other.zeros
	s.positive.merge(&other.positive)
	s.negative.merge(&other.negative)
}

// Reset empties the sketch and keeps its memory.
func (s *Sketch) Reset() {
	s.positive.reset()
	s.negative.reset()
	*s = Sketch{few: s.few[:0], positive: s.positive, negative: s.negative}
}

// Count returns how many values were added.
func (s *Sketch) Count() uint64 { return s.count }

// Sum returns the sum of the values; 0 of none.
func (s *Sketch) Sum() float64 { return s.sum + s.low }

// Mean returns the arithmetic mean of the values; 0 of none.
func (s *Sketch) Mean() float64 {
	if s.count == 0 {
		return 0
	}
	return s.Sum() / float64(s.count)
}

// Min returns the smallest value; 0 of none.
func (s *Sketch) Min() float64 { return s.min }

// Max returns the largest value; 0 of none.
func (s *Sketch) Max() float64 { return s.max }

// Quantile returns the value of rank ceil(q*Count), within RelativeError; q below 0 or above 1 means 0 or 1. It reports false if
// there are no values or q is not a number.
func (s *Sketch) Quantile(q float64) (v float64, ok bool) {
	if s.count == 0 || math.IsNaN(q) {
		return 0, false
	}
	rank := nearestRank(q, s.count)
	if !s.binned {
		sorted := slices.Clone(s.few)
		slices.Sort(sorted)
		return sorted[rank-1], true
	}
	switch rank {
	case 1:
		return s.min, true
	case s.count:
		return s.max, true
	}
	return min(max(s.ranked(rank), s.min), s.max), true
}

// nearestRank is ceil(q*n), from 1 to n.
func nearestRank(q float64, n uint64) uint64 {
	if q <= 0 {
		return 1
	}
	if q >= 1 {
		return n
	}
	return min(max(uint64(math.Ceil(q*float64(n))), 1), n)
}

// ranked finds the bin of a rank: first the negative values from the largest magnitude down, then zeros, then the positive ones.
func (s *Sketch) ranked(rank uint64) float64 {
	if rank <= s.negative.total {
		return -s.negative.at(s.negative.total - rank + 1)
	}
	rank -= s.negative.total
	if rank <= s.zeros {
		return 0
	}
	return s.positive.at(rank - s.zeros)
}

func (s *Sketch) widen(lo, hi float64) {
	if s.count == 0 {
		s.min, s.max = lo, hi
		return
	}
	s.min, s.max = min(s.min, lo), max(s.max, hi)
}

// accumulate adds to the sum without losing what rounding cuts off (Neumaier's summation).
func (s *Sketch) accumulate(v float64) {
	t := s.sum + v
	if math.IsInf(t, 0) {
		s.sum, s.low = t, 0
		return
	}
	if math.Abs(s.sum) >= math.Abs(v) {
		s.low += (s.sum - t) + v
	} else {
		s.low += (v - t) + s.sum
	}
	s.sum = t
}

// bin gives up the values themselves.
func (s *Sketch) bin() {
	if s.binned {
		return
	}
	s.binned = true
	for _, v := range s.few {
		s.put(v)
	}
	s.few = s.few[:0]
}

func (s *Sketch) put(v float64) {
	switch {
	case v > 0:
		s.positive.add(indexOf(v), 1)
	case v < 0:
		s.negative.add(indexOf(-v), 1)
	default:
		s.zeros++
	}
}

// Bytes returns about how much memory the sketch holds.
func (s *Sketch) Bytes() int {
	return 160 + 8*(cap(s.few)+cap(s.positive.counts)+cap(s.negative.counts))
}
