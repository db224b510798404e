// SPDX-License-Identifier: Apache-2.0

package sketch

import "math"

const (
	// perOctave is into how many bins of equal width the values between two powers of two are divided: log-linear.
	perOctave = 64
	// MaxBins bounds the bins for the values of one sign: 32 octaves.
	MaxBins = 32 * perOctave
	// RelativeError bounds how far a quantile is from the true one: half a bin's width over the smallest value in it.
	RelativeError = 1.0 / (2 * perOctave)
)

// bins are counts by magnitude, for a range of neighbouring indexes.
type bins struct {
	first  int      // the index of counts[0]
	counts []uint64 // never longer than MaxBins
	total  uint64
}

// indexOf numbers the bins: larger values have larger numbers. v is positive and finite.
func indexOf(v float64) int {
	fraction, exponent := math.Frexp(v) // fraction is at least 1/2 and less than 1
	return exponent*perOctave + int((fraction-0.5)*2*perOctave)
}

// middleOf is the middle of a bin.
func middleOf(index int) float64 {
	exponent := floorDiv(index, perOctave)
	sub := index - exponent*perOctave
	fraction := 0.5 + (float64(sub)+0.5)/(2*perOctave)
	return math.Ldexp(fraction, exponent)
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// add counts n values in a bin. What lies more than MaxBins below the largest bin is counted in the lowest one that is kept, so the
// outcome does not depend on the order of the values.
func (b *bins) add(index int, n uint64) {
	if n == 0 {
		return
	}
	b.total += n
	if len(b.counts) == 0 {
		b.first, b.counts = index, append(b.counts[:0], n)
		return
	}
	switch last := b.first + len(b.counts) - 1; {
	case index > last:
		b.raise(index)
	case index < b.first:
		index = max(index, last-MaxBins+1)
		b.lower(index)
	}
	b.counts[index-b.first] += n
}

// raise makes index the last bin and collapses what is then too far below it.
func (b *bins) raise(index int) {
	floor := index - MaxBins + 1
	if over := floor - b.first; over > 0 {
		over = min(over, len(b.counts))
		var sum uint64
		for _, n := range b.counts[:over] {
			sum += n
		}
		b.counts = append(b.counts[:0], b.counts[over:]...)
		b.first += over
		if len(b.counts) == 0 {
			b.first = floor
			b.counts = append(b.counts, 0)
		}
		b.counts[0] += sum
	}
	for b.first+len(b.counts) <= index {
		b.counts = append(b.counts, 0)
	}
}

// lower makes index the first bin.
func (b *bins) lower(index int) {
	more := b.first - index
	if more <= 0 {
		return
	}
	old := len(b.counts)
	for range more {
		b.counts = append(b.counts, 0)
	}
	copy(b.counts[more:], b.counts[:old])
	clear(b.counts[:more])
	b.first = index
}

func (b *bins) merge(other *bins) {
	for i := len(other.counts) - 1; i >= 0; i-- { // from the top, so that the floor is known at once
		b.add(other.first+i, other.counts[i])
	}
}

// at returns the middle of the bin that holds a rank, counted from 1 and from the smallest magnitude.
func (b *bins) at(rank uint64) float64 {
	var seen uint64
	for i, n := range b.counts {
		if seen += n; seen >= rank {
			return middleOf(b.first + i)
		}
	}
	return middleOf(b.first + len(b.counts) - 1)
}

func (b *bins) reset() { *b = bins{counts: b.counts[:0]} }
