// SPDX-License-Identifier: Apache-2.0

package listing

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

func judged(string) Judgement { return Judgement{Reputation: 0.5, Quality: 0.5} }

func TestEveryDealPaysOutExactlyItsPriceOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := Spec{
			Listing: 3, Transaction: rapid.Int64Range(0, 400_000).Draw(t, "fee"), Success: rapid.Int64Range(0, 400_000).Draw(t, "success"),
			Cancellation: rapid.Int64Range(0, million).Draw(t, "cancellation"), Discount: rapid.Int64Range(0, million).Draw(t, "discount"), Delivery: 5, Acceptance: 5, Review: 5,
		}
		m, err := New(spec, judged)
		require.NoError(t, err)
		books := map[string]money.Amount{}
		at := int64(0)
		ended := map[string]bool{}
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			at += rapid.Int64Range(0, 2).Draw(t, "later")
			if rapid.IntRange(0, 9).Draw(t, "written") == 0 { // one that was written down goes on as if nothing had happened
				image := m.Encode()
				m, err = Decode(spec, judged, image)
				require.NoError(t, err)
				require.Equal(t, string(image), string(m.Encode()))
			}
			id := fmt.Sprint("d", rapid.IntRange(0, 5).Draw(t, "deal"))
			of := fmt.Sprint("l", rapid.IntRange(0, 3).Draw(t, "listing"))
			who := rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "who")
			before := m.deals[id]
			was := Deal{}
			if before != nil {
				was = *before
			}
			var moves []Move
			switch rapid.IntRange(0, 13).Draw(t, "what") {
			case 0:
				moves, err = m.List(at, Listing{
					ID: of, Provider: who, Kind: "k", Price: money.Amount(rapid.Int64Range(1, 999).Draw(t, "price")), Capacity: rapid.IntRange(1, 2).Draw(t, "capacity"),
					Expires: at + rapid.Int64Range(0, 9).Draw(t, "expires"),
				})
				if err == nil {
					m.Listed(of, true)
				}
			case 1, 2:
				moves, err = m.Buy(at, id, of, who, 0)
				if err == nil && rapid.Bool().Draw(t, "poor") {
					m.Ready(at, id, false)
					moves = nil
				}
			case 3:
				err = m.Begin(at, id, who)
			case 4:
				err = m.Deliver(at, id, who, Delivery{})
			case 5:
				moves, err = m.Accept(id, who, nil)
			case 6:
				err = m.Dispute(at, id, who, "bad")
			case 7:
				moves, err = m.Resolve(id, "judge", rapid.Int64Range(0, million).Draw(t, "share"))
			case 8:
				moves, err = m.Expired(at, id)
			case 9:
				moves, err = m.Cancel(id, who)
			case 10:
				gone := m.Expire(at)
				for _, match := range m.Find(at, Request{Kind: "k"}) {
					require.NotContains(t, gone, match.ID)
				}
				err = m.Withdraw(who, of)
			case 11:
				moves, err = m.Agree(at, Terms{ID: id, Buyer: who, Provider: "cid", Price: 70, Deposit: 30, Waived: rapid.Bool().Draw(t, "waived")})
			case 12:
				moves, err = m.Abandon(id, "cid", "ill")
			case 13:
				err = nil
				m.Ready(at, id, true)
				m.Settled(id)
				for _, d := range m.Due(at, 3) {
					require.LessOrEqual(t, m.deals[d].Until, at)
				}
			}
			if err != nil {
				require.Empty(t, moves)
				if before != nil {
					require.Equal(t, was, *m.deals[id])
				}
			}
			for _, v := range moves {
				require.Positive(t, v.Amount)
				require.False(t, ended[v.From], "paid twice")
				books[v.From] -= v.Amount
				books[v.To] += v.Amount
			}
			busy := map[string]int{}
			for id, d := range m.deals {
				switch d.State {
				case Ordered, Funded, InProgress, Delivered, Disputed:
					busy[d.Listing]++
					require.Equal(t, d.Price, books[held(d.Buyer, id)])
					require.Equal(t, d.Deposit, books[held(d.Provider, id)])
				case Accepted, Paid, Resolved, Refunded, Cancelled:
					ended[held(d.Buyer, id)] = true
					require.Zero(t, books[held(d.Buyer, id)], "%s of %d", d.State, d.Price)
					require.Zero(t, books[held(d.Provider, id)], "%s of %d", d.State, d.Deposit)
				}
			}
			for id, e := range m.listings {
				require.Equal(t, busy[id], e.busy)
				require.LessOrEqual(t, e.busy, e.Capacity)
			}
		}
	})
}

