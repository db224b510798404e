// SPDX-License-Identifier: Apache-2.0

// Package orderbook matches orders to buy and to sell by price and time, and clears calls and double auctions.
//
// # Guarantees
//
// The best price trades first, and at one price who came first; a trade is at the price of the order that rested. The same commands give the
// same events, with the same ids, always: the moment of a command is an argument, and there is no other clock, no goroutine and no randomness.
// A command that is refused changes nothing but the time of the book. An open book is never crossed. Every piece and every micro-unit is
// accounted for: an order for n pieces is traded, cancelled and resting for n pieces together, it never trades at a price worse than its
// own, never above its funds, and never with an order of its owner. Prices and quantities are whole numbers; nothing passes through a floating point
// number.
//
// In steady state, when no more orders stand at a time than before, no command that succeeds allocates.
//
// # Usage
//
//	book, err := orderbook.New(orderbook.Spec{Base: "gpu-hour", Quote: "credit", Tick: money.Unit / 100})
//	id, events, err := book.Place(at, orderbook.Order{Owner: 7, Side: orderbook.Buy, Price: 2 * money.Unit, Quantity: 10})
//	for _, e := range events { ... } // journal and settle them before the next command
//
// [Fees.Hold] says what a trader puts aside first, and [Fees.Settle] what each trade moves. [Book.Tape] has the averages of prices that were
// paid. [McAfee] is a double auction by itself.
//
// Rules, where books differ: an amended order keeps its place only if its price stays and its quantity does not grow. Stops are triggered by the
// last trade of a command, after it is done, in the order in which they were placed; what they do may trigger more. A triggered stop-limit that
// rests goes behind those at its price. A halt comes before the trade that would move the price too far; what is left of the coming order is
// cancelled, stops that were about to come wait on. A halted book opens again by a call ([Book.Call], [Book.Uncross]), in which everything trades
// at one price. A call collects plain limits, and refuses those that cross one of their owner.
//
// # Duties of the user
//
// One owner calls one method at a time. Events and the tape are good until the next command. Commands are journaled in the order in which they
// were given; replaying them gives the book back.
//
// # Failure modes
//
// Orders that can never be right are [OrderError], [ErrOffTick], [ErrOffLot] or [ErrTooLarge], all joined; those that do not suit the book now
// are [ErrWouldTrade], [ErrUnfilled], [ErrSelfTrade], [ErrHalted], [ErrPhase], [ErrFull] and [ErrUnknownOrder]; where there is nothing to tell a
// price from, it is [ErrNoPrice] and never a made-up number. A [Spec] has [SpecError]s.
//
// # State
//
// All state of a book is in the [Book].
//
// # Testing
//
// Code that uses a book runs it as it is; it needs no double.
package orderbook
