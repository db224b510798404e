// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/internal/admin"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
)

// slate is a journal of markets in memory.
type slate struct {
	mu      sync.Mutex
	streams map[string][]market.Event
}

func (s *slate) Append(_ context.Context, stream string, expect uint64, ev ...market.Event) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if uint64(len(s.streams[stream])) != expect {
		return 0, market.ErrVersion
	}
	s.streams[stream] = append(s.streams[stream], ev...)
	return uint64(len(s.streams[stream])), nil
}

func (s *slate) Read(_ context.Context, stream string, from uint64, yield func(uint64, market.Event) error) error {
	s.mu.Lock()
	all := s.streams[stream]
	s.mu.Unlock()
	for i := int(min(from, uint64(len(all)))); i < len(all); i++ {
		if err := yield(uint64(i)+1, all[i]); err != nil {
			return err
		}
	}
	return nil
}

// stall is a server with a market that has an open sealed auction and an English one.
func stall(t *testing.T, change ...func(*market.ExchangeOptions)) (*admin.Client, *httptest.Server, *market.Exchange) {
	t.Helper()
	log := &slate{streams: map[string][]market.Event{}}
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "ledger", Journal: log})
	require.NoError(t, err)
	o := market.ExchangeOptions{Name: "exchange", Stream: "exchange", Journal: log, Ledger: l}
	for _, f := range change {
		f(&o)
	}
	x, err := market.NewExchange(o)
	require.NoError(t, err)
	sys := actors.New(actors.Options{})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	_, err = supervision.Start(sys, "market", supervision.Spec{Children: []supervision.Child{supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...), x.Child()}})
	require.NoError(t, err)
	ctx := t.Context()
	for _, post := range []ledger.Transaction{
		ledger.Open("o/ann", "ann"), ledger.Open("o/sue", "sue"), ledger.Deposit("d/ann", "ann", money.Of(100*money.Unit, "credit")),
		ledger.Deposit("d/sue", "sue", money.Of(5, "tea")),
	} {
		_, err := l.Post(ctx, post)
		require.NoError(t, err)
	}
	server := httptest.NewServer(admin.WithMarket(http.NotFoundHandler(), admin.Market(admin.MarketOptions{Exchange: x, Token: "secret"})))
	t.Cleanup(server.Close)
	client := admin.DialAddr(strings.TrimPrefix(server.URL, "http://"))
	for _, kind := range []auction.Kind{auction.Vickrey, auction.English} {
		a, err := client.CreateAuction(ctx, auction.Spec{ID: string(kind), Kind: kind, Owner: "sue", Currency: "credit", Goods: []money.Asset{"tea"}, Duration: time.Hour}, true)
		require.NoError(t, err)
		assert.Equal(t, "open", a.Auction.State)
	}
	return client, server, x
}

func TestAMarketIsAskedAndTradedWithOverHTTP(t *testing.T) {
	client, _, _ := stall(t)
	ctx := t.Context()
	first, err := client.Bid(ctx, "english", admin.BidOrder{Key: "1", Bidder: "ann", Amount: "12.50"})
	require.NoError(t, err)
	assert.True(t, first.Standing)
	again, err := client.Bid(ctx, "english", admin.BidOrder{Key: "1", Bidder: "ann", Amount: "12.5"})
	require.NoError(t, err)
	assert.True(t, again.Duplicate)
	_, err = client.Bid(ctx, "vickrey", admin.BidOrder{Key: "1", Bidder: "ann", Amount: "73.21"})
	require.NoError(t, err)
	a, err := client.Market(ctx)
	require.NoError(t, err)
	assert.Len(t, a.Auctions, 2)
	assert.True(t, a.Balanced)
	assert.Contains(t, a.Accounts, admin.AccountView{Owner: "ann", Asset: "credit", Total: "100"})
	assert.Contains(t, a.Accounts, admin.AccountView{Owner: "sue", Asset: "tea", Total: "5"})
	assert.Contains(t, a.Holds, admin.HoldView{Ref: "auction/vickrey", Owner: "ann", Asset: "credit"}, "what is held tells a sealed bid")
	text, err := json.Marshal(a)
	require.NoError(t, err)
	for _, secret := range []string{"73.21", "26.79", "14.29", "87.5"} {
		assert.NotContains(t, string(text), secret)
	}
	one, err := client.OrderAuction(ctx, "english", "suspend", admin.AuctionOrder{Reason: "look"})
	require.NoError(t, err)
	assert.Equal(t, "suspended", one.Auction.State)
	_, err = client.OrderAuction(ctx, "english", "resume", admin.AuctionOrder{Down: "1m"})
	require.NoError(t, err)
	one, err = client.OrderAuction(ctx, "vickrey", "cancel", admin.AuctionOrder{Reason: "over"})
	require.NoError(t, err)
	assert.Equal(t, "cancelled", one.Auction.State)
	page, err := client.Auctions(ctx, map[string][]string{"state": {"cancelled"}})
	require.NoError(t, err)
	assert.Equal(t, 1, page.Total)
}

