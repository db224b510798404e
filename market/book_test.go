// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/supervision"
)

func TestADayOnTheMarketIsPaidToTheLastUnit(t *testing.T) {
	assert.Equal(t, `ann/available credit 12187
ann/available tea 77
ann/held/book/tea credit 173
bob/available credit 8459
bob/available tea 109
bob/held/book/tea credit 581
cid/available credit 8486
cid/available tea 113
cid/held/book/tea tea 2
dan/available credit 9936
dan/available tea 97
dan/held/book/tea credit 102
dan/held/book/tea tea 2
fees credit 76
world credit -40000
world tea -400
3 bob buy 6 at 95 holds 581
8 ann buy 2 at 85 holds 173
12 dan sell 2 at 98 holds 2
13 cid sell 2 at 200 holds 2
14 dan buy 2 at 50 holds 102
trade 1: 4 at 100, cid/4 from ann/1
trade 2: 6 at 100, cid/6 from ann/1
trade 3: 6 at 110, bob/7 from ann/2
trade 4: 4 at 110, dan/5 from ann/2
trade 5: 3 at 95, bob/3 from ann/9
trade 6: 5 at 98, cid/11 from dan/12
open [{0.000095 6 1} {0.000085 2 1} {0.00005 2 1}] [{0.000098 2 1} {0.0002 2 1}] last 98 mid 96 trades 6
`, undisturbed(t))
}

// TestAnEndAtEachAppendChangesNothingOnTheMarket lets each append of a day fail once, before and after it is stored, of the book and of the
// ledger: state and process are made again, and the day ends as if nothing had been.
func TestAnEndAtEachAppendChangesNothingOnTheMarket(t *testing.T) {
	want := undisturbed(t)
	for _, snapshots := range []bool{false, true} {
		for n := 0; ; n++ {
			reached := false
			for _, stored := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					m := newMemory()
					b, l, _ := trading(t, m, func(o *market.BookOptions) {
						if snapshots {
							o.Snapshots, o.SnapshotEvery = m, 3
						}
					})
					count := 0
					m.failing(func(string, []market.Event) (bool, error) {
						if count++; count == n+1 {
							reached = true
							return stored, errDisk
						}
						return true, nil
					})
					through(t, b, l)
					unstuck(t, b, l)
					require.Equal(t, want, picture(t, b, l), "append %d, stored %v", n, stored)
				})
			}
			if !reached {
				require.Greater(t, n, 40)
				break
			}
		}
	}
}

func TestABookThatIsKilledAgainAndAgainTradesOnce(t *testing.T) {
	want := undisturbed(t)
	for _, process := range []string{"tea", "ledger"} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			b, l, sup := trading(t, m, func(o *market.BookOptions) { o.Snapshots, o.SnapshotEvery = m, 5 })
			for _, s := range day() {
				sup.Child(process).Kill()
				insistOn(t, func(ctx context.Context) error {
					err := s.do(ctx, b)
					if s.refuse != nil && errors.Is(err, s.refuse) {
						return nil
					}
					return err
				})
			}
			synctest.Wait()
			insistOn(t, func(ctx context.Context) error { _, err := l.Reconcile(ctx, "x"); return err })
			unstuck(t, b, l)
			require.Equal(t, want, picture(t, b, l))
		})
	}
}

func TestARepeatedCommandIsDoneOnceAndAnsweredAsBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, l, sup := trading(t, newMemory(), nil)
		first, err := b.Place(t.Context(), sell("1", "ann", 100, 10))
		require.NoError(t, err)
		assert.Equal(t, market.Placed{Order: 1, Left: 10}, first)
		filled, err := b.Place(t.Context(), buy("2", "bob", 120, 4))
		require.NoError(t, err)
		assert.Equal(t, market.Placed{Order: 2, Filled: 4, Cost: 400}, filled)
		sup.Child("tea").Kill()
		synctest.Wait()
		for range 3 {
			again, err := b.Place(t.Context(), buy("2", "bob", 120, 4))
			require.NoError(t, err)
			filled.Duplicate = true
			assert.Equal(t, filled, again)
		}
		_, err = b.Place(t.Context(), buy("2", "bob", 120, 5))
		require.ErrorIs(t, err, market.ErrKeyTaken)
		_, err = b.Cancel(t.Context(), "2", "bob", 1)
		require.ErrorIs(t, err, market.ErrKeyTaken)
		assert.Equal(t, money.Amount(10_000-400-8), balance(t, l, "bob"))
		unstuck(t, b, l)
	})
}

func TestManyAtOnceShareABatchAndOneTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b, l, _ := trading(t, m, nil)
		synctest.Wait() // until the book has taken the ref over
		before := len(m.types(books))
		release := make(chan struct{})
		held := false
		m.failing(func(stream string, _ []market.Event) (bool, error) {
			if stream != books && !held {
				held = true
				<-release // the first append of the book takes its time
			}
			return true, nil
		})
		done := make(chan error, 40)
		go func() { // ends with its answer, which the test takes
			_, err := b.Place(t.Context(), sell("first", "ann", 100, 20))
			done <- err
		}()
		synctest.Wait()
		for i := range 39 {
			go func() { // ends with its answer, which the test takes
				_, err := b.Place(t.Context(), buy(fmt.Sprint(i), traders[1+i%3], 100, 1))
				done <- err
			}()
		}
		synctest.Wait()
		close(release)
		for range 40 {
			require.NoError(t, <-done)
		}
		assert.Len(t, m.types("market/book/tea"), 2)
		assert.Equal(t, 3, len(m.types(books))-before, "a hold; then all holds at once, and all that was traded")
		orders, err := b.Orders(t.Context(), "")
		require.NoError(t, err)
		assert.Len(t, orders, 19)
		unstuck(t, b, l)
	})
}

// A replacement that needs more than is held because of an order of the same batch comes after it, and is neither lost nor unpaid.
func TestAReplacementThatWasOvertakenNeedsWhatItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b, l, _ := trading(t, m, nil)
		_, err := b.Place(t.Context(), buy("1", "ann", 90, 10))
		require.NoError(t, err)
		release := make(chan struct{})
		held := false
		m.failing(func(stream string, _ []market.Event) (bool, error) {
			if stream != books && !held {
				held = true
				<-release
			}
			return true, nil
		})
		done := make(chan error, 3)
		for _, do := range []func(context.Context, *market.Book) error{
			placing(buy("2", "bob", 10, 1)),
			placing(sell("3", "cid", 90, 6)),
			func(ctx context.Context, b *market.Book) error {
				_, err := b.Replace(ctx, market.Replacement{Key: "4", Owner: "ann", Order: 1, Price: 95, Quantity: 10})
				return err
			},
		} {
			go func() { done <- do(t.Context(), b) }() // ends with its answer, which the test takes
			synctest.Wait()
		}
		close(release)
		for range 3 {
			require.NoError(t, <-done)
		}
		orders, err := b.Orders(t.Context(), "ann")
		require.NoError(t, err)
		require.Len(t, orders, 1)
		assert.Equal(t, int64(10), orders[0].Order.Quantity, "6 were traded, and 10 more are wanted")
		assert.Equal(t, money.Amount(950+19), orders[0].Held)
		unstuck(t, b, l)
	})
}

func TestAWhaleIsPaidInSeveralTransactions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b, l, _ := trading(t, m, nil)
		_, err := l.Post(t.Context(), ledger.Deposit("whale", "ann", credits(1_000_000)))
		require.NoError(t, err)
		const sellers = 1300
		done := make(chan error, sellers)
		for i := range sellers {
			go func() { // ends with its answer, which the test takes
				who := fmt.Sprintf("seller-%d", i)
				open := ledger.Deposit("in/"+who, who, money.Of(1, "tea"))
				open.Accounts = []ledger.Account{ledger.Available(who)}
				_, err := l.Post(t.Context(), open)
				if err == nil {
					_, err = b.Place(t.Context(), sell(who, who, 10, 1))
				}
				done <- err
			}()
		}
		for range sellers {
			require.NoError(t, <-done)
		}
		p, err := b.Place(t.Context(), buy("all", "ann", 10, sellers+5))
		require.NoError(t, err)
		assert.Equal(t, market.Placed{Order: p.Order, Filled: sellers, Cost: 10 * sellers, Left: 5}, p)
		tea, err := l.Balance(ledger.Available("ann"), "tea")
		require.NoError(t, err)
		assert.Equal(t, money.Amount(100+sellers), tea)
		conserved(t, l)
		unstuck(t, b, l)
	})
}

