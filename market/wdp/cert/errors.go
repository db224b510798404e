// SPDX-License-Identifier: Apache-2.0

package cert

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrRefuted is what every *Refutation is: the proof does not prove what it claims.
var ErrRefuted = fault.New(4501, "cert: the proof does not hold")

// BidError is a bid that no auction takes.
type BidError struct {
	// Bid is the index of the bid.
	Bid int
	// Part is bidder, group, price or goods.
	Part string
	// Reason says what is wrong with it.
	Reason string
}

// Error names the bid, its part and the reason.
func (e *BidError) Error() string {
	return fmt.Sprintf("cert: bid %d: %s: %s", e.Bid, e.Part, e.Reason)
}

// FaultCode is E1801.
func (*BidError) FaultCode() fault.Code { return 1801 }

// SizeError is a problem that passes a limit.
type SizeError struct {
	// What is goods, bidders or bids.
	What string
	// Have is how many there are, Limit how many there may be.
	Have, Limit int
}

// Error names what there is too much of.
func (e *SizeError) Error() string {
	return fmt.Sprintf("cert: %s: %d, want 0 to %d", e.What, e.Have, e.Limit)
}

// FaultCode is E1802.
func (*SizeError) FaultCode() fault.Code { return 1802 }

// FormatError is a place in a file that cannot be read as what it should be.
type FormatError struct {
	// Path names the place in the document: "bids[3][2]".
	Path string
	// Line and Column are where it stands in the text, from 1; columns count bytes.
	Line, Column int
	// Reason says what is wrong.
	Reason string
}

// Error gives position, path and reason.
func (e *FormatError) Error() string {
	return fmt.Sprintf("cert: line %d, column %d: %s: %s", e.Line, e.Column, e.Path, e.Reason)
}

// FaultCode is E1803.
func (*FormatError) FaultCode() fault.Code { return 1803 }

// Refutation is the first thing in a proof that does not hold.
type Refutation struct {
	// Where names the part of the proof: "winners", "dominated 3", "clique 2", "part 1".
	Where string
	// Reason says what does not hold.
	Reason string
}

// Error names the part and the reason.
func (e *Refutation) Error() string { return fmt.Sprintf("%v: %s: %s", ErrRefuted, e.Where, e.Reason) }

// FaultCode is E4501.
func (*Refutation) FaultCode() fault.Code { return 4501 }

// Unwrap returns ErrRefuted.
func (e *Refutation) Unwrap() error { return ErrRefuted }
