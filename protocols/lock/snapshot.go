// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// version is that of the encoding.
const version = 1

// snapshot is a space as it is encoded.
type snapshot struct {
	Version  int      `json:"version"`
	Options  Options  `json:"options"`
	Epoch    uint32   `json:"epoch"`
	Seq      uint64   `json:"seq"`
	Arrivals uint64   `json:"arrivals"`
	Names    []name   `json:"names,omitempty"`
	Claims   []*claim `json:"claims,omitempty"` // holders first, each name's in the order of their grants; then who waits, in the order of arrival
}

// name is what the claims do not tell of one.
type name struct {
	Name      string `json:"name"`
	Semaphore bool   `json:"semaphore,omitempty"`
	Size      int    `json:"size,omitempty"`
	After     Mode   `json:"after,omitempty"`
}

// Encode writes the whole state. Equal states are equal bytes.
func (s *Space) Encode() []byte {
	snap := snapshot{Version: version, Options: s.o, Epoch: s.epoch, Seq: s.seq, Arrivals: s.arrivals}
	var waiting []*claim
	for _, n := range slices.Sorted(maps.Keys(s.names)) {
		o := s.names[n]
		snap.Names = append(snap.Names, name{n, o.semaphore, o.size, o.after})
		snap.Claims = append(snap.Claims, o.holders...)
		waiting = append(append(waiting, o.queue...), o.readers...)
	}
	slices.SortFunc(waiting, func(a, b *claim) int { return cmp.Compare(a.Seq, b.Seq) })
	snap.Claims = append(snap.Claims, waiting...)
	data, err := json.Marshal(snap)
	if err != nil {
		panic(err) // nothing in it can be refused
	}
	return data
}

// Decode makes the space that was encoded, with the same epoch: see Rebuilt. ErrSnapshot says that data is not what Encode wrote.
func Decode(data []byte) (*Space, error) {
	var snap snapshot
	if err := json.Unmarshal(data, &snap); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	if snap.Version != version || snap.Epoch == 0 {
		return nil, fmt.Errorf("%w: version %d, epoch %d", ErrSnapshot, snap.Version, snap.Epoch)
	}
	s := New(snap.Options)
	s.epoch, s.seq, s.arrivals = snap.Epoch, snap.Seq, snap.Arrivals
	for _, n := range snap.Names {
		s.names[n.Name] = &object{name: n.Name, semaphore: n.Semaphore, size: n.Size, after: n.After}
	}
	for _, c := range snap.Claims {
		o := s.names[c.Name]
		if o == nil || s.claims[c.ID] != nil || c.Seq > snap.Arrivals {
			return nil, fmt.Errorf("%w: claim %q", ErrSnapshot, c.ID)
		}
		s.claims[c.ID] = c
		if at := c.Until; !at.IsZero() {
			s.end(c, at)
		}
		switch {
		case c.held():
			o.holders = append(o.holders, c)
			o.used += c.Count
		case c.Mode == Shared:
			o.readers = append(o.readers, c)
		default:
			at, _ := slices.BinarySearchFunc(o.queue, c, (*claim).before)
			o.queue = slices.Insert(o.queue, at, c)
		}
	}
	for _, c := range slices.SortedFunc(maps.Values(s.claims), func(a, b *claim) int { return cmp.Compare(a.Seq, b.Seq) }) {
		s.owners[c.Owner] = append(s.owners[c.Owner], c)
	}
	return s, nil
}