func TestADoubleAuctionIsPaidAtTwoPrices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, l, _ := trading(t, newMemory(), func(o *market.BookOptions) { o.Fees = orderbook.Fees{} })
		require.NoError(t, b.Call(t.Context(), "call"))
		for i, o := range []market.BookOrder{buy("1", "ann", 90, 1), buy("2", "bob", 70, 1), sell("3", "cid", 20, 1), sell("4", "dan", 60, 1)} {
			p, err := b.Place(t.Context(), o)
			require.NoError(t, err)
			assert.Equal(t, orderbook.ID(i+1), p.Order)
		}
		p, err := b.Double(t.Context(), "clear")
		require.NoError(t, err)
		assert.Equal(t, int64(1), p.Filled, "the last pair that could trade makes the prices")
		assert.Equal(t, []money.Amount{9930, 10_000, 10_060, 10_000}, []money.Amount{balance(t, l, "ann"), balance(t, l, "bob"), balance(t, l, "cid"), balance(t, l, "dan")})
		fees, err := l.Balance(ledger.Fees, "credit")
		require.NoError(t, err)
		assert.Equal(t, money.Amount(10), fees)
		unstuck(t, b, l)
	})
}

func TestReadersSeeTapeDepthAndAverages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, sup := trading(t, newMemory(), nil)
		begin := time.Now()
		for i, o := range []market.BookOrder{sell("1", "ann", 100, 10), buy("2", "bob", 100, 4), buy("3", "cid", 100, 2), buy("4", "cid", 90, 3)} {
			time.Sleep(time.Minute)
			_, err := b.Place(t.Context(), o)
			require.NoError(t, err, i)
		}
		_, err := b.Place(t.Context(), sell("5", "ann", 90, 1))
		require.NoError(t, err)
		sup.Child("tea").Kill() // readers need no process
		v, err := b.View()
		require.NoError(t, err)
		assert.Equal(t, []orderbook.Level{{Price: 90, Quantity: 2, Orders: 1}}, v.Buy)
		assert.Equal(t, []orderbook.Level{{Price: 100, Quantity: 4, Orders: 1}}, v.Sell)
		assert.Equal(t, []money.Amount{90, 95}, []money.Amount{v.Last, v.Mid})
		price, n, err := b.VWAP(begin)
		require.NoError(t, err)
		assert.Equal(t, money.Amount(98), price)
		assert.Equal(t, int64(7), n)
		price, covered, err := b.TWAP(begin, begin.Add(4*time.Minute))
		require.NoError(t, err)
		assert.Equal(t, money.Amount(100), price)
		assert.Equal(t, 2*time.Minute, covered)
		_, _, err = b.VWAP(begin.Add(time.Hour))
		require.ErrorIs(t, err, orderbook.ErrNoPrice)
		tape, missed, err := b.Trades(1)
		require.NoError(t, err)
		assert.False(t, missed)
		assert.Len(t, tape, 2)
		assert.Equal(t, "cid", tape[0].Buyer)
	})
}

func TestABookNeedsAllItsParts(t *testing.T) {
	_, err := market.NewBook(market.BookOptions{Name: "not a name", Keys: -1, Fees: orderbook.Fees{Maker: -1}})
	var wrong *market.BookError
	require.ErrorAs(t, err, &wrong)
	var spec *orderbook.SpecError
	require.ErrorAs(t, err, &spec)
	for _, part := range []string{"Ledger", "Name", "Keys", "no stream", "no journal", "Base", "Maker"} {
		assert.ErrorContains(t, err, part)
	}
}

