// SPDX-License-Identifier: Apache-2.0

package market

import (
	"log/slog"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/auction"
)

// AuctionOf says which auction an event is about. No event tells an amount: those of sealed bids are secret, and events go everywhere.
type AuctionOf struct {
	Exchange string       // that holds it
	Auction  string       // its id
	Kind     auction.Kind // its type
}

// LogLevel is Debug, unless an event says otherwise.
func (AuctionOf) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names exchange and auction.
func (e AuctionOf) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("exchange", e.Exchange), slog.String("auction", e.Auction)}
}

// AuctionCreated is the event: an exchange has a new auction.
type AuctionCreated struct{ AuctionOf }

// EventName returns "market.auction_created".
func (AuctionCreated) EventName() string { return "market.auction_created" }

// AuctionOpened is the event: an auction takes bids.
type AuctionOpened struct{ AuctionOf }

// EventName returns "market.auction_opened".
func (AuctionOpened) EventName() string { return "market.auction_opened" }

// BidAccepted is the event: something of a bidder is durable.
type BidAccepted struct {
	AuctionOf
	Input string // bid, accept, reveal or withdraw
}

// EventName returns "market.bid_accepted".
func (BidAccepted) EventName() string { return "market.bid_accepted" }

// BidAnswered is the event: a caller has its answer to something of a bidder.
type BidAnswered struct {
	AuctionOf
	Code fault.Code    // why it was refused; 0 if it was accepted
	Took time.Duration // from the call to the answer
}

// EventName returns "market.bid_answered".
func (BidAnswered) EventName() string { return "market.bid_answered" }

// ClockTicked is the event: the price of a Dutch auction has moved.
type ClockTicked struct{ AuctionOf }

// EventName returns "market.clock_ticked".
func (ClockTicked) EventName() string { return "market.clock_ticked" }

// AuctionExtended is the event: a bid near the close, or an outage, has moved the close.
type AuctionExtended struct {
	AuctionOf
	Until time.Time // the new close
}

// EventName returns "market.auction_extended".
func (AuctionExtended) EventName() string { return "market.auction_extended" }

// AuctionClosed is the event: an auction takes no more bids.
type AuctionClosed struct{ AuctionOf }

// EventName returns "market.auction_closed".
func (AuctionClosed) EventName() string { return "market.auction_closed" }

// SolverAnswered is the event: a solver has found winners of a combinatorial auction, or given up.
type SolverAnswered struct {
	AuctionOf
	Offers int           // that it chose among
	Proven bool          // that nothing is better
	Gap    int64         // between what it found and what is possible, in micro-units; 0 if it is proven
	Err    error         // why there is no answer
	Took   time.Duration // to solve
}

// EventName returns "market.solver_answered".
func (SolverAnswered) EventName() string { return "market.solver_answered" }

// AuctionUndecided is the event: a combinatorial auction sells nothing, for want of an answer that is proven, or of any.
type AuctionUndecided struct {
	AuctionOf
	Reason string // of the solver or the auction
}

// EventName returns "market.auction_undecided".
func (AuctionUndecided) EventName() string { return "market.auction_undecided" }

// LogLevel is Warn.
func (AuctionUndecided) LogLevel() slog.Level { return slog.LevelWarn }

// AuctionDecided is the event: the outcome of an auction stands.
type AuctionDecided struct{ AuctionOf }

// EventName returns "market.auction_decided".
func (AuctionDecided) EventName() string { return "market.auction_decided" }

// AuctionEnded is the event: an auction is over, and everything that was held for it is paid or back.
type AuctionEnded struct {
	AuctionOf
	State auction.State // settled, no sale, cancelled or failed
	// Settling is the time from the decision to the end; 0 where there was no decision.
	Settling time.Duration
}

// EventName returns "market.auction_ended".
func (AuctionEnded) EventName() string { return "market.auction_ended" }

// AuctionSuspended is the event: an operator has stopped an auction.
type AuctionSuspended struct{ AuctionOf }

// EventName returns "market.auction_suspended".
func (AuctionSuspended) EventName() string { return "market.auction_suspended" }

// LogLevel is Warn.
func (AuctionSuspended) LogLevel() slog.Level { return slog.LevelWarn }

// AuctionHalted is the event: the exchange has stopped an auction, because its auctioneer cannot be kept up. What is held stays held until an
// operator resumes the auction or calls it off.
type AuctionHalted struct {
	AuctionOf
	Reason string // why
}

// EventName returns "market.auction_halted".
func (AuctionHalted) EventName() string { return "market.auction_halted" }

// LogLevel is Error: somebody has to look.
func (AuctionHalted) LogLevel() slog.Level { return slog.LevelError }

// LogAttrs adds the reason.
func (e AuctionHalted) LogAttrs() []slog.Attr {
	return append(e.AuctionOf.LogAttrs(), slog.String("reason", e.Reason))
}

// AuctionResumed is the event: an auction that was suspended or halted goes on.
type AuctionResumed struct{ AuctionOf }

// EventName returns "market.auction_resumed".
func (AuctionResumed) EventName() string { return "market.auction_resumed" }

// LogAppended is the event: an auction has made something durable.
type LogAppended struct {
	AuctionOf
	Events int           // of one append
	Took   time.Duration // to append them
}

// EventName returns "market.log_appended".
func (LogAppended) EventName() string { return "market.log_appended" }
