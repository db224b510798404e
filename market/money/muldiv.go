// SPDX-License-Identifier: Apache-2.0

package money

import (
	"fmt"
	"math/bits"
)

// Round says where a result goes that is no whole number of micro-units. The zero Round is none: who divides decides.
type Round uint8

// The directions.
const (
	Down     Round = iota + 1 // towards minus infinity: the result is never more than the exact one
	Up                        // towards plus infinity: the result is never less than the exact one
	HalfEven                  // to the nearest, and in the middle to the even one
)

// String returns the word for the direction.
func (r Round) String() string {
	switch r {
	case Down:
		return "down"
	case Up:
		return "up"
	case HalfEven:
		return "half-even"
	}
	return fmt.Sprintf("money.Round(%d)", uint8(r))
}

// MulDiv returns a * num / den, rounded as told. The product has 128 bits: only a result that does not fit is ErrOverflow. A divisor that is
// not positive, and a Round that is none of the three, are ErrInvalidAmount.
func MulDiv(a Amount, num, den int64, r Round) (Amount, error) {
	if den <= 0 || r < Down || r > HalfEven {
		return 0, fmt.Errorf("money: %d * %d / %d rounded %v: %w", int64(a), num, den, r, ErrInvalidAmount)
	}
	negative := (a < 0) != (num < 0)
	hi, lo := bits.Mul64(magnitude(int64(a)), magnitude(num))
	if hi >= uint64(den) {
		return 0, fmt.Errorf("money: %d * %d / %d: %w", int64(a), num, den, ErrOverflow)
	}
	q, rest := bits.Div64(hi, lo, uint64(den))
	if away(r, q, rest, uint64(den), negative) {
		q++ // q + 1 <= 2^64 - 1, since den > 1 where there is a rest
	}
	v, ok := signed(q, negative && q != 0)
	if !ok {
		return 0, fmt.Errorf("money: %d * %d / %d: %w", int64(a), num, den, ErrOverflow)
	}
	return v, nil
}

// away reports whether a quotient's magnitude grows by one for what is left.
func away(r Round, q, rest, den uint64, negative bool) bool {
	if rest == 0 {
		return false
	}
	switch r {
	case Down:
		return negative
	case Up:
		return !negative
	default:
		return rest > den-rest || rest == den-rest && q%2 == 1 // rest against den/2, without doubling it
	}
}
