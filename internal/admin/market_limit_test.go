// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/admin"
	"mabeam.dev/market"
	"mabeam.dev/market/integrity"
)

func TestABidThatComesTooFastIsToldWhenToComeAgain(t *testing.T) {
	_, server, _ := stall(t, func(o *market.ExchangeOptions) { o.BidLimit = &integrity.Rate{PerMinute: 1, Burst: 1} })
	bid := func(key string) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/v1/market/auctions/vickrey/bids", strings.NewReader(`{"bidder": "ann", "amount": "1"}`))
		require.NoError(t, err)
		req.Header.Set("Idempotency-Key", key)
		res, err := server.Client().Do(req)
		require.NoError(t, err)
		return res
	}
	for _, c := range []struct {
		key    string
		status int
	}{{"1", 200}, {"2", 429}, {"1", 200}} {
		res := bid(c.key)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, c.status, res.StatusCode, "%s", body)
		if c.status == 429 {
			assert.Contains(t, []string{"58", "59", "60"}, res.Header.Get("Retry-After"))
			assert.Contains(t, string(body), admin.CodeTooFast)
		}
	}
}