func TestMatchesFitTheRequestAndAreRankedByWhatIsMeasured(t *testing.T) {
	known := map[string]Judgement{"ann": {0.9, 0.9}, "bob": {0.5, 0.5}, "cid": {0.1, 1}, "dan": {0.5, 0.5}}
	spec := DefaultSpec()
	m, err := New(spec, func(p string) Judgement { return known[p] })
	require.NoError(t, err)
	list := func(id, provider string, price money.Amount, can ...string) {
		fee, err := m.List(0, Listing{ID: id, Provider: provider, Kind: "k", Capabilities: can, Price: price, Capacity: 1, Expires: 100})
		require.NoError(t, err)
		require.Equal(t, []Move{{provider + "/available", "fees", 50_000}}, fee)
		require.Empty(t, m.Find(50, Request{Kind: "unpaid"}))
		m.Listed(id, true)
	}
	list("4", "ann", 200, "go", "sql")
	list("3", "bob", 100, "go")
	list("2", "dan", 100, "go")
	list("1", "cid", 150, "go")
	list("0", "cid", 9999)
	ids := func(r Request) (all []string) {
		r.Kind = "k"
		for _, c := range m.Find(50, r) {
			all = append(all, c.ID)
		}
		return all
	}
	assert.Equal(t, []string{"2", "3", "4", "1"}, ids(Request{Capabilities: []string{"go"}}), "0.7, 0.7, 0.64, 0.49")
	assert.Equal(t, []string{"4"}, ids(Request{Capabilities: []string{"sql", "go"}}))
	assert.Equal(t, []string{"2", "3", "1"}, ids(Request{Limit: 150}))
	assert.Empty(t, m.Find(50, Request{Kind: "other"}))
	assert.Empty(t, m.Find(100, Request{Kind: "k"}), "expired")
	_, err = m.Buy(50, "d", "2", "eve", 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"3"}, ids(Request{Limit: 100}), "dan has no capacity left")
	assert.Equal(t, []string{"0", "1", "2", "3", "4"}, m.Expire(100))
	assert.Empty(t, m.Expire(100))
	assert.Zero(t, unit(-1))
	assert.InDelta(t, 1, unit(7), 0)
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	var input *InputError
	var state *StateError
	var price *PriceError
	var low *ReputationError
	_, err := New(Spec{Listing: -1, Transaction: -1, Success: 2 * million, Cancellation: -1, Discount: -1, Gate: 2}, judged)
	for _, field := range []string{"Listing", "Transaction", "Success", "Cancellation", "Discount", "Gate", "Delivery"} {
		require.ErrorContains(t, err, field)
	}
	reputation := 0.5
	spec := DefaultSpec()
	spec.Gate = 0.3
	m, err := New(spec, func(string) Judgement { return Judgement{Reputation: reputation} })
	require.NoError(t, err)
	good := Listing{ID: "l", Provider: "ann", Kind: "k", Price: 100, Capacity: 1, Expires: 50}
	for _, change := range []func(*Listing){
		func(l *Listing) { l.ID = "" }, func(l *Listing) { l.Price = 0 }, func(l *Listing) { l.Capacity = 0 }, func(l *Listing) { l.Expires = 10 },
	} {
		bad := good
		change(&bad)
		_, err = m.List(10, bad)
		require.ErrorAs(t, err, &input)
	}
	reputation = 0.2
	_, err = m.List(10, good)
	require.ErrorAs(t, err, &low)
	reputation = 0.5
	_, err = m.List(10, good)
	require.NoError(t, err)
	require.ErrorIs(t, m.Withdraw("ann", "l"), ErrUnknown, "not paid yet")
	m.Listed("l", false)
	_, err = m.List(10, good)
	require.NoError(t, err)
	m.Listed("l", true)
	_, err = m.List(10, good)
	require.ErrorIs(t, err, ErrDuplicate)
	require.ErrorIs(t, m.Withdraw("bob", "l"), ErrNotYours)
	require.ErrorIs(t, m.Withdraw("ann", "?"), ErrUnknown)
	buy := func(at int64, id, of, who string, limit money.Amount) error {
		moves, err := m.Buy(at, id, of, who, limit)
		if err != nil {
			require.Empty(t, moves)
		}
		return err
	}
	require.ErrorAs(t, buy(10, "", "l", "bob", 0), &input)
	require.ErrorAs(t, buy(10, "d", "l", "ann", 0), &input, "with oneself")
	require.ErrorAs(t, buy(10, "d", "l", "bob", 99), &price)
	require.ErrorIs(t, buy(10, "d", "?", "bob", 0), ErrUnknown)
	require.ErrorIs(t, buy(50, "d", "l", "bob", 0), ErrUnknown, "expired")
	reputation = 0.2
	require.ErrorAs(t, buy(10, "d", "l", "bob", 0), &low)
	reputation = 0.5
	require.NoError(t, buy(10, "d", "l", "bob", 100))
	require.ErrorIs(t, buy(10, "d", "l", "bob", 0), ErrDuplicate)
	require.ErrorIs(t, buy(10, "e", "l", "bob", 0), ErrFull)
	require.ErrorIs(t, m.Begin(11, "d", "bob"), ErrNotYours)
	require.ErrorIs(t, m.Begin(11, "?", "ann"), ErrUnknown)
	require.ErrorAs(t, m.Deliver(11, "d", "ann", Delivery{}), &state, "not funded yet")
	m.Ready(10, "d", true)
	late := 10 + spec.Delivery
	require.ErrorAs(t, m.Begin(late, "d", "ann"), &state)
	require.NoError(t, m.Begin(11, "d", "ann"))
	_, err = m.Cancel("d", "bob")
	require.ErrorAs(t, err, &state)
	_, err = m.Expired(late-1, "d")
	require.ErrorAs(t, err, &state)
	require.ErrorAs(t, m.Deliver(late, "d", "ann", Delivery{}), &state)
	require.NoError(t, m.Deliver(20, "d", "ann", Delivery{}))
	_, over := m.Outcome("d")
	require.False(t, over)
	require.ErrorAs(t, m.Dispute(20+spec.Acceptance, "d", "bob", ""), &state)
	_, err = m.Resolve("d", "judge", million+1)
	require.ErrorAs(t, err, &input)
	_, err = m.Resolve("d", "judge", 0)
	require.ErrorAs(t, err, &state)
	moves, err := m.Expired(20+spec.Acceptance, "d")
	require.NoError(t, err)
	require.Equal(t, []Move{{"bob/held/deal/d", "fees", 3}, {"bob/held/deal/d", "ann/available", 97}}, moves, "silence accepts")
	_, err = m.Accept("d", "bob", nil)
	require.ErrorAs(t, err, &state)
	_, over = m.Outcome("d")
	require.False(t, over, "the money has not moved")
	m.Settled("d")
	out, over := m.Outcome("d")
	require.True(t, over)
	require.Equal(t, Outcome{"d", "bob", "ann", 100, true, false}, out)
	_, err = m.Deal("?")
	require.ErrorIs(t, err, ErrUnknown)
}
