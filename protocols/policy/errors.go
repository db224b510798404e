// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"
	"slices"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/machine"
)

// maxWeight bounds a weight, so that no sum of them overflows.
const maxWeight = 1_000_000_000

// RuleError is what cannot be in rules.
type RuleError struct {
	Key    string // kind, prefer, weights or rating
	Reason string // what is wrong
}

// Error names the key.
func (e *RuleError) Error() string { return fmt.Sprintf("policy: %s: %s", e.Key, e.Reason) }

// FaultCode is E1944.
func (*RuleError) FaultCode() fault.Code { return 1944 }

// Validate returns every mistake, joined.
func (r Rules) Validate() error {
	var all []error
	bad := func(wrong bool, key, reason string) {
		if wrong {
			all = append(all, &RuleError{key, reason})
		}
	}
	bad(!slices.Contains(Kinds(), string(r.Kind)), "kind", fmt.Sprintf("%q is none", string(r.Kind)))
	bad((r.Kind == Prefer) != (len(r.Prefer) > 0), "prefer", "the policy prefer, and no other, has an order of preference")
	bad((r.Kind == Weighted) != (len(r.Weights) > 0), "weights", "the policy weighted, and no other, has weights")
	for _, w := range r.Weights { // in no order: what is said is the same for all
		if w <= 0 || w > maxWeight {
			bad(true, "weights", fmt.Sprintf("a weight is not from 1 to %d", maxWeight))
			break
		}
	}
	bad(slices.Contains(r.Prefer, ""), "prefer", "an option is empty")
	bad(r.Rating != nil && (*r.Rating < 0 || *r.Rating > machine.One), "rating", "it is not from 0 to 1,000,000")
	return errors.Join(all...)
}
