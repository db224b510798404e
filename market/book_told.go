// SPDX-License-Identifier: Apache-2.0

package market

import (
	"log/slog"

	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

// TradeMade is the event: a trade of a book is durable and paid.
type TradeMade struct {
	Book  string // where
	Trade Trade  // what
}

// EventName returns "market.traded".
func (TradeMade) EventName() string { return "market.traded" }

// OrderTaken is the event: an order of a book is durable, and what it traded at once is paid. An order that is refused is a CommandRefused.
type OrderTaken struct {
	Book    string         // where
	Side    orderbook.Side // of the order
	Outcome string         // at once: filled, partly_filled, resting, cut_short or unfilled
}

// EventName returns "market.order_taken".
func (OrderTaken) EventName() string { return "market.order_taken" }

// outcome says in a word what became of an order at once. What waits for its stop is resting; what is cut short traded less than it asked for, and
// is over, and what is unfilled is over and traded nothing.
func (p Placed) outcome(asked int64) string {
	switch {
	case p.Left > 0 && p.Filled > 0:
		return "partly_filled"
	case p.Left > 0:
		return "resting"
	case p.Filled == 0:
		return "unfilled"
	case p.Filled < asked:
		return "cut_short"
	}
	return "filled"
}

// BookPhaseChanged is the event: a book was halted, collects orders for a call, or is open again.
type BookPhaseChanged struct {
	Book  string          // which one
	Phase orderbook.Phase // it has now
	Last  money.Amount    // price that was paid; 0 if there is none
}

// EventName returns "market.book_phase".
func (BookPhaseChanged) EventName() string { return "market.book_phase" }

// LogLevel is Info, and Warn of a halt.
func (e BookPhaseChanged) LogLevel() slog.Level {
	if e.Phase == orderbook.Closed {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// LogAttrs names book, phase and price.
func (e BookPhaseChanged) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("book", e.Book), slog.String("phase", e.Phase.String()), slog.String("last", money.Format(e.Last))}
}