// TestHostileRequestsToAMarketAreRefusedWithAProblemAndChangeNothing sends what nobody should.
func TestHostileRequestsToAMarketAreRefusedWithAProblemAndChangeNothing(t *testing.T) {
	_, server, x := stall(t)
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"GET", "/auctions/nobody", "", 404, admin.CodeNoAuction},
		{"GET", "/auctions/nobody/notices", "", 404, admin.CodeNoAuction},
		{"GET", "/auctions/english/notices?after=-1", "", 400, admin.CodeBody},
		{"GET", "/auctions?state=ajar", "", 400, admin.CodeBody},
		{"GET", "/auctions?limit=0", "", 400, admin.CodeBody},
		{"GET", "/auctions?order=colour", "", 400, admin.CodeBody},
		{"GET", "/auctions?after=x", "", 400, admin.CodeBody},
		{"GET", "/auctions?frobnicate=1", "", 400, admin.CodeBody},
		{"POST", "/auctions", `{`, 400, admin.CodeBody},
		{"POST", "/auctions", `{"Colour": 1}`, 400, admin.CodeBody},
		{"POST", "/auctions", `{} {}`, 400, admin.CodeBody},
		{"POST", "/auctions", `{"ID": "new"}`, 400, admin.CodeRules},
		{"POST", "/auctions", `{"ID": "english", "Owner": "ann", "Currency": "credit", "Goods": ["tea"]}`, 409, admin.CodeConflict},
		{"POST", "/auctions", `{"ID": "` + strings.Repeat("x", 1<<20) + `"}`, 413, admin.CodeTooLarge},
		{"POST", "/auctions/nobody/bids", `{"bidder": "ann", "amount": "1"}`, 404, admin.CodeNoAuction},
		{"POST", "/auctions/english/bids", ``, 400, admin.CodeBody},
		{"POST", "/auctions/english/bids", `[]`, 400, admin.CodeBody},
		{"POST", "/auctions/english/bids", `{"bidder": "ann", "amount": 1}`, 400, admin.CodeBody},
		{"POST", "/auctions/english/bids", `{"bidder": "ann", "amount": "1e3"}`, 400, admin.CodeBid},
		{"POST", "/auctions/english/bids", `{"bidder": "ann", "amount": "0.0000001"}`, 400, admin.CodeBid},
		{"POST", "/auctions/english/bids", `{"bidder": "ann", "amount": "99999999999999999999"}`, 400, admin.CodeBid},
		{"POST", "/auctions/english/bids", `{"bidder": "ann", "amount": "-1"}`, 400, admin.CodeBid},
		{"POST", "/auctions/english/bids", `{"bidder": "ann"}`, 400, admin.CodeBid},
		{"POST", "/auctions/english/bids", `{"bidder": "", "amount": "1"}`, 400, admin.CodeBid},
		{"POST", "/auctions/english/bids", `{"bidder": "ann", "amount": "1", "currency": "gold"}`, 400, admin.CodeBid},
		{"POST", "/auctions/english/bids", `{"bidder": "ann", "bundles": [{"goods": ["roof"], "price": "1"}]}`, 400, admin.CodeBid},
		{"POST", "/auctions/english/bids", `{"bidder": "sue", "amount": "1"}`, 403, admin.CodeForbidden},
		{"POST", "/auctions/english/bids", `{"bidder": "ann", "amount": "1000"}`, 409, admin.CodeRefused},
		{"POST", "/auctions/english/bids", `{"bidder": "eve", "amount": "1"}`, 409, admin.CodeRefused},
		{"POST", "/auctions/english/cancel", `{}`, 400, admin.CodeBody},
		{"POST", "/auctions/english/suspend", ``, 400, admin.CodeBody},
		{"POST", "/auctions/english/resume", `{"down": "-1s"}`, 400, admin.CodeBody},
		{"POST", "/auctions/english/resume", `{}`, 409, admin.CodeRefused},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+"/v1/market"+c.path, strings.NewReader(c.body))
		require.NoError(t, err)
		res, err := server.Client().Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		name := c.method + " " + c.path + " " + c.body[:min(len(c.body), 80)]
		assert.Equal(t, c.status, res.StatusCode, "%s: %s", name, body)
		var p admin.ProblemAnswer
		require.NoError(t, json.Unmarshal(body, &p), name)
		assert.Equal(t, c.code, p.Error.Code, "%s: %s", name, p.Error.Message)
	}
	a, err := x.Get(t.Context(), "english")
	require.NoError(t, err)
	assert.Equal(t, uint64(1), a.View.Seq, "nothing but the opening is in the log")
	_, err = x.Ledger().Verify(t.Context())
	require.NoError(t, err)
}

func TestANodeWithoutAMarketSaysSo(t *testing.T) {
	server := httptest.NewServer(admin.Market(admin.MarketOptions{}))
	defer server.Close()
	_, err := admin.DialAddr(strings.TrimPrefix(server.URL, "http://")).Market(t.Context())
	var refused *admin.StatusError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, http.StatusNotFound, refused.Code)
}
