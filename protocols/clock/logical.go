// SPDX-License-Identifier: Apache-2.0

package clock

import (
	"fmt"
	"maps"
	"slices"

	"mabeam.dev/actors/fault"
)

// Errors of clocks.
var (
	// ErrEpoch is returned when two vectors are of different sets of members.
	ErrEpoch = fault.New(1967, "clock: vectors of different epochs")
	// ErrRange is returned for a time that no timestamp can have.
	ErrRange = fault.New(1968, "clock: the time is out of range")
	// ErrClockDrift is what a *DriftError is.
	ErrClockDrift = fault.New(4841, "clock: a remote clock is too far ahead")
)

// Lamport is a logical clock; the zero value has seen nothing.
type Lamport uint64

// Tick returns the time of an event of one's own, such as a send.
func (l *Lamport) Tick() uint64 {
	*l++
	return uint64(*l)
}

// Observe returns the time of the receipt of a message that was sent at a remote time.
func (l *Lamport) Observe(remote uint64) uint64 {
	*l = max(*l, Lamport(remote))
	return l.Tick()
}

// Order is how one vector stands to another.
type Order uint8

// The orders.
const (
	// Equal: they have seen the same.
	Equal Order = iota
	// Before: the other has seen everything that this one has, and more.
	Before
	// After: this one has seen everything that the other has, and more.
	After
	// Concurrent: each has seen something that the other has not.
	Concurrent
)

var orders = [...]string{"equal", "before", "after", "concurrent"}

// String returns the word for the order.
func (o Order) String() string {
	if int(o) < len(orders) {
		return orders[o]
	}
	return "unknown"
}

// Vector is a vector clock. It encodes as JSON. The zero Vector has seen nothing, in epoch 0.
type Vector struct {
	// Epoch counts the changes of the set of members: see Prune.
	Epoch uint64 `json:"epoch,omitempty"`
	// Counts has the number of events of each member that are known.
	Counts map[string]uint64 `json:"counts,omitempty"`
}

// Tick counts an event of a member.
func (v *Vector) Tick(member string) {
	if v.Counts == nil {
		v.Counts = map[string]uint64{}
	}
	v.Counts[member]++
}

// Merge takes in what another vector has seen; ErrEpoch if it is of another epoch.
func (v *Vector) Merge(w Vector) error {
	if v.Epoch != w.Epoch {
		return v.epochs(w)
	}
	if v.Counts == nil {
		v.Counts = map[string]uint64{}
	}
	for m, n := range w.Counts { // each apart: the order does not matter
		v.Counts[m] = max(v.Counts[m], n)
	}
	return nil
}

func (v *Vector) epochs(w Vector) error {
	return fmt.Errorf("%w: %d and %d", ErrEpoch, v.Epoch, w.Epoch)
}

// Compare tells how v stands to w; ErrEpoch if they are of different epochs.
func (v *Vector) Compare(w Vector) (Order, error) {
	if v.Epoch != w.Epoch {
		return Concurrent, v.epochs(w)
	}
	less, more := false, false
	for m, n := range v.Counts { // the order does not matter
		more = more || n > w.Counts[m]
	}
	for m, n := range w.Counts {
		less = less || n > v.Counts[m]
	}
	switch {
	case less && more:
		return Concurrent, nil
	case less:
		return Before, nil
	case more:
		return After, nil
	}
	return Equal, nil
}

// Prune brings a vector to the members of a later epoch: counts of who has departed are dropped. It is right once everybody who stays has seen
// all events of the departed. An earlier epoch than the vector's is ErrEpoch.
func (v *Vector) Prune(epoch uint64, members []string) error {
	if epoch < v.Epoch {
		return fmt.Errorf("%w: %d after %d", ErrEpoch, epoch, v.Epoch)
	}
	v.Epoch = epoch
	maps.DeleteFunc(v.Counts, func(m string, _ uint64) bool { return !slices.Contains(members, m) })
	return nil
}

// Members returns who is counted, sorted.
func (v *Vector) Members() []string { return slices.Sorted(maps.Keys(v.Counts)) }
