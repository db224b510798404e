// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/admin"
)

const bookNode = `
version: 1
node: {name: t, data: ./data}
surfaces: {listen: off}
log: {level: info, format: text}
market:
  accounts:
    - {owner: ann, money: {credit: 1000000}}
    - {owner: bob, goods: {hour: 1000000}}
  books: [{book: hours, base: hour}]
`

// In each round a node is killed with -9 while orders come to its book, and started again in the same folder. Every order counts once, whether its
// answer came or not, what it traded is paid once, and what rests is what was there before, with as much set aside for it.
func TestKill9OfANodeWithABookKeepsEveryOrderOnce(t *testing.T) {
	rounds := number(t, killsEnv, 3)
	seed := number(t, seedEnv, uint64(time.Now().UnixNano()))
	t.Logf("%s=%d %s=%d", seedEnv, seed, killsEnv, rounds)
	random := rand.New(rand.NewPCG(seed, 12))
	r := newRig(t)
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "market.yaml"), []byte(bookNode), 0o600))
	client := admin.DialSocket(admin.SocketPath(r.dir, "t"))
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	defer cancel()
	begin := func() *run {
		p := r.start("run", "-c", "market.yaml", "--progress", "none")
		require.True(t, p.line("^node t: "), p.told())
		return p
	}
	// Order n, from 1: bob sells 2 at 3, then ann buys 1 at 3, so that one of each two pieces is sold.
	place := func(n int) (admin.PlacedAnswer, error) {
		o := admin.PlaceOrder{Key: fmt.Sprint("k", n), Owner: "bob", Side: "sell", Price: "3", Quantity: 2}
		if n%2 == 0 {
			o.Owner, o.Side, o.Quantity = "ann", "buy", 1
		}
		for {
			a, err := client.PlaceOrder(ctx, "hours", o)
			var refused *admin.StatusError
			if errors.As(err, &refused) && (refused.Code == 503 || n <= 2 && (refused.Code == 404 || refused.Code == 409)) {
				continue // it is starting: what the config declares comes after the node is up
			}
			return a, err
		}
	}
	next := 1
	for range rounds {
		p := begin()
		at, after := next+random.IntN(100), time.Duration(random.Int64N(int64(3*time.Millisecond)))
		for ; ; next++ {
			if next == at {
				time.AfterFunc(after, func() { _ = p.cmd.Process.Kill() })
			}
			a, err := place(next)
			if err != nil {
				break // killed: the same order comes again
			}
			assert.Equal(t, next, int(a.Order), "no order counts twice, and none is lost")
		}
		p.wait()
	}
	p := begin()
	for last := next + 2 - next%2; next <= last; next++ { // it goes on, and ends with one of ann
		_, err := place(next)
		require.NoError(t, err)
	}
	sold := (next - 1) / 2
	again, err := place(1)
	require.NoError(t, err)
	assert.Equal(t, admin.PlacedAnswer{Version: 1, Order: 1, Cost: "0", Left: 2, Duplicate: true}, again, "the answer is the first one, however long ago")
	is, err := client.Book(ctx, "hours", url.Values{})
	require.NoError(t, err)
	assert.EqualValues(t, sold, is.Book.Trades)
	assert.Equal(t, "3", is.Book.Last)
	assert.Empty(t, is.Book.Buy)
	require.Len(t, is.Book.Sell, 1)
	assert.EqualValues(t, sold, is.Book.Sell[0].Quantity)
	assert.Equal(t, sold-sold/2, is.Book.Sell[0].Orders, "the oldest were bought first")
	all, err := client.Market(ctx)
	require.NoError(t, err)
	assert.True(t, all.Balanced)
	has := map[string]string{}
	for _, a := range all.Accounts {
		has[a.Owner+" "+a.Asset] = a.Total
	}
	assert.Equal(t, fmt.Sprint(1000000-3*sold), has["ann credit"])
	assert.Equal(t, fmt.Sprint(3*sold), has["bob credit"])
	t.Logf("%d orders, %v, holds %v", next-1, has, all.Holds)
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	p.wait()
}
