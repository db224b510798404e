// SPDX-License-Identifier: Apache-2.0

package index

import (
	"math"
	"slices"
	"sort"

	"mabeam.dev/agents/query"
)

// bands is an ordered index: the slots by the band that a measure is in, four bands to a power of two. It is changed as slots are.
type bands struct {
	edit uint64
	list []band // in the order of no, none empty
}

type band struct {
	no uint16
	*set
}

// banded are the columns with bands; bandOf is where a column's stand in a View.
var banded = [...]query.Column{
	query.ColumnMemoryFree, query.ColumnCPUFree, query.ColumnQueue,
	query.ColumnP99, query.ColumnSuccessRate, query.ColumnThroughput,
}

// bandsOf is where the bands of a column stand in banded; -1 for none.
var bandsOf = func() (at [query.Columns]int8) {
	for c := range at {
		at[c] = int8(slices.Index(banded[:], query.Column(c)))
	}
	return at
}()

// bandNo returns the band of a value. It never orders two values the other way round. Success rates are taken as their distance from 1,
// where they crowd.
func bandNo(c query.Column, v query.Value) uint16 {
	f := v.Number()
	if c == query.ColumnSuccessRate {
		f--
	}
	return uint16(query.OrderedBits(f) >> 50)
}

// exact reports whether all values in a band are the same one.
func exact(c query.Column, no uint16) bool {
	switch c {
	case query.ColumnQueue, query.ColumnMemoryFree:
		return no >= zeroBand && no < uint16(query.OrderedBits(8)>>50)
	case query.ColumnSuccessRate:
		return no == zeroBand
	}
	return false
}

var zeroBand = uint16(query.OrderedBits(0) >> 50)

// find returns where a band is or would be.
func (b *bands) find(no uint16) (int, bool) {
	i := sort.Search(len(b.list), func(i int) bool { return b.list[i].no >= no })
	return i, i < len(b.list) && b.list[i].no == no
}

func (b *bands) own(edit uint64) {
	if b.edit != edit {
		b.edit, b.list = edit, append(make([]band, 0, len(b.list)+1), b.list...)
	}
}

func (b *bands) add(edit uint64, no uint16, slot uint32) {
	b.own(edit)
	i, ok := b.find(no)
	if !ok {
		b.list = slices.Insert(b.list, i, band{no: no})
	}
	b.list[i].set = b.list[i].with(edit, slot)
}

func (b *bands) remove(edit uint64, no uint16, slot uint32) {
	b.own(edit)
	i, ok := b.find(no)
	if !ok {
		return
	}
	if b.list[i].set = b.list[i].without(edit, slot); b.list[i].set == nil {
		b.list = slices.Delete(b.list, i, i+1)
	}
}

// bandLow returns the least number of a band.
func bandLow(c query.Column, no uint16) float64 {
	bits := uint64(no) << 50
	f := math.Float64frombits(bits &^ (1 << 63))
	if bits&(1<<63) == 0 {
		f = math.Float64frombits(^bits)
	}
	if c == query.ColumnSuccessRate {
		f++
	}
	return f
}
