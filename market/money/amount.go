// SPDX-License-Identifier: Apache-2.0

package money

import (
	"fmt"
	"math"
	"math/bits"
)

// Amount is money in micro-units (millionths of a unit), or a number of whole pieces of a good.
type Amount int64

// Unit is one whole unit of a currency.
const Unit Amount = 1_000_000

// The ends of what an Amount can be.
const (
	Max Amount = math.MaxInt64
	Min Amount = math.MinInt64
)

// Add returns a + b, or ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if c := a + b; (c > a) == (b > 0) {
		return c, nil
	}
	return 0, fmt.Errorf("money: add %v and %v: %w", a, b, ErrOverflow)
}

// Sub returns a - b, or ErrOverflow.
func (a Amount) Sub(b Amount) (Amount, error) {
	if c := a - b; (c < a) == (b > 0) {
		return c, nil
	}
	return 0, fmt.Errorf("money: subtract %v from %v: %w", b, a, ErrOverflow)
}

// Neg returns -a, or ErrOverflow for Min.
func (a Amount) Neg() (Amount, error) {
	if a == Min {
		return 0, fmt.Errorf("money: negate %v: %w", a, ErrOverflow)
	}
	return -a, nil
}

// Mul returns a times a whole number: the price of n pieces, for example.
func (a Amount) Mul(n int64) (Amount, error) {
	hi, lo := bits.Mul64(magnitude(int64(a)), magnitude(n))
	if v, ok := signed(lo, (a < 0) != (n < 0)); ok && hi == 0 {
		return v, nil
	}
	return 0, fmt.Errorf("money: multiply %v by %d: %w", a, n, ErrOverflow)
}

// magnitude is |v|, also of the smallest int64.
func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// signed gives a magnitude its sign back, if the result is an Amount.
func signed(m uint64, negative bool) (Amount, bool) {
	switch {
	case negative && m <= 1<<63:
		return Amount(-m), true
	case !negative && m < 1<<63:
		return Amount(m), true
	}
	return 0, false
}
