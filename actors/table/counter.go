// SPDX-License-Identifier: Apache-2.0

package table

import "unsafe"

// Integer is what a counter can be.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64
}

// Counter says how [UpdateCounter] counts. The zero value counts from 0 over the whole range of the type, and stays at its ends.
type Counter[V Integer] struct {
	// Init is what a key that is missing counts from.
	Init V
	// Min and Max are the bounds, both included; both 0 means those of the type.
	Min, Max V
	// Wrap makes a count that passes a bound go on from the other one; otherwise it stays at the bound.
	Wrap bool
}

// bounds returns the bounds that hold.
func (c Counter[V]) bounds() (low, high V) {
	if c.Min != 0 || c.Max != 0 {
		return c.Min, c.Max
	}
	high = V(uint64(1)<<(8*unsafe.Sizeof(high)-1) - 1)
	return -high - 1, high
}

// add returns the count after delta.
func (c Counter[V]) add(count, delta V) V {
	low, high := c.bounds()
	sum := count + delta
	above := delta > 0 && (sum < count || sum > high)
	below := delta < 0 && (sum > count || sum < low)
	switch {
	case above && c.Wrap, !above && !below && sum < low:
		return low
	case below && c.Wrap, !above && !below && sum > high:
		return high
	case above:
		return high
	case below:
		return low
	}
	return sum
}

// Keyed is a handle of a table with one value for each key: *[Set] or *[Ordered].
type Keyed[K, V any] interface {
	// Name returns the table's name; empty for one without.
	Name() string
	change(op string, key K, next func(old V, found bool) (V, verdict)) (V, error)
}

// UpdateCounter adds delta to the count of a key, within the counter's bounds, and returns the new count. It is one atomic step. Errors are
// those of [Set.Put], and [ErrBounds].
func UpdateCounter[K any, V Integer](t Keyed[K, V], key K, delta V, c Counter[V]) (V, error) {
	const op = "update counter in"
	if low, high := c.bounds(); low > high {
		return 0, &OpError{op, t.Name(), ErrBounds}
	}
	return t.change(op, key, func(old V, found bool) (V, verdict) {
		if !found {
			old = c.Init
		}
		return c.add(old, delta), put
	})
}

// CompareAndSwap gives a key a new value if it has the old one, in one atomic step; done reports whether it had. Errors are those of
// [Set.Put]. An old value that cannot be compared, in an interface type, is a panic.
func CompareAndSwap[K any, V comparable](t Keyed[K, V], key K, old, val V) (done bool, err error) {
	comparing(old)
	_, err = t.change("compare and swap in", key, func(now V, found bool) (V, verdict) {
		done = found && now == old
		if !done {
			return now, keep
		}
		return val, put
	})
	return done && err == nil, err
}
