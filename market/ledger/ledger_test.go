// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

func credits(a money.Amount) money.Money { return money.Of(a, "credit") }

// filled is a book in which ann has 100 and bob has nothing, and ann's hold h of 30 is open for auction/1 at epoch 2.
func filled(t *testing.T) *ledger.Book {
	b := ledger.New()
	for _, x := range []ledger.Transaction{
		ledger.Open("open/ann", "ann"), ledger.Open("open/bob", "bob"), ledger.Deposit("in", "ann", credits(100)),
		ledger.Set("hold", ledger.Hold{ID: "h", Owner: "ann", Ref: "auction/1", Asset: "credit", Amount: 30}, ledger.Fence{Ref: "auction/1", Epoch: 2}),
	} {
		_, err := b.Apply(x)
		require.NoError(t, err)
	}
	return b
}

func TestEveryRefusalSaysWhatIsWrongAndChangesNothing(t *testing.T) {
	fence := ledger.Fence{Ref: "auction/1", Epoch: 2}
	for name, c := range map[string]struct {
		x    ledger.Transaction
		want error
	}{
		"overdrawn":         {ledger.Withdraw("k", "ann", credits(71)), ledger.ErrInsufficientFunds},
		"nothing there":     {ledger.Transfer("k", "bob", "ann", credits(1), 0), ledger.ErrInsufficientFunds},
		"held is not there": {ledger.Set("k", ledger.Hold{ID: "h2", Owner: "ann", Ref: "x", Asset: "credit", Amount: 71}), ledger.ErrInsufficientFunds},
		"pays more than it holds": {
			ledger.Capture("k", "h", []ledger.Posting{{Account: ledger.Available("bob"), Asset: "credit", Amount: 31}}, fence), ledger.ErrInsufficientFunds,
		},
		"pays more than fits": {
			ledger.Capture("k", "h", []ledger.Posting{{Account: ledger.Fees, Asset: "credit", Amount: money.Max}, {Account: ledger.Fees, Asset: "credit", Amount: money.Max}}, fence), ledger.ErrInsufficientFunds,
		},
		"other asset of a hold": {ledger.Capture("k", "h", []ledger.Posting{{Account: ledger.Fees, Asset: "tea", Amount: 1}}, fence), money.ErrCurrencyMismatch},
		"unknown payee":         {ledger.Transfer("k", "ann", "cyd", credits(1), 0), ledger.ErrUnknownAccount},
		"unknown pool":          {ledger.Move("k", ledger.Available("ann"), ledger.Pool("p"), credits(1)), ledger.ErrUnknownAccount},
		"unknown staker":        {ledger.Move("k", ledger.World, ledger.Stake("cyd"), credits(1)), ledger.ErrUnknownAccount},
		"unknown holder":        {ledger.Set("k", ledger.Hold{ID: "h2", Owner: "cyd", Ref: "x", Asset: "credit", Amount: 1}), ledger.ErrUnknownAccount},
		"unknown hold":          {ledger.Release("k", []string{"nothing"}), ledger.ErrUnknownHold},
		"hold twice":            {ledger.Set("k", ledger.Hold{ID: "h", Owner: "ann", Ref: "x", Asset: "credit", Amount: 1}), ledger.ErrHoldExists},
		"fenced hold":           {ledger.Set("k", ledger.Hold{ID: "h2", Owner: "ann", Ref: "auction/1", Asset: "credit", Amount: 1}), ledger.ErrFenced},
		"stale generation":      {ledger.Release("k", []string{"h"}, ledger.Fence{Ref: "auction/1", Epoch: 1}), ledger.ErrFenced},
		"no generation":         {ledger.Release("k", []string{"h"}), ledger.ErrFenced},
		"stale fence alone":     {ledger.Transaction{Key: "k", Fences: []ledger.Fence{{Ref: "auction/1", Epoch: 1}}}, ledger.ErrFenced},
		"key of another":        {ledger.Deposit("in", "ann", credits(101)), ledger.ErrIdempotencyConflict},
		"too much for a balance": {
			ledger.Deposit("k", "ann", credits(money.Max)), money.ErrOverflow,
		},
	} {
		b := filled(t)
		before := b.Encode()
		_, err := b.Apply(c.x)
		assert.ErrorIs(t, err, c.want, name)
		assert.NotErrorIs(t, err, ledger.ErrInvalidTransaction, name)
		assert.Equal(t, string(before), string(b.Encode()), name)
	}
}

