// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/internal/admin"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/market/predict"
	"mabeam.dev/supervision"
)

// streams is a journal of markets in memory.
type streams struct {
	mu struct {
		sync.Mutex
		all map[string][]market.Event
	}
}

func (s *streams) Append(_ context.Context, stream string, expect uint64, ev ...market.Event) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := uint64(len(s.mu.all[stream]))
	if have != expect {
		return 0, market.ErrVersion
	}
	s.mu.all[stream] = append(s.mu.all[stream], ev...)
	return have + uint64(len(ev)), nil
}

func (s *streams) Read(_ context.Context, stream string, from uint64, yield func(uint64, market.Event) error) error {
	s.mu.Lock()
	all := append([]market.Event(nil), s.mu.all[stream]...)
	s.mu.Unlock()
	for i := from; i < uint64(len(all)); i++ {
		if err := yield(i+1, all[i]); err != nil {
			return err
		}
	}
	return nil
}

// inPit is a book, a prediction market and prices, with the handlers of them.
func inPit(t *testing.T, body func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		j := &streams{}
		j.mu.all = map[string][]market.Event{}
		l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "ledger", Journal: j})
		require.NoError(t, err)
		b, err := market.NewBook(market.BookOptions{Name: "tea", Stream: "tea", Journal: j, Ledger: l, Spec: orderbook.Spec{Base: "tea", Quote: "credit", Tick: money.Unit / 2}})
		require.NoError(t, err)
		p, err := market.NewPrediction(market.PredictionOptions{
			Name: "rain", Stream: "rain", Journal: j, Ledger: l, Currency: "credit",
			Spec: predict.Spec{Outcomes: []string{"wet", "dry"}, Liquidity: money.Unit}, Maker: "ann", Oracle: "ann", Judge: "ann",
		})
		require.NoError(t, err)
		prices, err := market.NewPrices(market.PricesOptions{Name: "prices", Tapes: []market.Tape{b}})
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{
			supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...), b.Child(), p.Child(), prices.Child(),
		}})
		require.NoError(t, err)
		for _, x := range []ledger.Transaction{
			ledger.Open("1", "ann"), ledger.Deposit("2", "ann", money.Of(100*money.Unit, "credit")),
			ledger.Open("3", "bob"), ledger.Deposit("4", "bob", money.Of(10, "tea")),
		} {
			_, err := l.Post(t.Context(), x)
			require.NoError(t, err)
		}
		handler := admin.Books(admin.BookViews{Books: []*market.Book{b}, Predictions: []*market.Prediction{p}, Prices: prices, Now: time.Now, Token: "secret", Body: 1000})
		body(t, &office{t: t, handler: admin.WithBooks(admin.Handler(healthy(), nil), handler)})
	})
}

func TestOrdersComeToABookAndItsPictureIsSeen(t *testing.T) {
	inPit(t, func(t *testing.T, o *office) {
		const at = "/v1/market/books/tea"
		code, placed := post[admin.PlacedAnswer](o, at+"/orders", `{"key":"1","owner":"bob","side":"sell","price":"2.5","quantity":4}`, nil)
		assert.Equal(t, http.StatusOK, code)
		assert.Equal(t, admin.PlacedAnswer{Version: 1, Order: 1, Cost: "0", Left: 4}, placed)
		for _, again := range []bool{false, true} {
			code, placed = post[admin.PlacedAnswer](o, at+"/orders", `{"owner":"ann","side":"buy","kind":"ioc","price":"3","quantity":1}`, map[string]string{"Idempotency-Key": "2"})
			assert.Equal(t, http.StatusOK, code)
			assert.Equal(t, admin.PlacedAnswer{Version: 1, Order: 2, Filled: 1, Cost: "2.5", Duplicate: again}, placed)
		}
		time.Sleep(2 * time.Second)
		code, a := get[admin.BookAnswer](o, at+"?levels=1&after=0")
		assert.Equal(t, http.StatusOK, code)
		assert.Equal(t, []admin.BookLevel{{Price: "2.5", Quantity: 3, Orders: 1}}, a.Book.Sell)
		assert.Empty(t, a.Book.Buy)
		require.Len(t, a.Book.Tape, 1)
		assert.Equal(t, []string{"ann", "bob", "2.5", "buy"}, []string{a.Book.Tape[0].Buyer, a.Book.Tape[0].Seller, a.Book.Tape[0].Price, a.Book.Tape[0].Taker})
		require.NotNil(t, a.Book.Price)
		assert.Equal(t, "2.5", a.Book.Price.Index)
		_, a = get[admin.BookAnswer](o, at+"?after=1")
		assert.Empty(t, a.Book.Tape)
		code, all := get[admin.BooksAnswer](o, "/v1/market/books")
		assert.Equal(t, http.StatusOK, code)
		assert.Len(t, all.Books, 1)
		assert.Equal(t, map[string]string{"wet": "0.499999", "dry": "0.499999"}, all.Predictions[0].Prices)
		w := o.ask("DELETE", at+"/orders/1?owner=bob&key=3", "", request{})
		code, placed = decode[admin.PlacedAnswer](o, w)
		assert.Equal(t, http.StatusOK, code)
		assert.Equal(t, orderbook.ID(1), placed.Order)
	})
}

func TestWhatABookDoesNotTakeHasItsStatus(t *testing.T) {
	inPit(t, func(t *testing.T, o *office) {
		const at = "/v1/market/books/tea"
		for body, want := range map[string]struct {
			status int
			code   string
		}{
			`{`: {400, admin.CodeBody},
			`{"owner":"ann","side":"buy","price":"1","quantity":1,"what":1}`:           {400, admin.CodeBody},
			`{"key":"k","owner":"ann","side":"hold","price":"1","quantity":1}`:         {400, admin.CodeOrder},
			`{"key":"k","owner":"ann","side":"buy","price":"1.00000001","quantity":1}`: {400, admin.CodeOrder},
			`{"key":"k","owner":"ann","side":"buy","price":"1.2","quantity":1}`:        {400, admin.CodeOrder},
			`{"key":"k","owner":"ann","side":"buy","price":"1","quantity":-1}`:         {400, admin.CodeOrder},
			`{"owner":"ann","side":"buy","price":"1","quantity":1}`:                    {400, admin.CodeOrder},
			`{"key":"k","owner":"ann","side":"buy","price":"1","quantity":101}`:        {409, admin.CodeNotTaken},
		} {
			status, code := refused(o, o.ask("POST", at+"/orders", body, request{}))
			assert.Equal(t, want.status, status, body)
			assert.Equal(t, want.code, code, body)
		}
		status, code := refused(o, o.ask("GET", "/v1/market/books/rice", "", request{}))
		assert.Equal(t, []any{404, admin.CodeNoBook}, []any{status, code})
		status, _ = refused(o, o.ask("GET", at+"?levels=x", "", request{}))
		assert.Equal(t, 400, status)
		status, _ = refused(o, o.ask("DELETE", at+"/orders/77?owner=bob&key=3", "", request{}))
		assert.Equal(t, 404, status)
		status, _ = refused(o, o.ask("GET", at, "", request{from: "192.0.2.7:99"}))
		assert.Equal(t, 401, status)
	})
}
