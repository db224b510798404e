// SPDX-License-Identifier: Apache-2.0

package protocol

import "mabeam.dev/actors/fault"

// Why a program is not asked for a bid, or gives none.
var (
	// ErrNotBidder is returned for a program whose hello does not name [FeatureBid].
	ErrNotBidder = fault.New(3339, "program does not bid")
	// ErrBidSilent is the pass of a program that did not answer a call in time.
	ErrBidSilent = fault.NewTimeout(3340, "no bid within the time")
	// ErrBidLate is what is wrong with an answer after the time of its call.
	ErrBidLate = fault.New(3341, "bid came too late")
	// ErrBidTwice is what is wrong with a second answer to a call.
	ErrBidTwice = fault.New(3342, "call was answered before")
	// ErrBidUnknown is what is wrong with an answer to a call that the program was not asked in, or too long ago.
	ErrBidUnknown = fault.New(3343, "no such call for bids")
)

// FaultCode is E3344.
func (*PassError) FaultCode() fault.Code { return 3344 }

// FaultCode is E3345.
func (*BidError) FaultCode() fault.Code { return 3345 }

// What is wrong with a bid, or with a request for one.
var (
	// ErrBidMalformed is what is wrong with a bid that is not built as one: no id, neither price nor bundles or both, a price that is no
	// decimal number.
	ErrBidMalformed = fault.New(1523, "bid is malformed")
	// ErrBidPrice is what is wrong with a price that is not above 0.
	ErrBidPrice = fault.New(1524, "price is not above 0")
	// ErrBidOverflow is what is wrong with a price that does not fit into an amount, or whose sum does not.
	ErrBidOverflow = fault.New(1525, "price does not fit")
	// ErrBidPrecision is what is wrong with a price of more than six digits behind the point.
	ErrBidPrecision = fault.New(1526, "price has more than six digits behind the point")
	// ErrBidTask is what is wrong with a bundle of no task, of tasks that are unknown or there twice, or of more than the free slots.
	ErrBidTask = fault.New(1527, "bundle has the wrong tasks")
	// ErrBidRequest is returned for a tender that makes no line: without call, tasks, slots or time, or over the limit.
	ErrBidRequest = fault.New(1528, "call for bids is invalid")
)
