// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/http"
	"net/url"

	"mabeam.dev/market/auction"
)

// Market asks for a node's market at one moment.
func (c *Client) Market(ctx context.Context) (MarketAnswer, error) {
	var a MarketAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/market", nil, nil, &a, &a.Version)
}

// Auctions asks for auctions; the parameters are those of GET /v1/market/auctions.
func (c *Client) Auctions(ctx context.Context, parameters url.Values) (AuctionsAnswer, error) {
	var a AuctionsAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/market/auctions", parameters, nil, &a, &a.Version)
}

// Auction asks for one auction.
func (c *Client) Auction(ctx context.Context, id string) (AuctionAnswer, error) {
	var a AuctionAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/market/auctions/"+url.PathEscape(id), nil, nil, &a, &a.Version)
}

// CreateAuction has an auction created, and opened if that is wanted.
func (c *Client) CreateAuction(ctx context.Context, spec auction.Spec, open bool) (AuctionAnswer, error) {
	var a AuctionAnswer
	q := url.Values{}
	if open {
		q.Set("open", "1")
	}
	return a, c.work(ctx, http.MethodPost, "/v1/market/auctions", q, spec, &a, &a.Version)
}

// Bid places a bid. Give it a key, and repeat it with the same.
func (c *Client) Bid(ctx context.Context, id string, o BidOrder) (BidAnswer, error) {
	var a BidAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/market/auctions/"+url.PathEscape(id)+"/bids", nil, o, &a, &a.Version)
}

// OrderAuction has an operator's order carried out: open, suspend, resume or cancel.
func (c *Client) OrderAuction(ctx context.Context, id, order string, o AuctionOrder) (AuctionAnswer, error) {
	var a AuctionAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/market/auctions/"+url.PathEscape(id)+"/"+url.PathEscape(order), nil, o, &a, &a.Version)
}