// Every mistake of an order is told by the process as the book itself tells it, and holds nothing.
func TestWhatABookRefusesCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, l, sup := trading(t, newMemory(), func(o *market.BookOptions) { o.Spec.Tick, o.Spec.Lot, o.Spec.Orders = 5, 2, 3 })
		var mistake *orderbook.OrderError
		var wrong *market.BookError
		refused := func(o market.BookOrder) error {
			_, err := b.Place(t.Context(), o)
			require.Error(t, err)
			return err
		}
		require.ErrorAs(t, refused(buy("", "ann", 5, 2)), &wrong)
		require.ErrorAs(t, refused(buy("1", "", 5, 2)), &wrong)
		require.ErrorIs(t, refused(buy("1", "ann", 7, 2)), orderbook.ErrOffTick)
		require.ErrorIs(t, refused(buy("1", "ann", 5, 3)), orderbook.ErrOffLot)
		require.ErrorIs(t, refused(buy("1", "ann", 5, orderbook.MaxQuantity+2)), orderbook.ErrTooLarge)
		require.ErrorAs(t, refused(buy("1", "ann", -5, 2)), &mistake)
		require.ErrorAs(t, refused(buy("1", "ann", 5, -2)), &mistake)
		require.ErrorAs(t, refused(buy("1", "ann", 5, 0)), &mistake)
		require.ErrorIs(t, refused(sell("1", "ann", 5, 102)), ledger.ErrInsufficientFunds)
		for i := range 3 {
			_, err := b.Place(t.Context(), buy(fmt.Sprint("full", i), "bob", 5, 2))
			require.NoError(t, err)
		}
		require.ErrorIs(t, refused(buy("1", "ann", 5, 2)), orderbook.ErrFull)
		_, err := b.Uncross(t.Context(), "u", 0)
		require.ErrorIs(t, err, orderbook.ErrPhase)
		_, err = b.Double(t.Context(), "u")
		require.ErrorIs(t, err, orderbook.ErrPhase)
		require.NoError(t, b.Call(t.Context(), "c"))
		require.ErrorIs(t, refused(kind(buy("1", "ann", 5, 2), orderbook.IOC)), orderbook.ErrPhase)
		_, err = b.Cancel(t.Context(), "k", "bob", 1)
		require.NoError(t, err)
		require.ErrorIs(t, refused(sell("1", "bob", 5, 2)), orderbook.ErrSelfTrade)
		_, err = b.Cancel(t.Context(), "k2", "ann", 2)
		require.ErrorIs(t, err, orderbook.ErrUnknownOrder)
		assert.Equal(t, money.Amount(10_000), balance(t, l, "ann"))
		unstuck(t, b, l)
		require.NoError(t, sup.TerminateChild(t.Context(), "tea"))
		require.ErrorIs(t, refused(buy("1", "ann", 5, 2)), market.ErrUnavailable)
	})
}

// A second process on the stream and the ref of a book ends its predecessor.
func TestABookHasOneWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b, l, sup := trading(t, m, nil)
		_, err := b.Place(t.Context(), buy("1", "ann", 10, 1))
		require.NoError(t, err)
		o := teaBook(m, l)
		second, err := market.NewBook(o)
		require.NoError(t, err)
		_, err = sup.StartChild(t.Context(), supervision.Worker("second", second.Behavior))
		require.NoError(t, err)
		_, err = second.Place(t.Context(), buy("2", "ann", 10, 1))
		require.NoError(t, err)
		require.NoError(t, sup.TerminateChild(t.Context(), "second"))
		_, err = b.Place(t.Context(), buy("3", "ann", 10, 1))
		require.ErrorIs(t, err, market.ErrUnavailable, "it was fenced")
		insistOn(t, func(ctx context.Context) error { _, err := b.Place(ctx, buy("3", "ann", 10, 1)); return err })
		orders, err := b.Orders(t.Context(), "ann")
		require.NoError(t, err)
		assert.Len(t, orders, 3)
		unstuck(t, b, l)
	})
}