func TestErrorsCarryWhatACallerNeeds(t *testing.T) {
	b := filled(t)
	_, err := b.Apply(ledger.Withdraw("k", "ann", credits(75)))
	var funds *ledger.FundsError
	require.ErrorAs(t, err, &funds)
	assert.Equal(t, ledger.FundsError{Account: ledger.Available("ann"), Asset: "credit", Need: 75, Have: 70}, *funds)
	_, err = b.Apply(ledger.Release("k", []string{"h"}, ledger.Fence{Ref: "auction/1", Epoch: 1}))
	var fenced *ledger.FencedError
	require.ErrorAs(t, err, &fenced)
	assert.Equal(t, ledger.FencedError{Ref: "auction/1", Epoch: 1, Current: 2}, *fenced)
	_, err = b.Apply(ledger.Deposit("in", "bob", credits(1)))
	var conflict *ledger.ConflictError
	require.ErrorAs(t, err, &conflict)
	assert.Equal(t, ledger.ConflictError{Key: "in", Seq: 3}, *conflict)
	assert.Equal(t, `ledger: apply "in": transaction 3 has the key and other content`, err.Error())
}

func TestWhatCanNeverBeIsRefusedWithEveryProblem(t *testing.T) {
	post := func(p ...ledger.Posting) ledger.Transaction { return ledger.Transaction{Key: "k", Postings: p} }
	ann := ledger.Available("ann")
	for name, c := range map[string]struct {
		x      ledger.Transaction
		fields []string
	}{
		"empty":                  {ledger.Transaction{}, []string{"key", "postings"}},
		"odd key":                {ledger.Open("a b", "ann"), []string{"key"}},
		"long key":               {ledger.Open(strings.Repeat("k", 201), "ann"), []string{"key"}},
		"memo that needs quotes": {ledger.Transaction{Key: "k", Memo: `"`, Accounts: []ledger.Account{ann}}, []string{"memo"}},
		"does not sum to 0":      {post(ledger.Posting{Account: ledger.World, Asset: "credit", Amount: -5}, ledger.Posting{Account: ann, Asset: "credit", Amount: 6}), []string{"postings"}},
		"sums across assets":     {post(ledger.Posting{Account: ledger.World, Asset: "credit", Amount: -5}, ledger.Posting{Account: ann, Asset: "tea", Amount: 5}), []string{"postings", "postings"}},
		"nothing is moved":       {post(ledger.Posting{Account: ann, Asset: "credit"}), []string{"postings[0].amount"}},
		"no account":             {post(ledger.Posting{Account: "ann", Asset: "credit", Amount: 1}, ledger.Posting{Account: "world/available", Asset: "credit", Amount: -1}), []string{"postings[0].account", "postings[1].account"}},
		"held account":           {post(ledger.Posting{Account: ledger.Held("ann", "x"), Asset: "credit", Amount: 1}, ledger.Posting{Account: ann, Asset: "credit", Amount: -1}), []string{"postings[0].account"}},
		"no asset":               {post(ledger.Posting{Account: ann, Asset: "", Amount: 1}, ledger.Posting{Account: ledger.World, Asset: "", Amount: -1}), []string{"postings[0].asset", "postings[1].asset"}},
		"negative deposit":       {ledger.Deposit("k", "ann", credits(-5)), []string{"postings[0].amount", "postings[1].amount"}},
		"the smallest deposit":   {ledger.Deposit("k", "ann", credits(money.Min)), []string{"postings[0].amount", "postings[1].amount"}},
		"fee above the amount":   {ledger.Transfer("k", "ann", "bob", credits(5), 6), []string{"postings[0].amount"}},
		"fee below 0":            {ledger.Transfer("k", "ann", "bob", credits(5), -1), []string{"postings[0].amount"}},
		"opens what is no home":  {ledger.Transaction{Key: "k", Accounts: []ledger.Account{ledger.World, ledger.Stake("ann"), "ann"}}, []string{"accounts[0]", "accounts[1]", "accounts[2]"}},
		"hold of nothing":        {ledger.Set("k", ledger.Hold{}), []string{"hold[0].id", "hold[0].owner", "hold[0].ref", "hold[0].asset", "hold[0].amount"}},
		"hold below 0":           {ledger.Set("k", ledger.Hold{ID: "h", Owner: "ann", Ref: "x", Asset: "credit", Amount: -1}), []string{"hold[0].amount"}},
		"hold twice":             {ledger.Release("k", []string{"h", "h"}), []string{"close[1].id"}},
		"pays nothing":           {ledger.Capture("k", "h", []ledger.Posting{{Account: ann, Asset: "credit"}}), []string{"close[0].pay[0].amount"}},
		"pays less than nothing": {ledger.Capture("k", "h", []ledger.Posting{{Account: ann, Asset: "credit", Amount: -1}}), []string{"close[0].pay[0].amount"}},
		"pays two assets":        {ledger.Capture("k", "h", []ledger.Posting{{Account: ann, Asset: "credit", Amount: 1}, {Account: ann, Asset: "tea", Amount: 1}}), []string{"close[0].pay"}},
		"two epochs":             {ledger.Transaction{Key: "k", Fences: []ledger.Fence{{Ref: "x", Epoch: 1}, {Ref: "x", Epoch: 2}, {Ref: "/", Epoch: 1}}}, []string{"fences[1].ref", "fences[2].ref"}},
		"too many legs":          {post(make([]ledger.Posting, ledger.MaxLegs+1)...), []string{"postings"}},
	} {
		b := filled(t)
		_, err := b.Apply(c.x)
		require.ErrorIs(t, err, ledger.ErrInvalidTransaction, name)
		var fields []string
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			var one *ledger.TransactionError
			if errors.As(e, &one) {
				fields = append(fields, one.Field)
			}
		}
		assert.Equal(t, c.fields, fields, name)
		assert.Equal(t, uint64(4), b.Seq())
	}
	_, err := ledger.New().Apply(post(ledger.Posting{Account: ann, Asset: "c", Amount: money.Max}, ledger.Posting{Account: ann, Asset: "c", Amount: money.Max}))
	assert.ErrorIs(t, err, money.ErrOverflow)
	long := ledger.Transaction{Key: "k"}
	for i := range 4000 {
		long.Close = append(long.Close, ledger.Close{ID: strings.Repeat("x", 190) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))})
	}
	_, err = ledger.New().Apply(long)
	assert.ErrorIs(t, err, ledger.ErrInvalidTransaction, "too long to be written")
}

