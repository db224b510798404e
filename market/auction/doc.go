// SPDX-License-Identifier: Apache-2.0

// Package auction is auctions as pure state machines: English, Dutch, first-price, Vickrey, uniform price, ranked slots and bundles, each
// to sell and to buy.
//
// # Guarantees
//
// A [Machine] is its spec and the log of the inputs that it accepted: replaying the log gives the same machine, hash by hash, on every
// computer. It reads no clock and draws no chances; time is in the stamps of inputs and never runs backwards, and the order of the log
// is the only order of arrival. An input is accepted or refused with a typed error, and what is refused changes nothing. A key stands for one
// request of a bidder for ever: repeated, it gets the first answer; with other content it is refused.
//
// Nobody pays more than it bid, or is paid less; nobody wins past the reserve, and the reserve bounds payments as well. What an
// outcome asks of anybody is never more than [Machine.Exposure] asked it to set aside, so that full escrow leaves nothing to default on.
// [Machine.Settlement] says of every hold who is paid from it: all of it is paid or goes back.
//
// Sealed bids are in no [View], no result and no error, and print as the name of their bidder; before the decision they are in the log alone.
// With commitments ([Commit]) they are not even there before they are revealed.
//
// # Types
//
// English auctions ask for an increment, bid for their bidders up to limits if proxies are on, move their close when a bid comes late, and may
// be ended at a price that is offered. The Dutch price falls by ticks that are counted from the opening, and who is first in the log takes it.
// Winners of first-price auctions pay their bids, those of Vickrey auctions the best losing bid: truthful while bids are hidden.
// Uniform price and GSP are not truthful: who wants several units, or a lower slot, gains by bidding less. Bundles are decided by a
// [Solver] outside; the answer is checked and becomes part of the log. Payments other than bids need a proven optimum.
//
// A procurement is the same machine with the direction turned: the lowest wins, the reserve is a ceiling.
//
// # Usage
//
//	m, err := auction.New(auction.Spec{ID: "7", Kind: auction.Vickrey, Owner: "ann", Currency: "credit", Goods: []money.Asset{"lot/7"}})
//	_, err = m.Step(auction.Start{At: now})
//	need, err := m.Need(bid)   // set this much aside, and then
//	r, err := m.Step(bid)      // write the bid to the journal, and then answer
//	next, ok := m.Timer()      // the input that time alone brings
//
// # Duties of the user
//
// One goroutine per machine. Hold what Need says before Step, journal before answering, feed the timers, release what Exposure no longer asks
// for, and settle under [Machine.SettlementKey]. Rates, reputation and stakes are judged before a bid comes here.
//
// # Failure modes
//
// [*SpecError], [*BidError], [*SizeError], [*StateError], [*PriceError], [*ReserveError], [*MonopolistError] and the sentinels; money's
// ErrOverflow and ErrCurrencyMismatch; [ErrMalformed] for a log that cannot be read.
//
// # State and testing
//
// A machine owns its state. Test with machines, as with any value.
package auction
