// SPDX-License-Identifier: Apache-2.0

// Package trader holds the auctions of sessions of market coordination on an exchange.
//
// # Guarantees
//
// An order is one auction, whatever crashes: its key is the auction's id, and what the exchange has under it already is waited for and not made again. The
// award is what the exchange decided. An order whose auction cannot be is answered with the exchange's own error.
//
// # Usage
//
//	options.Services = map[string]protocols.Service{trader.Name: trader.New(exchange, sys)}
//
// # Duties, failure modes
//
// The rules of an auction are those of auction.Spec, as JSON; an unknown key is refused. What ends without a sale is an award without a winner.
//
// # OTP, state, testing
//
// OTP has no counterpart. There is no state: the exchange has it. Test with an exchange over a journal in memory, in testing/synctest.
package trader