func TestAHoldEndsOnce(t *testing.T) {
	b := filled(t)
	fence := ledger.Fence{Ref: "auction/1", Epoch: 3}
	pay := []ledger.Posting{{Account: ledger.Available("bob"), Asset: "credit", Amount: 20}, {Account: ledger.Fees, Asset: "credit", Amount: 1}}
	_, err := b.Apply(ledger.Capture("sale", "h", pay, fence))
	require.NoError(t, err)
	assert.Equal(t, []money.Amount{79, 20, 1, 0}, []money.Amount{
		b.Balance(ledger.Available("ann"), "credit"), b.Balance(ledger.Available("bob"), "credit"), b.Balance(ledger.Fees, "credit"), b.Balance(ledger.Held("ann", "auction/1"), "credit"),
	})
	for _, x := range []ledger.Transaction{ledger.Release("late", []string{"h"}, fence), ledger.Capture("twice", "h", pay, fence)} {
		_, err = b.Apply(x)
		require.ErrorIs(t, err, ledger.ErrHoldClosed)
	}
	_, err = b.Apply(ledger.Set("anew", ledger.Hold{ID: "h", Owner: "ann", Ref: "y", Asset: "credit", Amount: 1}))
	require.ErrorIs(t, err, ledger.ErrHoldExists)
	// The successor may repeat what its predecessor did, and the predecessor learns that it was done.
	r, err := b.Apply(ledger.Capture("sale", "h", pay, ledger.Fence{Ref: "auction/1", Epoch: 4}))
	require.NoError(t, err)
	assert.Equal(t, ledger.Receipt{Seq: 5, Already: true}, r)
	assert.Equal(t, uint64(3), b.Epoch("auction/1"))
	in, err := b.Circulating("credit")
	require.NoError(t, err)
	assert.Equal(t, money.Amount(100), in)
}

