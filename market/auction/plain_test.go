// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

func TestPlainBidsAreWrittenAsAllOthers(t *testing.T) {
	plain := 0
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-1e11, 3e11).Draw(t, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(t, "nanoseconds"))
		if rapid.Bool().Draw(t, "utc") {
			at = at.UTC()
		}
		text := rapid.OneOf(rapid.StringMatching(`[a-z0-9./ ]{0,12}`), rapid.String())
		in := Bid{
			At: at, Key: text.Draw(t, "key"), Bidder: text.Draw(t, "bidder"), Asset: money.Asset(text.Draw(t, "asset")),
			Amount: money.Amount(rapid.Int64().Draw(t, "amount")), BuyNow: rapid.IntRange(0, 9).Draw(t, "now") == 0,
		}
		got, ok := in.plain()
		if !ok {
			return
		}
		plain++
		want, err := json.Marshal(wholeBid(in))
		require.NoError(t, err)
		require.Equal(t, "bid "+string(want), string(got))
	})
	require.Positive(t, plain)
}
