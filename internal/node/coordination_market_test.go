// SPDX-License-Identifier: Apache-2.0

package node

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/selector"
)

// A session that allocates by price has the node's exchange hold its auction, across the death of the session's process and of the exchange.
func TestASessionAllocatesByTheNodesExchange(t *testing.T) {
	inWhole(t, func(w *whole) {
		s := protocols.Spec{
			ID: "help", Protocol: selector.Market, Participants: []string{"a", "b"}, Deadline: 10 * time.Minute,
			Params: json.RawMessage(`{"form": "vickrey", "rounds": 1, "auction": {"Owner": "sue", "Currency": "credit", "Goods": ["help"], "Service": true}}`),
		}
		id, err := w.n.Engine().Start(w.ctx, s)
		require.NoError(w, err)
		const sale = "coord/help/1"
		time.Sleep(time.Second)
		synctest.Wait()
		for who, amount := range map[string]money.Amount{"ann": 5_000_000, "may": 3_000_000} {
			_, err := w.n.Exchange().Bid(w.ctx, sale, auction.Bid{Bidder: who, Key: who, Asset: "credit", Amount: amount})
			require.NoError(w, err)
		}
		for path, pid := range w.lives() {
			if path == "/n/economy/exchange" || path == "/n/work/coordination/engine" {
				pid.Kill()
			}
		}
		r, err := w.n.Engine().Await(w.ctx, id)
		require.NoError(w, err)
		assert.Equal(w, "ann", r.Decision)
		a, err := w.n.Exchange().Get(w.ctx, sale)
		require.NoError(w, err)
		assert.Equal(w, auction.Settled, a.View.State)
		assert.EqualValues(w, 3_000_000, a.View.Outcome.Awards[0].Amount, "the second best limit is the price")
		s.ID, s.Params = "nonsense", json.RawMessage(`{"auction": {"Owned": "sue"}}`)
		_, err = w.n.Engine().Coordinate(w.ctx, s)
		require.ErrorContains(w, err, "Owned", "what the exchange refuses is told")
	})
}
