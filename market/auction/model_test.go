// SPDX-License-Identifier: Apache-2.0

package auction_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

// naive is an English auction with proxies, told from the whole list of accepted bids each time.
func naive(bids []auction.Bid, start, reserve, inc money.Amount) (standing string, price money.Amount) {
	for n := 1; n <= len(bids); n++ {
		limits := map[string]money.Amount{}
		first := map[string]int{}
		for i, b := range bids[:n] {
			limits[b.Bidder], first[b.Bidder] = b.Amount, i
		}
		names := []string{}
		for name := range limits {
			names = append(names, name)
		}
		slices.SortFunc(names, func(a, b string) int {
			if limits[a] != limits[b] {
				return int(limits[b] - limits[a])
			}
			return first[a] - first[b]
		})
		best := names[0]
		now := start
		if bids[n-1].Bidder == standing {
			now = price // who raises its own limit pays no more
		} else if len(names) > 1 {
			now = max(start, limits[names[1]]+inc)
		}
		if limits[best] >= reserve {
			now = max(now, reserve)
		}
		standing, price = best, max(price, min(now, limits[best]))
	}
	return standing, price
}

func TestTheStandingPriceIsWhatTheWholeListOfBidsSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, reserve, inc := money.Amount(rapid.IntRange(1, 20).Draw(t, "start")), money.Amount(rapid.IntRange(0, 60).Draw(t, "reserve")), money.Amount(rapid.IntRange(1, 5).Draw(t, "inc"))
		s, err := newStage(auction.Spec{
			ID: "a1", Owner: "olga", Currency: "credit", Goods: []money.Asset{"lot"}, Reserve: reserve, Hidden: true,
			English: auction.EnglishRules{Start: start, Increment: auction.Increment{Absolute: inc}, Proxy: true},
		})
		require.NoError(t, err)
		mustStep(t, s, auction.Start{At: epoch})
		var list []auction.Bid
		for range rapid.IntRange(1, 25).Draw(t, "bids") {
			b := auction.Bid{At: epoch, Bidder: rapid.SampledFrom([]string{"ann", "bob", "cat"}).Draw(t, "bidder"), Asset: "credit", Amount: money.Amount(rapid.IntRange(1, 100).Draw(t, "limit"))}
			standing, price := naive(list, start, reserve, inc)
			least := start
			if standing == b.Bidder {
				least = 0
				for _, was := range list {
					if was.Bidder == b.Bidder {
						least = was.Amount + 1
					}
				}
			} else if standing != "" {
				least = price + inc
			}
			if _, err := s.step(b); b.Amount < least {
				require.ErrorIs(t, err, auction.ErrBidTooLow)
				continue
			} else {
				require.NoError(t, err)
			}
			list = append(list, b)
			standing, price = naive(list, start, reserve, inc)
			require.Equal(t, standing, s.m.View().Standing)
			require.Equal(t, price, s.m.View().Price)
		}
	})
}

func mustStep(t require.TestingT, s *stage, in auction.Input) auction.Result {
	r, err := s.step(in)
	require.NoError(t, err)
	return r
}

