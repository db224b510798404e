// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"fmt"
)

// Keys says how many registrations a key may have.
type Keys uint8

// The kinds of keys.
const (
	// Unique keys are held by one process at a time: names.
	Unique Keys = iota
	// Duplicate keys are held by any number of processes, and by one process any number of times: topics.
	Duplicate
)

// String returns the word: unique or duplicate.
func (k Keys) String() string {
	switch k {
	case Unique:
		return "unique"
	case Duplicate:
		return "duplicate"
	}
	return fmt.Sprintf("Keys(%d)", uint8(k))
}

// Spec describes a registry. The zero value is a registry without a name, with unique keys, in one partition.
type Spec struct {
	// Name is unique in the system, among all names of processes; Open finds the registry by it. Empty means none.
	Name string
	// Keys: zero is Unique.
	Keys Keys
	// Partitions is how many parts the keys are spread over; changes in different parts do not wait for one another, and listeners hear of them
	// in no fixed order. 0 means 1.
	Partitions int
}

// Validate returns all that is wrong with the spec.
func (s Spec) Validate() error {
	var wrong []error
	if s.Keys > Duplicate {
		wrong = append(wrong, fmt.Errorf("registry: spec %q: %s: want Unique or Duplicate", s.Name, s.Keys))
	}
	if s.Partitions < 0 {
		wrong = append(wrong, fmt.Errorf("registry: spec %q: %d partitions: want at least 1", s.Name, s.Partitions))
	}
	return errors.Join(wrong...)
}
