// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/http"
	"net/url"
)

// Books asks for a node's books of orders and prediction markets; the parameters are those of GET /v1/market/books.
func (c *Client) Books(ctx context.Context, parameters url.Values) (BooksAnswer, error) {
	var a BooksAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/market/books", parameters, nil, &a, &a.Version)
}

// Book asks for one book; the parameters are those of GET /v1/market/books/{book}.
func (c *Client) Book(ctx context.Context, name string, parameters url.Values) (BookAnswer, error) {
	var a BookAnswer
	return a, c.work(ctx, http.MethodGet, "/v1/market/books/"+url.PathEscape(name), parameters, nil, &a, &a.Version)
}

// PlaceOrder brings an order to a book. Give it a key, and repeat it with the same.
func (c *Client) PlaceOrder(ctx context.Context, book string, o PlaceOrder) (PlacedAnswer, error) {
	var a PlacedAnswer
	return a, c.work(ctx, http.MethodPost, "/v1/market/books/"+url.PathEscape(book)+"/orders", nil, o, &a, &a.Version)
}
