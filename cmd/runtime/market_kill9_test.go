// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/admin"
	"mabeam.dev/market/money"
)

const marketNode = `
version: 1
node: {name: t, data: ./data}
surfaces: {listen: off}
log: {level: debug, format: text}
market:
  accounts:
    - {owner: ann, money: {credit: 1000}}
    - {owner: bob, money: {credit: 1000}}
    - {owner: sue, goods: {tea: 1, cup: 1}}
  auctions:
    - {auction: tea, owner: sue, goods: [tea], duration: 24h, reserve: 500, hidden: true, english: {start: 1, increment: 1, buy_now: 600, until_met: true}}
    - {auction: cup, kind: vickrey, owner: sue, goods: [cup], duration: 24h}
`

// In each round a node with open auctions is killed with -9 at a moment that it does not expect, and started again in the same folder. Every bid that was
// answered stands, each counts once, and in the end the auction is paid once and nothing is held for it.
func TestKill9OfANodeWithOpenAuctionsChangesNoOutcome(t *testing.T) {
	rounds := number(t, killsEnv, 3)
	seed := number(t, seedEnv, uint64(time.Now().UnixNano()))
	t.Logf("%s=%d %s=%d", seedEnv, seed, killsEnv, rounds)
	random := rand.New(rand.NewPCG(seed, 11))
	r := newRig(t)
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "market.yaml"), []byte(marketNode), 0o600))
	client := admin.DialSocket(admin.SocketPath(r.dir, "t"))
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	defer cancel()
	next, best := 1, 0
	begin := func() *run {
		p := r.start("run", "-c", "market.yaml", "--progress", "none")
		require.True(t, p.line("^node t: "), p.told())
		return p
	}
	bid := func(id string, o admin.BidOrder) error {
		for {
			_, err := client.Bid(ctx, id, o)
			var refused *admin.StatusError
			if errors.As(err, &refused) && refused.Code == 404 || errors.As(err, &refused) && refused.Code == 503 {
				continue // it is starting: what the config declares comes after the node is up
			}
			return err
		}
	}
	for range rounds {
		p := begin()
		after := time.Duration(random.Int64N(int64(150 * time.Millisecond)))
		timer := time.AfterFunc(after, func() { _ = p.cmd.Process.Kill() })
		for {
			who := []string{"ann", "bob"}[next%2]
			err := bid("tea", admin.BidOrder{Key: fmt.Sprint("k", next), Bidder: who, Amount: fmt.Sprint(next)})
			if err != nil {
				break // killed: the same bid comes again
			}
			best, next = next, next+1
			if next > 400 {
				break
			}
		}
		p.wait()
		timer.Stop()
	}
	p := begin()
	require.NoError(t, bid("tea", admin.BidOrder{Key: fmt.Sprint("k", next), Bidder: []string{"ann", "bob"}[next%2], Amount: fmt.Sprint(next)}))
	a, err := client.Auction(ctx, "tea")
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprint(next), a.Auction.Price, "every bid that was answered stands; the best before was %d", best)
	assert.Equal(t, 2, a.Auction.Bidders)
	require.NoError(t, bid("cup", admin.BidOrder{Key: "1", Bidder: "ann", Amount: "70"}))
	require.NoError(t, bid("tea", admin.BidOrder{Key: "now", Bidder: "ann", BuyNow: true}))
	require.True(t, p.line("market.auction_ended.*tea"), p.told())
	again, err := client.Bid(ctx, "tea", admin.BidOrder{Key: "now", Bidder: "ann", BuyNow: true})
	require.NoError(t, err)
	assert.True(t, again.Duplicate, "the answer is the first one, though the auction is over")
	all, err := client.Market(ctx)
	require.NoError(t, err)
	assert.True(t, all.Balanced)
	assert.Len(t, all.Auctions, 1, "the other one is open still")
	for _, h := range all.Holds {
		assert.Equal(t, "auction/cup", h.Ref, "nothing is stuck")
	}
	has := map[string]string{}
	for _, account := range all.Accounts {
		has[account.Owner+" "+account.Asset] = account.Total
	}
	assert.Equal(t, map[string]string{
		"ann credit": "400", "bob credit": "1000", "sue credit": "600", "ann tea": "1", "sue cup": "1",
		"world credit": "-" + money.Format(2000*money.Unit), "world tea": "-1", "world cup": "-1",
	}, has)
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	p.wait()
}
