// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"errors"
	"time"

	"mabeam.dev/market/money"
)

// The bounds that keep every sum of a book inside of 63 bits.
const (
	MaxQuantity = 1 << 40 // of one order
	MaxOrders   = 1 << 22 // that rest or wait for their trigger, in one book
)

// Spec says what a book trades and how. The zero of every field but the assets is its default.
type Spec struct {
	// Base is what is bought and sold, in whole pieces; Quote is what is paid.
	Base, Quote money.Asset
	// Tick is the step of prices; 0 is one micro-unit.
	Tick money.Amount
	// Lot is the step of quantities; 0 is one piece.
	Lot int64
	// Orders is how many orders may rest or wait at a time; 0 is MaxOrders, which is also the most.
	Orders int
	// Tape is how many trades are remembered for averages; 0 is 1024.
	Tape int
	// HaltMove halts the book before a trade whose price is more than so many millionths above the lowest or below the highest price of
	// HaltWindow; 0 is no such halt.
	HaltMove int64
	// HaltWindow is how far back HaltMove looks; 0 is a minute.
	HaltWindow time.Duration
}

func (s Spec) withDefaults() Spec {
	if s.Tick == 0 {
		s.Tick = 1
	}
	if s.Lot == 0 {
		s.Lot = 1
	}
	if s.Orders == 0 {
		s.Orders = MaxOrders
	}
	if s.Tape == 0 {
		s.Tape = 1024
	}
	if s.HaltWindow == 0 {
		s.HaltWindow = time.Minute
	}
	return s
}

// Validate returns every mistake of the spec, joined: a *SpecError for each field.
func (s Spec) Validate() error {
	s = s.withDefaults()
	var all []error
	bad := func(field, why string) { all = append(all, &SpecError{field, why}) }
	if err := s.Base.Validate(); err != nil {
		bad("Base", err.Error())
	}
	if err := s.Quote.Validate(); err != nil {
		bad("Quote", err.Error())
	}
	if s.Base == s.Quote {
		bad("Quote", "is the same asset as Base")
	}
	if s.Tick < 0 {
		bad("Tick", "is negative")
	}
	if s.Lot < 0 || s.Lot > MaxQuantity {
		bad("Lot", "is not in 0 to 2^40")
	}
	if s.Orders < 0 || s.Orders > MaxOrders {
		bad("Orders", "is not in 0 to 2^22")
	}
	if s.Tape < 0 || s.Tape > 1<<20 {
		bad("Tape", "is not in 0 to 2^20")
	}
	if s.HaltMove < 0 || s.HaltMove > 1_000_000_000 {
		bad("HaltMove", "is not in 0 to 10^9")
	}
	if s.HaltWindow < 0 {
		bad("HaltWindow", "is negative")
	}
	return errors.Join(all...)
}