func TestASettlementIsOneTransaction(t *testing.T) {
	b := filled(t)
	hold := func(id, owner string, of money.Asset, v money.Amount) ledger.Hold {
		return ledger.Hold{ID: id, Owner: owner, Ref: "auction/9", Asset: of, Amount: v}
	}
	for _, x := range []ledger.Transaction{
		ledger.Deposit("lot", "bob", money.Of(1, "lot/9")), ledger.Deposit("in2", "bob", credits(50)),
		{Key: "listed", Hold: []ledger.Hold{hold("lot", "bob", "lot/9", 1)}},
		{Key: "bids", Hold: []ledger.Hold{hold("b1", "ann", "credit", 40), hold("b2", "ann", "credit", 25)}},
		{Key: "settle/9", Memo: "auction/9 is sold", Close: []ledger.Close{
			{ID: "b1", Pay: []ledger.Posting{{Account: ledger.Available("bob"), Asset: "credit", Amount: 24}, {Account: ledger.Fees, Asset: "credit", Amount: 1}}},
			{ID: "b2"},
			{ID: "lot", Pay: []ledger.Posting{{Account: ledger.Available("ann"), Asset: "lot/9", Amount: 1}}},
		}},
	} {
		_, err := b.Apply(x)
		require.NoError(t, err, x.Key)
	}
	assert.Equal(t, money.Amount(1), b.Balance(ledger.Available("ann"), "lot/9"))
	assert.Equal(t, money.Amount(45), b.Balance(ledger.Available("ann"), "credit"))
	assert.Equal(t, money.Amount(74), b.Balance(ledger.Available("bob"), "credit"))
	assert.Empty(t, b.Reconcile("auction/9"))
	require.NoError(t, b.Check())
}

func TestAFeeIsRoundedDownAndNeverMoreThanTheAmount(t *testing.T) {
	for _, c := range []struct {
		fee  ledger.Fee
		a    money.Amount
		want money.Amount
		err  error
	}{
		{ledger.Fee{}, 99, 0, nil},
		{ledger.Fee{PerMillion: 30_000}, 99, 2, nil},
		{ledger.Fee{PerMillion: 30_000, Flat: 1}, 99, 3, nil},
		{ledger.Fee{PerMillion: 30_000, Least: 5}, 99, 5, nil},
		{ledger.Fee{PerMillion: 500_000, Most: 7}, 99, 7, nil},
		{ledger.Fee{Flat: 10}, 4, 4, nil},
		{ledger.Fee{PerMillion: 1_000_000}, money.Max, money.Max, nil},
		{ledger.Fee{PerMillion: 1_000_000, Flat: 1}, money.Max, 0, money.ErrOverflow},
		{ledger.Fee{PerMillion: 1_000_001}, 1, 0, money.ErrInvalidAmount},
		{ledger.Fee{Most: 1, Least: 2}, 1, 0, money.ErrInvalidAmount},
		{ledger.Fee{}, -1, 0, money.ErrInvalidAmount},
	} {
		got, err := c.fee.Of(c.a)
		assert.Equal(t, c.want, got, "%+v", c)
		assert.ErrorIs(t, err, c.err)
	}
	b := filled(t)
	_, err := b.Apply(ledger.Transfer("all", "ann", "bob", credits(10), 10))
	require.NoError(t, err)
	assert.Equal(t, money.Amount(10), b.Balance(ledger.Fees, "credit"))
}

