// SPDX-License-Identifier: Apache-2.0

// Package ledger is double-entry bookkeeping as a pure state: transactions in, balances out, and nothing is ever made or lost on the way.
//
// # Guarantees
//
// A transaction applies wholly or not at all, and its legs sum to 0 for each asset. No balance but that of [World] falls below 0; the sum of
// all balances of an asset is 0 after every transaction. A key stands for one transaction for ever: repeated with the same content it does
// nothing and succeeds, with other content it is refused. Money set aside by a [Hold] is moved only by closing the hold, which happens once: a
// held account is always the sum of its open holds. A writer to a ref with an epoch below the highest that was seen is refused. Assets come
// from World and go to World, and nothing else creates or destroys them; ownership of goods moves like money. A refused transaction changes
// nothing.
//
// The same transactions in the same order give the same book, byte for byte ([Book.Encode]). A [Batch] in a journal holds what a [Book] needs
// to be made again ([Fold]); [Audit] checks such a history with code of its own, and [Book.Agrees] compares. An encoded book that was
// changed is refused by [DecodeBook].
//
// # Usage
//
//	b := ledger.New()
//	r, err := b.Apply(ledger.Open("open/ann", "ann"))
//	r, err = b.Apply(ledger.Deposit("in/1", "ann", money.Of(10*money.Unit, "credit")))
//	r, err = b.Apply(ledger.Set("bid/1", ledger.Hold{ID: "bid/1", Owner: "ann", Ref: "auction/7", Asset: "credit", Amount: money.Unit}))
//
// A settlement is one [Transaction] that closes the winner's hold with payments, closes the others without, and posts fees and lots.
//
// # Duties of the user
//
// One goroutine per book. Write the content of a [Receipt] to a journal before telling anybody. Choose keys and ids of holds before the first
// attempt. Raise the epoch of a ref when another writer takes it over. Keys and ids of holds are remembered for ever, about 100 bytes each.
//
// # Failure modes
//
// [*TransactionError] for what can never be; [*ConflictError], [*FencedError], [*AccountError], [*FundsError], [ErrUnknownHold],
// [ErrHoldClosed], [ErrHoldExists], money.ErrCurrencyMismatch, money.ErrOverflow for what the book does not allow now; [*ImbalanceError] for a
// history that this package has not written; [ErrSnapshot].
//
// # State and testing
//
// A Book owns its state. Nothing reads a clock: times come with batches. Test with books, as with any value.
package ledger
