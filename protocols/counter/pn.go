// SPDX-License-Identifier: Apache-2.0

package counter

import (
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
)

// PN is a counter that replicas count up and down apart from one another. It encodes as JSON. The zero PN is 0.
type PN struct {
	// Slots has what each replica has counted; nobody but the replica changes its own.
	Slots map[string]Slot `json:"slots,omitempty"`
}

// Slot is what one replica has counted so far. Both numbers only grow.
type Slot struct {
	// Up is the sum of what was counted up, Down of what was counted down.
	Up   uint64 `json:"up,omitempty"`
	Down uint64 `json:"down,omitempty"`
}

// Add counts in the name of a replica: up, or down if delta is negative.
func (c *PN) Add(replica string, delta int64) error {
	if replica == "" {
		return fmt.Errorf("%w: no name", ErrReplica)
	}
	s := c.Slots[replica]
	to, by := &s.Up, uint64(delta)
	if delta < 0 {
		to, by = &s.Down, -uint64(delta)
	}
	sum, carry := bits.Add64(*to, by, 0)
	if carry > 0 {
		return ErrOverflow
	}
	*to = sum
	if c.Slots == nil {
		c.Slots = map[string]Slot{}
	}
	c.Slots[replica] = s
	return nil
}

// Inc counts one up.
func (c *PN) Inc(replica string) error { return c.Add(replica, 1) }

// Dec counts one down.
func (c *PN) Dec(replica string) error { return c.Add(replica, -1) }

// Merge takes in what another copy knows.
func (c *PN) Merge(d PN) {
	for replica, s := range d.Slots { // each apart: the order does not matter
		mine := c.Slots[replica]
		if c.Slots == nil {
			c.Slots = map[string]Slot{}
		}
		c.Slots[replica] = Slot{max(mine.Up, s.Up), max(mine.Down, s.Down)}
	}
}

// Value returns the count; ErrOverflow if it fits into no int64, although each slot is right.
func (c *PN) Value() (int64, error) {
	var up, down wide
	for _, s := range c.Slots { // sums: the order does not matter
		up.add(s.Up)
		down.add(s.Down)
	}
	low, borrow := bits.Sub64(up.low, down.low, 0)
	high, _ := bits.Sub64(up.high, down.high, borrow)
	if high == 0 && low <= math.MaxInt64 || high == math.MaxUint64 && low > math.MaxInt64 {
		return int64(low), nil
	}
	return 0, ErrOverflow
}

// Replicas returns who has counted, sorted.
func (c *PN) Replicas() []string { return slices.Sorted(maps.Keys(c.Slots)) }

// wide is a sum of 128 bits.
type wide struct{ high, low uint64 }

func (w *wide) add(n uint64) {
	var carry uint64
	w.low, carry = bits.Add64(w.low, n, 0)
	w.high += carry
}
