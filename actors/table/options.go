// SPDX-License-Identifier: Apache-2.0

package table

import (
	"errors"
	"fmt"
)

// Kind is what a table keeps for a key.
type Kind uint8

// The kinds of tables.
const (
	// KindSet is one value for each key; see [Set].
	KindSet Kind = iota
	// KindBag is several distinct values for each key; see [Bag].
	KindBag
	// KindOrdered is one value for each key, and the keys are sorted; see [Ordered].
	KindOrdered
)

// String returns OTP's word for the kind: set, bag, ordered_set.
func (k Kind) String() string {
	switch k {
	case KindSet:
		return "set"
	case KindBag:
		return "bag"
	case KindOrdered:
		return "ordered_set"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Access says who may do what with a table.
type Access uint8

// The three ways to share a table.
const (
	// Protected lets anybody read and the owner alone write; the default, as in OTP.
	Protected Access = iota
	// Private lets the owner alone read and write.
	Private
	// Public lets everybody read and write, one key at a time: for counters and caches.
	Public
)

// String returns OTP's word for the access: protected, private, public.
func (a Access) String() string {
	switch a {
	case Protected:
		return "protected"
	case Private:
		return "private"
	case Public:
		return "public"
	}
	return fmt.Sprintf("access(%d)", uint8(a))
}

// Options set up a table. The zero value is a protected table without a bound.
type Options struct {
	// Access says who reads and writes; the default is Protected.
	Access Access
	// Limit is how many pairs the table takes; a write that would make one more is refused with [ErrFull]. 0 means no limit.
	Limit int
	// CountReads has look-ups by key counted, for [Info]. It makes each take about half as long again.
	CountReads bool
}

// Validate returns all that is wrong with the options.
func (o Options) Validate() error {
	var wrong []error
	if o.Access > Public {
		wrong = append(wrong, fmt.Errorf("table: options: access %d is none of protected, private and public", o.Access))
	}
	if o.Limit < 0 {
		wrong = append(wrong, fmt.Errorf("table: options: limit %d is negative", o.Limit))
	}
	return errors.Join(wrong...)
}
