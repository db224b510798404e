// SPDX-License-Identifier: Apache-2.0

package recorder

import "sync/atomic"

// ring is the last entries, bounded by number and bytes. Each write has a place of its own, counted without end; a slot holds the entry of the
// newest place that has been written to it. All fields but the first are touched by atomic operations alone.
type ring struct {
	maxBytes int64
	slots    []atomic.Pointer[placed]
	next     atomic.Uint64 // the place of the next write
	tail     atomic.Uint64 // places below it have been given up
	bytes    atomic.Int64
}

// placed is an entry at its place.
type placed struct {
	place uint64
	entry *Entry
}

func newRing(entries int, bytes int64) *ring {
	return &ring{maxBytes: bytes, slots: make([]atomic.Pointer[placed], entries)}
}

func (r *ring) slot(place uint64) *atomic.Pointer[placed] {
	return &r.slots[place%uint64(len(r.slots))]
}

// put writes an entry and gives up old ones until the bytes are within their bound.
func (r *ring) put(e *Entry) {
	p := &placed{r.next.Add(1) - 1, e}
	for slot := r.slot(p.place); ; {
		old := slot.Load()
		if old != nil && old.place > p.place {
			return // this writer was held up for a whole round: its entry is old by now
		}
		if slot.CompareAndSwap(old, p) {
			r.bytes.Add(e.size())
			if old != nil {
				r.bytes.Add(-old.entry.size())
			}
			if r.tail.Load() > p.place { // given up before it was there
				r.drop(slot, p)
			}
			break
		}
	}
	for r.bytes.Load() > r.maxBytes {
		if !r.giveUp(p.place) {
			return
		}
	}
}

// giveUp drops the oldest entry, unless it is the one at the newest place; then it reports false.
func (r *ring) giveUp(newest uint64) bool {
	t := r.tail.Load()
	if n := uint64(len(r.slots)); newest >= n && t < newest-n+1 { // what is further back has been overwritten
		r.tail.CompareAndSwap(t, newest-n+1)
		return true
	}
	if t >= newest {
		return false
	}
	if r.tail.CompareAndSwap(t, t+1) {
		slot := r.slot(t)
		if old := slot.Load(); old != nil && old.place == t {
			r.drop(slot, old)
		}
	}
	return true
}

// drop empties a slot that still holds an entry.
func (r *ring) drop(slot *atomic.Pointer[placed], p *placed) {
	if slot.CompareAndSwap(p, nil) {
		r.bytes.Add(-p.entry.size())
	}
}

// last appends up to n entries that fit, newest first.
func (r *ring) last(n int, fits func(*Entry) bool) (out []*Entry) {
	end := r.next.Load()
	begin := r.tail.Load()
	if size := uint64(len(r.slots)); end > size {
		begin = max(begin, end-size)
	}
	for place := end; place > begin && len(out) < n; place-- {
		if p := r.slot(place - 1).Load(); p != nil && p.place == place-1 && fits(p.entry) {
			out = append(out, p.entry)
		}
	}
	return out
}

// kept counts the entries.
func (r *ring) kept() (n int) {
	for i := range r.slots {
		if r.slots[i].Load() != nil {
			n++
		}
	}
	return n
}
