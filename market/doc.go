// SPDX-License-Identifier: Apache-2.0

// Package market runs markets as supervised processes: ledgers, auctions, books and reputations whose decisions are pure and whose steps are in a
// journal before anybody hears of them.
//
// # Guarantees
//
// Journal before answer: what a caller was told is durable, as far as the [Journal] is. A process that crashes is made again from its journal,
// with the same state, and a command that is repeated with its key is done once. A crash in one process stops no other: callers get
// [ErrUnavailable], and assume nothing about what they asked for. A process whose stream has another writer ends and never writes again.
//
// A [Ledger] applies transactions in the order of their arrival, up to 256 with one append; one that is refused disturbs none of its
// neighbours. Its balances are read without its process, whole transactions at a time, and never before they are durable. A [Costs] process does
// the same for usage, prices and budgets.
//
// A [Procurer] buys the work of agents for a work queue: it holds an auction for each call, keeps what was won in escrow, and pays or gives back by what
// the work ended as. It is no process: whoever repeats a question after a crash gets the first answer.
//
// A [Book] of orders and a [Prediction] market hold what a command could cost before it counts, write it down, pay what was traded with one
// transaction for each batch, and answer then. [Prices] rest on the tapes of books, never on offers, and are absent where nothing was traded.
//
// # Usage
//
//	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "market/ledger", Journal: journal})
//	child := supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...)
//	receipt, err := l.Post(ctx, ledger.Transfer("pay/17", "ann", "bob", money.Of(5*money.Unit, "credit"), 0))
//	left := l.Balance(ledger.Available("ann"), "credit")
//
// # Duties of the user
//
// Choose keys before the first attempt and repeat with the same after [ErrUnavailable] or a time-out. One process writes to a stream. Connect a
// Journal that keeps its word: an append is whole, durable and refused if somebody else has written.
//
// # Failure modes
//
// [ErrUnavailable] while a process is down or was ended before it answered; while a journal does not answer, commands wait until their contexts
// end; [ErrVersion] from a journal; the errors of the pure packages, as they
// are.
//
// # OTP
//
// Each process is a gen_server under a supervisor. What OTP lacks is the journal.
//
// # State
//
// Each process owns its state. What is published for readers is replaced under a lock that nobody holds while waiting.
//
// # Testing
//
// Test decisions in the pure packages below. Processes run in testing/synctest bubbles and in testkit/sim with a Journal in memory.
package market