// TestBuyingIsSellingTurnedRound plays an auction in both directions: what a cost of c is in one, a value of ceiling - c is in the other.
func TestBuyingIsSellingTurnedRound(t *testing.T) {
	const ceiling = 100
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				sell := auction.Spec{
					ID: "a1", Kind: kind, Owner: "olga", Currency: "credit", Goods: []money.Asset{"x"}, Service: true, Hidden: kind != auction.Dutch,
					English: auction.EnglishRules{Start: 1, Increment: auction.Increment{Absolute: 3}, Proxy: rapid.Bool().Draw(t, "proxy")},
					Dutch:   auction.DutchRules{Start: 90, Floor: 1, Step: 7, Interval: time.Second, OnePrice: rapid.Bool().Draw(t, "one")},
				}
				if kind != auction.Combinatorial && kind != auction.GSP {
					sell.Units = rapid.Int64Range(1, 3).Draw(t, "units")
				}
				if kind == auction.GSP {
					sell.GSP = auction.GSPRules{Slots: []int64{5, 2}, VCG: rapid.Bool().Draw(t, "vcg")}
				}
				if kind == auction.Combinatorial {
					sell.Goods = []money.Asset{"x", "y"}
					sell.Combinatorial.Payment = rapid.SampledFrom([]auction.Payment{auction.PayAsBid, auction.VCG}).Draw(t, "payment")
				} else {
					sell.Reserve = 1
				}
				buy := sell
				buy.Reverse = true
				buy.Reserve = ceiling - sell.Reserve
				if kind == auction.Combinatorial {
					buy.Reserve, buy.Reserves = 0, []money.Amount{ceiling, ceiling}
				}
				buy.English.Start = ceiling - sell.English.Start
				buy.Dutch.Start, buy.Dutch.Floor = ceiling-sell.Dutch.Start, ceiling-sell.Dutch.Floor
				forward, err := newStage(sell)
				require.NoError(t, err)
				reverse, err := newStage(buy)
				require.NoError(t, err)
				both := func(f, r auction.Input) {
					_, err := forward.step(f)
					_, other := reverse.step(r)
					require.Equal(t, err == nil, other == nil, "%v and %v", err, other)
				}
				both(auction.Start{At: epoch}, auction.Start{At: epoch})
				for i := range rapid.IntRange(0, 8).Draw(t, "bids") {
					at := epoch.Add(time.Duration(i) * time.Second)
					bidder := rapid.SampledFrom([]string{"ann", "bob", "cat", "dan"}).Draw(t, "bidder")
					v := money.Amount(rapid.IntRange(1, 99).Draw(t, "value"))
					switch kind {
					case auction.Dutch:
						if next, ok := forward.m.Timer(); ok && rapid.Bool().Draw(t, "tick") {
							both(next, next)
							continue
						}
						both(auction.Accept{At: at, Bidder: bidder, Asset: "credit", Quantity: 1, Limit: v}, auction.Accept{At: at, Bidder: bidder, Asset: "credit", Quantity: 1, Limit: ceiling - v})
					case auction.Uniform:
						if v > 0 {
							n := rapid.IntRange(1, int(sell.Units)).Draw(t, "n")
							both(auction.Bid{At: at, Bidder: bidder, Asset: "credit", Values: slices.Repeat([]money.Amount{v}, n)},
								auction.Bid{At: at, Bidder: bidder, Asset: "credit", Values: slices.Repeat([]money.Amount{ceiling - v}, n)})
						}
					case auction.Combinatorial:
						goods := rapid.SampledFrom([][]int{{0}, {1}, {0, 1}}).Draw(t, "goods")
						both(auction.Bid{At: at, Bidder: bidder, Asset: "credit", Bundles: []auction.Bundle{{Goods: goods, Price: v, Group: 0}}},
							auction.Bid{At: at, Bidder: bidder, Asset: "credit", Bundles: []auction.Bundle{{Goods: goods, Price: ceiling*money.Amount(len(goods)) - v, Group: 0}}})
					default:
						both(auction.Bid{At: at, Bidder: bidder, Asset: "credit", Amount: v}, auction.Bid{At: at, Bidder: bidder, Asset: "credit", Amount: ceiling - v})
					}
				}
				finish(t, forward)
				finish(t, reverse)
				f, _ := forward.m.Outcome()
				r, _ := reverse.m.Outcome()
				require.Len(t, r.Awards, len(f.Awards))
				for i, a := range f.Awards {
					b := r.Awards[i]
					require.Equal(t, a.Bidder, b.Bidder)
					require.Equal(t, a.Goods, b.Goods)
					units := money.Amount(a.Units)
					if kind == auction.English {
						units = 1
					}
					require.Equal(t, ceiling*units-a.Amount, b.Amount)
				}
			})
		})
	}
}

// finish decides an auction, whatever its clock says.
func finish(t *rapid.T, s *stage) {
	for s.m.State() != auction.Decided {
		for _, in := range toTheEnd(t, s.m) {
			if _, err := s.step(in); err == nil {
				break
			}
		}
	}
}
