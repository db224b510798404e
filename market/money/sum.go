// SPDX-License-Identifier: Apache-2.0

package money

import (
	"fmt"
	"math/bits"
)

// Sum adds amounts in 128 bits: no order of them overflows on the way, up to 2^63 amounts. The zero Sum is 0; a Sum may be copied and compared.
type Sum struct {
	hi int64
	lo uint64
}

// Add adds an amount.
func (s *Sum) Add(a Amount) {
	lo, carry := bits.Add64(s.lo, uint64(a), 0)
	s.lo = lo
	s.hi += int64(a)>>63 + int64(carry)
}

// Sub takes an amount away.
func (s *Sum) Sub(a Amount) {
	lo, borrow := bits.Sub64(s.lo, uint64(a), 0)
	s.lo = lo
	s.hi -= int64(a)>>63 + int64(borrow)
}

// AddMul adds a times n, exactly.
func (s *Sum) AddMul(a Amount, n int64) {
	hi, lo := bits.Mul64(magnitude(int64(a)), magnitude(n))
	var carry uint64
	if (a < 0) != (n < 0) {
		s.lo, carry = bits.Sub64(s.lo, lo, 0)
		s.hi -= int64(hi) + int64(carry)
		return
	}
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi += int64(hi) + int64(carry)
}

// Neg returns -s.
func (s Sum) Neg() Sum {
	lo, borrow := bits.Sub64(0, s.lo, 0)
	return Sum{-s.hi - int64(borrow), lo}
}

// Sign is -1, 0 or 1.
func (s Sum) Sign() int {
	switch {
	case s.hi < 0:
		return -1
	case s.hi == 0 && s.lo == 0:
		return 0
	}
	return 1
}

// Cmp is the sign of s - t.
func (s Sum) Cmp(t Sum) int {
	switch {
	case s.hi < t.hi || s.hi == t.hi && s.lo < t.lo:
		return -1
	case s == t:
		return 0
	}
	return 1
}

// Amount returns the sum, or ErrOverflow where it is no Amount.
func (s Sum) Amount() (Amount, error) {
	if s.hi != int64(s.lo)>>63 {
		return 0, fmt.Errorf("money: sum of %d * 2^64 + %d: %w", s.hi, s.lo, ErrOverflow)
	}
	return Amount(s.lo), nil
}

// Total returns the sum of amounts, or ErrOverflow.
func Total(amounts ...Amount) (Amount, error) {
	var s Sum
	for _, a := range amounts {
		s.Add(a)
	}
	return s.Amount()
}
