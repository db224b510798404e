// SPDX-License-Identifier: Apache-2.0

package ledger

import "mabeam.dev/market/money"

// Transaction is a change of the book that happens wholly or not at all. Its parts may be combined: a settlement closes many holds, opens some
// and posts fees in one transaction.
type Transaction struct {
	// Key names the transaction for ever; repeating it with the same content does nothing and is no error. It is 1 to 200 letters, digits
	// and . _ : @ # + = - /
	Key string
	// Memo says what for, in up to 200 printable ASCII characters without quotes; it is part of the content.
	Memo string
	// Accounts are opened: available accounts, pools and subsidies. One that is open stays so. An owner's other accounts need no opening.
	Accounts []Account
	// Postings move assets between accounts; together they sum to 0 per asset. They do not touch held accounts.
	Postings []Posting
	// Hold opens holds: available -> held.
	Hold []Hold
	// Close closes holds: held -> who is paid, and the rest -> available.
	Close []Close
	// Fences carries the writer's epochs. They are not part of the content, unless there is no other: a successor may repeat what its predecessor
	// did.
	Fences []Fence
}

// Posting adds an amount to an account, or takes it away if it is negative.
type Posting struct {
	Account Account
	Asset   money.Asset
	Amount  money.Amount
}

// Hold is an amount that an owner has set aside for a ref. It is closed once: captured if anybody is paid from it, else released.
type Hold struct {
	// ID names the hold for ever, by the rules of keys.
	ID string
	// Owner and Ref are whose money is held, and for what.
	Owner, Ref string
	// Asset and Amount are what; the amount is above 0.
	Asset  money.Asset
	Amount money.Amount
}

// Close ends a hold.
type Close struct {
	// ID names the hold.
	ID string
	// Pay says who gets how much of it, each more than 0 and of the hold's asset, together at most the hold. The rest is available to its owner
	// again. Without payments the hold is released.
	Pay []Posting
}

// Fence is a writer's right to write to a ref. Epochs rise with each successor: the book refuses writers of an epoch below the highest seen.
// Writers that carry none have epoch 0.
type Fence struct {
	Ref   string
	Epoch uint64
}

// Open makes the transaction that opens an owner's accounts.
func Open(key, owner string) Transaction {
	return Transaction{Key: key, Accounts: []Account{Available(owner)}}
}

// Move makes the transaction that moves money, more than 0, from one account to another.
func Move(key string, from, to Account, m money.Money) Transaction {
	in := max(m.Amount, 0) // nothing moves backwards: an amount of 0 is refused
	return Transaction{Key: key, Postings: []Posting{{from, m.Asset, -in}, {to, m.Asset, in}}}
}

// Deposit makes the transaction that brings money into an owner's account from outside.
func Deposit(key, owner string, m money.Money) Transaction {
	return Move(key, World, Available(owner), m)
}

// Withdraw makes the transaction that takes an owner's money outside.
func Withdraw(key, owner string, m money.Money) Transaction {
	return Move(key, Available(owner), World, m)
}

// Transfer makes the transaction that pays an owner, who bears the fee: the payee gets the money less the fee, which goes to Fees. A fee
// of 0 is none; one below 0 or above the amount makes a transaction that is refused.
func Transfer(key, from, to string, m money.Money, fee money.Amount) Transaction {
	if fee < 0 || fee > m.Amount {
		return Transaction{Key: key, Postings: []Posting{{Fees, m.Asset, 0}}}
	}
	t := Move(key, Available(from), Available(to), m)
	switch fee {
	case 0:
	case m.Amount:
		t.Postings[1].Account = Fees
	default:
		t.Postings[1].Amount -= fee
		t.Postings = append(t.Postings, Posting{Fees, m.Asset, fee})
	}
	return t
}

// Set makes the transaction that opens one hold.
func Set(key string, h Hold, fences ...Fence) Transaction {
	return Transaction{Key: key, Hold: []Hold{h}, Fences: fences}
}

// Release makes the transaction that gives holds back to their owners.
func Release(key string, ids []string, fences ...Fence) Transaction {
	t := Transaction{Key: key, Fences: fences}
	for _, id := range ids {
		t.Close = append(t.Close, Close{ID: id})
	}
	return t
}

// Capture makes the transaction that pays from a hold and gives the rest back.
func Capture(key, id string, pay []Posting, fences ...Fence) Transaction {
	return Transaction{Key: key, Close: []Close{{id, pay}}, Fences: fences}
}