func TestADamagedSnapshotIsRefused(t *testing.T) {
	b := filled(t)
	good := b.Encode()
	_, err := ledger.DecodeBook(good)
	require.NoError(t, err)
	assert.Len(t, ledger.Hash(good), 64)
	assert.Empty(t, ledger.Hash(good[:10]))
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		_, err := ledger.DecodeBook(bad)
		require.ErrorIs(t, err, ledger.ErrSnapshot, i)
	}
	for _, cut := range []int{0, 5, 64, len(good) - 1} {
		_, err := ledger.DecodeBook(good[:cut])
		require.ErrorIs(t, err, ledger.ErrSnapshot)
	}
}

func TestAnAuditFindsWhatBreaksALaw(t *testing.T) {
	ann, bob := ledger.Available("ann"), ledger.Available("bob")
	begin := []ledger.Transaction{ledger.Open("o", "ann"), ledger.Deposit("in", "ann", credits(9)), ledger.Set("h", ledger.Hold{ID: "h", Owner: "ann", Ref: "x", Asset: "credit", Amount: 5})}
	for law, bad := range map[string]ledger.Transaction{
		"key":      ledger.Deposit("in", "ann", credits(9)),
		"sum":      {Key: "k", Postings: []ledger.Posting{{Account: ann, Asset: "credit", Amount: 1}}},
		"negative": ledger.Withdraw("k", "ann", credits(5)),
		"account":  ledger.Deposit("k", "bob", credits(1)),
		"hold":     ledger.Capture("k", "h", []ledger.Posting{{Account: bob, Asset: "credit", Amount: 6}}),
	} {
		_, err := ledger.Audit(of([]ledger.Batch{{First: 1, At: time.Unix(0, 0), Transactions: append(begin[:3:3], bad)}}))
		var imbalance *ledger.ImbalanceError
		require.ErrorAs(t, err, &imbalance, law)
		assert.Equal(t, law, imbalance.Law)
		assert.Equal(t, uint64(4), imbalance.Seq)
		_, err = ledger.Fold(of([]ledger.Batch{{First: 1, Transactions: append(begin[:3:3], bad)}}))
		require.ErrorIs(t, err, ledger.ErrImbalance, law)
	}
	_, err := ledger.Audit(of([]ledger.Batch{{First: 2, Transactions: begin}}))
	require.ErrorIs(t, err, ledger.ErrImbalance)
	report, err := ledger.Audit(of([]ledger.Batch{{First: 1, Transactions: begin}}))
	require.NoError(t, err)
	assert.ErrorIs(t, filled(t).Agrees(report), ledger.ErrImbalance)
	report.Transactions, report.Holds = 4, 1
	assert.ErrorIs(t, filled(t).Agrees(report), ledger.ErrImbalance)
}

func TestAccountsTellWhatTheyAre(t *testing.T) {
	for _, good := range []ledger.Account{ledger.World, ledger.Fees, ledger.Penalty, ledger.Available("a.b@c"), ledger.Held("ann", "auction/1/2"), ledger.Stake("ann"), ledger.Pool("p/1"), ledger.Subsidy("s")} {
		assert.True(t, good.Valid(), good)
	}
	for _, bad := range []ledger.Account{"", "/", "ann", "ann/", "ann/held/", "ann/held", "ann/other", "stake/available/x", "world/available", "fees/held/x", "a b/available", "pool/", "pool//", "ann/held//x", ledger.Available(strings.Repeat("x", 101)), "ann/available/x"} {
		assert.False(t, bad.Valid(), bad)
	}
}

func BenchmarkApply(b *testing.B) {
	book := ledger.New()
	for _, x := range []ledger.Transaction{ledger.Open("a", "ann"), ledger.Open("b", "bob"), ledger.Deposit("in", "ann", credits(1<<60))} {
		if _, err := book.Apply(x); err != nil {
			b.Fatal(err)
		}
	}
	keys := make([]string, b.N)
	for i := range keys {
		keys[i] = "transfer/" + strconv.Itoa(i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := book.Apply(ledger.Transfer(keys[i], "ann", "bob", credits(100), 3)); err != nil {
			b.Fatal(err)
		}
	}
}
