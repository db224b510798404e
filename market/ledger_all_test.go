// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

func TestManyTransactionsAreAppliedEachOnItsOwnWithOneAppend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, _, _ := opened(t, market.LedgerOptions{Journal: m})
		fund(t, l)
		before, have := len(m.types(books)), balance(t, l, "ann")
		list := []ledger.Transaction{
			ledger.Transfer("1", "ann", "bob", credits(10), 0),
			ledger.Transfer("2", "ann", "bob", credits(1_000_000), 0),
			ledger.Transfer("3", "ann", "nobody", credits(1), 0),
			ledger.Transfer("1", "ann", "bob", credits(10), 0),
			ledger.Transfer("1", "ann", "bob", credits(11), 0),
			ledger.Transfer("4", "ann", "bob", credits(have-10), 0),
			{},
		}
		posted, err := l.PostAll(t.Context(), list)
		require.NoError(t, err)
		require.Len(t, posted, len(list))
		for i, want := range []error{nil, ledger.ErrInsufficientFunds, ledger.ErrUnknownAccount, nil, ledger.ErrIdempotencyConflict, nil, ledger.ErrInvalidTransaction} {
			require.ErrorIs(t, posted[i].Err, want, "%d", i)
		}
		assert.True(t, posted[3].Receipt.Already)
		assert.Equal(t, posted[0].Receipt.Seq, posted[3].Receipt.Seq)
		assert.Len(t, m.types(books), before+1, "one append")
		assert.Zero(t, balance(t, l, "ann"))
		again, err := l.PostAll(t.Context(), list[:1])
		require.NoError(t, err)
		assert.True(t, again[0].Receipt.Already, "a repetition does nothing")
		none, err := l.PostAll(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, none)
	})
}

// Transactions beyond what one append holds go into the next ones.
func TestMoreTransactionsThanOneAppendHoldsAreAllApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, _, _ := opened(t, market.LedgerOptions{Journal: m})
		fund(t, l)
		var list []ledger.Transaction
		for i := range 2*market.BatchLimit + 3 {
			list = append(list, ledger.Deposit(fmt.Sprint("in/", i), "ann", credits(1)))
		}
		wide := ledger.Transaction{Key: "wide"}
		for range 4000 {
			wide.Postings = append(wide.Postings, ledger.Posting{Account: ledger.World, Asset: money.Asset(strings.Repeat("x", 60)), Amount: -1},
				ledger.Posting{Account: ledger.Fees, Asset: money.Asset(strings.Repeat("x", 60)), Amount: 1})
		}
		for i := range 3 { // some 700 kB each is refused; 350 kB is not
			w := wide
			w.Key, w.Postings = fmt.Sprint("wide/", i), wide.Postings[:4000]
			list = append(list, w)
		}
		before, have := len(m.types(books)), balance(t, l, "ann")
		posted, err := l.PostAll(t.Context(), list)
		require.NoError(t, err)
		for i, p := range posted {
			require.NoError(t, p.Err, "%d", i)
		}
		assert.Equal(t, have+money.Amount(2*market.BatchLimit+3), balance(t, l, "ann"))
		assert.Len(t, m.types(books), before+4, "of 256, 256, the rest with one wide and then another, and the last")
		_, err = l.Verify(t.Context())
		require.NoError(t, err)
	})
}

func TestManyTransactionsOfALedgerThatDiedAreRepeatedWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, _, _ := opened(t, market.LedgerOptions{Journal: m})
		fund(t, l)
		have := balance(t, l, "ann")
		m.failing(func(string, []market.Event) (bool, error) {
			m.mu.fail = nil // this once, under the lock
			return true, errDisk
		})
		list := []ledger.Transaction{ledger.Deposit("1", "ann", credits(1)), ledger.Deposit("2", "ann", credits(2))}
		_, err := l.PostAll(t.Context(), list)
		require.ErrorIs(t, err, market.ErrUnavailable)
		posted, err := l.PostAll(t.Context(), list)
		require.NoError(t, err)
		assert.True(t, posted[0].Receipt.Already && posted[1].Receipt.Already)
		assert.Equal(t, have+3, balance(t, l, "ann"))
	})
}
