// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"iter"
	"time"

	"mabeam.dev/market/money"
)

// Statement is what happened to one asset in one account from a time on and before another.
type Statement struct {
	Account Account
	Asset   money.Asset
	// Opening is the balance before the first line, Closing the one after the last.
	Opening, Closing money.Amount
	Lines            []Line
}

// Line is one transaction of a statement.
type Line struct {
	// Seq, At, Key and Memo are those of the transaction.
	Seq  uint64
	At   time.Time
	Key  string
	Memo string
	// Amount is what the transaction changed on balance, Balance what was there after it.
	Amount, Balance money.Amount
}

// NewStatement draws up a statement from a whole history. The zero To is no end. Transactions that left the balance as it was have no line.
func NewStatement(history iter.Seq2[Batch, error], a Account, of money.Asset, from, to time.Time) (Statement, error) {
	s := Statement{Account: a, Asset: of}
	b := New()
	for batch, err := range history {
		if err != nil {
			return Statement{}, err
		}
		if !to.IsZero() && !batch.At.Before(to) {
			return s, nil
		}
		if err := s.add(b, batch, !batch.At.Before(from)); err != nil {
			return Statement{}, err
		}
	}
	return s, nil
}

// add takes in a batch; it has lines if it is listed, and else moves the opening.
func (s *Statement) add(b *Book, batch Batch, listed bool) error {
	receipts, err := b.Replay(batch)
	if err != nil {
		return err
	}
	for i, r := range receipts {
		var net money.Sum
		for _, o := range r.Postings {
			if o.Account == s.Account && o.Asset == s.Asset {
				net.Add(o.Amount)
			}
		}
		amount, err := net.Amount()
		if err != nil {
			return err
		}
		if amount == 0 {
			continue
		}
		s.Closing += amount // fits: it is a balance of the book
		if !listed {
			s.Opening = s.Closing
			continue
		}
		t := &batch.Transactions[i]
		s.Lines = append(s.Lines, Line{r.Seq, batch.At, t.Key, t.Memo, amount, s.Closing})
	}
	return nil
}
