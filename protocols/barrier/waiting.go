// SPDX-License-Identifier: Apache-2.0

package barrier

import (
	"slices"
	"time"
)

// Missing returns those whose arrival the others wait for, in the order in which they came; known is false if anybody could be one: at a cyclic barrier, and
// at a double barrier that lets in.
func (b *Barrier) Missing() (members []string, known bool) {
	if b.spec.Kind != Phaser && !b.inside {
		return nil, false
	}
	for _, m := range b.members {
		if !b.waiting[m] {
			members = append(members, m)
		}
	}
	return members, true
}

// Has reports whether somebody is a member of a phaser, or inside a double barrier.
func (b *Barrier) Has(member string) bool { return b.among[member] }

// Withdraw takes an arrival back as if it had not come: nobody passes by it, nothing breaks, and the member stays one. False if it does not wait.
func (b *Barrier) Withdraw(id string) bool {
	member := b.ids[id]
	if member == "" {
		return false
	}
	b.arrived = slices.DeleteFunc(b.arrived, func(a Arrival) bool { return a.ID == id })
	delete(b.ids, id)
	delete(b.waiting, member)
	b.first = time.Time{}
	for _, w := range b.arrived {
		if !w.Until.IsZero() && (b.first.IsZero() || w.Until.Before(b.first)) {
			b.first = w.Until
		}
	}
	return true
}
