// SPDX-License-Identifier: Apache-2.0

package counter

import (
	"encoding/json"
	"fmt"
	"math"

	"mabeam.dev/actors/fault"
)

// Sentinels of the conditions that callers branch on.
var (
	// ErrOverflow is returned when a count does not fit into 64 bits.
	ErrOverflow = fault.New(1965, "counter: too large a number")
	// ErrReplica is returned for a replica or amount that cannot be.
	ErrReplica = fault.New(1966, "counter: not a replica, or not an amount")
	// ErrBounds is what a *BoundsError is.
	ErrBounds = fault.New(4831, "counter: out of bounds")
	// ErrShare is what a *ShareError is.
	ErrShare = fault.New(4832, "counter: more than the own share")
)

// BoundsError says what was to be counted.
type BoundsError struct {
	// Value is the count as it stays, Delta what was to be added.
	Value, Delta int64
	// Min and Max are the bounds, both included.
	Min, Max int64
}

// Error names the count, the change and the bounds.
func (e *BoundsError) Error() string {
	return fmt.Sprintf("counter: %d and %d is not within %d and %d", e.Value, e.Delta, e.Min, e.Max)
}

// Unwrap returns ErrBounds.
func (*BoundsError) Unwrap() error { return ErrBounds }

// FaultCode is E4831.
func (*BoundsError) FaultCode() fault.Code { return 4831 }

// Linear is one number within bounds. With one owner who takes one step at a time it is linearizable. The zero Linear counts from 0 over the
// whole range.
type Linear struct {
	value    int64
	min, max int64
	bounded  bool
}

// NewLinear makes a counter that begins at value and stays between min and max, both included. *BoundsError if it does not begin there.
func NewLinear(value, min, max int64) (*Linear, error) {
	if value < min || value > max {
		return nil, &BoundsError{Value: value, Min: min, Max: max}
	}
	return &Linear{value: value, min: min, max: max, bounded: true}, nil
}

// Get returns the count.
func (c *Linear) Get() int64 { return c.value }

// Bounds returns the bounds, both included.
func (c *Linear) Bounds() (min, max int64) {
	if !c.bounded {
		return math.MinInt64, math.MaxInt64
	}
	return c.min, c.max
}

// Add counts and returns the new count; *BoundsError leaves it as it was, and returns that.
func (c *Linear) Add(delta int64) (int64, error) {
	min, max := c.Bounds()
	sum := c.value + delta // wraps round where it does not fit
	if delta > 0 && sum < c.value || delta < 0 && sum > c.value || sum < min || sum > max {
		return c.value, &BoundsError{Value: c.value, Delta: delta, Min: min, Max: max}
	}
	c.value = sum
	return c.value, nil
}

// CompareAndSwap makes the count new if it is old, and reports whether it was; *BoundsError leaves it as it was.
func (c *Linear) CompareAndSwap(old, new int64) (bool, error) {
	if min, max := c.Bounds(); new < min || new > max {
		return false, &BoundsError{Value: c.value, Delta: new - c.value, Min: min, Max: max} // the difference wraps where it does not fit
	}
	if c.value != old {
		return false, nil
	}
	c.value = new
	return true, nil
}

type storedLinear struct {
	Value  int64     `json:"value"`
	Bounds *[2]int64 `json:"bounds,omitempty"`
}

// MarshalJSON writes the whole state.
func (c *Linear) MarshalJSON() ([]byte, error) {
	s := storedLinear{Value: c.value}
	if c.bounded {
		s.Bounds = &[2]int64{c.min, c.max}
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Linear) UnmarshalJSON(data []byte) error {
	var s storedLinear
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("counter: %w", err)
	}
	if s.Bounds == nil {
		*c = Linear{value: s.Value}
		return nil
	}
	n, err := NewLinear(s.Value, s.Bounds[0], s.Bounds[1])
	if err == nil {
		*c = *n
	}
	return err
}
