// SPDX-License-Identifier: Apache-2.0

package index

import "slices"

// slots is a persistent vector of rows by slot number. A chunk has as many rows as a leaf of a set has bits.
type slots struct {
	edit   uint64
	chunks []*chunk
}

type chunk struct {
	edit  uint64
	pages [64]*page
}

type page struct {
	edit uint64
	rows [64]*Row
}

// get returns the row in a slot, or nil. The slot is below what was ever set.
func (s *slots) get(slot uint32) *Row {
	return s.chunks[slot>>leafBits].pages[slot>>6&63].rows[slot&63]
}

// set puts a row, or nil, into a slot. Only the view that an edit makes is changed.
func (s *slots) set(edit uint64, slot uint32, r *Row) {
	if s.edit != edit {
		s.edit, s.chunks = edit, slices.Clone(s.chunks)
	}
	no := slot >> leafBits
	for int(no) >= len(s.chunks) {
		s.chunks = append(s.chunks, &chunk{edit: edit})
	}
	c := s.chunks[no]
	if c.edit != edit {
		c = &chunk{edit: edit, pages: c.pages}
		s.chunks[no] = c
	}
	p := c.pages[slot>>6&63]
	switch {
	case p == nil:
		p = &page{edit: edit}
	case p.edit != edit:
		p = &page{edit: edit, rows: p.rows}
	}
	c.pages[slot>>6&63] = p
	p.rows[slot&63] = r
}
