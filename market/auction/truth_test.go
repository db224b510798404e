// SPDX-License-Identifier: Apache-2.0

package auction_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/money"
	"mabeam.dev/market/wdp"
)

// gain is what a bidder has of an outcome: what the units are worth to it less what it pays; in a procurement, what it is paid less its cost.
func gain(t require.TestingT, s auction.Spec, bids []auction.Bid, bidder string, worth func(auction.Award) money.Amount) money.Amount {
	m, err := auction.New(s)
	require.NoError(t, err)
	_, err = m.Step(auction.Start{At: epoch, Weights: []auction.Weight{{Bidder: "b0", Weight: 700_000}, {Bidder: "b1", Weight: 1_100_001}}})
	require.NoError(t, err)
	for _, b := range bids {
		if len(b.Bundles) > 0 || len(b.Values) > 0 || b.Amount > 0 {
			_, err = m.Step(b)
			require.NoError(t, err)
		}
	}
	in := auction.Decide{At: late}
	_, err = m.Step(auction.Close{At: late, Gen: 1})
	require.NoError(t, err)
	if p := m.Problem(); len(p.Offers) > 0 {
		a, err := exact.Solver(wdp.Options{})(p)
		require.NoError(t, err)
		in.Answer = &a
	}
	_, err = m.Step(in)
	require.NoError(t, err)
	o, _ := m.Outcome()
	for _, a := range o.Awards {
		if a.Bidder == bidder {
			if s.Reverse {
				return a.Amount - worth(a)
			}
			return worth(a) - a.Amount
		}
	}
	return 0
}

// TestNobodyGainsByAnUntruthWhereTruthIsPromised searches for a better bid of the first bidder, with all others' bids as they are. A unit of
// rounding is what a weight may leave.
func TestNobodyGainsByAnUntruthWhereTruthIsPromised(t *testing.T) {
	for name, c := range map[string]struct {
		spec     auction.Spec
		rounding money.Amount
	}{
		"vickrey":          {spec: auction.Spec{Kind: auction.Vickrey, Units: 2, Reserve: 20, Hidden: true}},
		"vickrey/reverse":  {spec: auction.Spec{Kind: auction.Vickrey, Units: 2, Reserve: 70, Reverse: true, Service: true}},
		"vickrey/weighted": {spec: auction.Spec{Kind: auction.Vickrey, Weighted: true, Hidden: true}, rounding: 1},
		"gsp/vcg":          {spec: auction.Spec{Kind: auction.GSP, Service: true, GSP: auction.GSPRules{Slots: []int64{9, 5, 2}, VCG: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.spec.ID, c.spec.Owner, c.spec.Currency, c.spec.Goods = "a1", "olga", "credit", []money.Asset{"lot"}
			rapid.Check(t, func(t *rapid.T) {
				var bids []auction.Bid
				for i := range rapid.IntRange(1, 5).Draw(t, "bidders") {
					bids = append(bids, bid(fmt.Sprintf("b%d", i), money.Amount(rapid.IntRange(1, 70).Draw(t, "value"))))
				}
				at := rapid.IntRange(0, len(bids)-1).Draw(t, "place")
				value := bids[at].Amount
				worth := func(a auction.Award) money.Amount { return value * money.Amount(a.Units) }
				truth := gain(t, c.spec, bids, bids[at].Bidder, worth)
				require.GreaterOrEqual(t, truth, money.Amount(0), "truth never loses")
				for lie := money.Amount(1); lie <= 70; lie++ {
					bids[at].Amount = lie
					require.LessOrEqual(t, gain(t, c.spec, bids, bids[at].Bidder, worth), truth+c.rounding, "value %d, says %d", value, lie)
				}
			})
		})
	}
}

func TestNobodyGainsByAnUntruthAboutBundles(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		s := auction.Spec{
			ID: "a1", Kind: auction.Combinatorial, Owner: "olga", Currency: "credit", Goods: []money.Asset{"x", "y", "z"}, Reverse: reverse, Service: reverse,
			Reserves: []money.Amount{2, 0, 3}, Hidden: true, Combinatorial: auction.CombinatorialRules{Payment: auction.VCG},
		}
		if reverse {
			s.Reserves = []money.Amount{40, 30, 50}
		}
		rapid.Check(t, func(t *rapid.T) {
			var bids []auction.Bid
			for i := range rapid.IntRange(1, 4).Draw(t, "bidders") {
				b := bundles(fmt.Sprintf("b%d", i))
				for range rapid.IntRange(1, 3).Draw(t, "bundles") { // one group: the bidder wants one of them
					b.Bundles = append(b.Bundles, auction.Bundle{Goods: [][]int{{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 1, 2}}[rapid.IntRange(0, 5).Draw(t, "goods")], Price: money.Amount(rapid.IntRange(1, 90).Draw(t, "price"))})
				}
				bids = append(bids, b)
			}
			truth := bids[0]
			worth := func(a auction.Award) money.Amount {
				best, found := money.Amount(0), false
				for _, b := range truth.Bundles {
					if fmt.Sprint(a.Goods) == fmt.Sprint(b.Goods) && (!found || reverse == (b.Price < best)) {
						best, found = b.Price, true
					}
				}
				return best
			}
			honest := gain(t, s, bids, "b0", worth)
			require.GreaterOrEqual(t, honest, money.Amount(0))
			for range 12 {
				lie := truth
				lie.Bundles = nil
				for _, b := range truth.Bundles {
					switch rapid.IntRange(0, 3).Draw(t, "how") {
					case 0: // left out
						continue
					case 1:
						b.Price = max(1, b.Price*money.Amount(rapid.IntRange(1, 20).Draw(t, "tenths"))/10)
					case 2:
						b.Price = max(1, b.Price+money.Amount(rapid.IntRange(-20, 20).Draw(t, "shift")))
					}
					lie.Bundles = append(lie.Bundles, b)
				}
				bids[0] = lie
				require.LessOrEqual(t, gain(t, s, bids, "b0", worth), honest)
			}
		})
	}
}

// TestWhereTruthIsNotPromisedItDoesNotPay shows that the warnings of the documentation are true.
func TestWhereTruthIsNotPromisedItDoesNotPay(t *testing.T) {
	uniform := spec(auction.Uniform)
	uniform.Units = 2
	values := func(bidder string, list ...money.Amount) auction.Bid {
		return auction.Bid{At: epoch, Bidder: bidder, Asset: "credit", Values: list}
	}
	worth := func(a auction.Award) money.Amount { return []money.Amount{0, 10, 18}[a.Units] }
	honest := gain(t, uniform, []auction.Bid{values("b0", 10, 8), values("b1", 7)}, "b0", worth)
	less := gain(t, uniform, []auction.Bid{values("b0", 10), values("b1", 7)}, "b0", worth)
	require.Equal(t, []money.Amount{4, 10}, []money.Amount{honest, less}, "who asks for less pays less for what it gets")

	slots := spec(auction.GSP)
	slots.Service, slots.GSP.Slots = true, []int64{10, 9}
	value := func(a auction.Award) money.Amount { return 10 * money.Amount(a.Units) }
	rivals := []auction.Bid{bid("b1", 9), bid("b2", 1)}
	honest = gain(t, slots, append([]auction.Bid{bid("b0", 10)}, rivals...), "b0", value)
	less = gain(t, slots, append([]auction.Bid{bid("b0", 5)}, rivals...), "b0", value)
	require.Equal(t, []money.Amount{10, 81}, []money.Amount{honest, less}, "the slot below costs much less")
}

// TestWhoWinsStillWinsWithABetterBid draws a sealed auction of each kind and betters a winner's bid: it wins at least as much. Nobody pays more than
// it bid, or gets less than it asked for.
func TestWhoWinsStillWinsWithABetterBid(t *testing.T) {
	for _, kind := range []auction.Kind{auction.FirstPrice, auction.Vickrey, auction.Uniform, auction.GSP} {
		for _, reverse := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", kind, reverse), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					s := spec(kind)
					s.Service, s.Reverse, s.Reserve, s.Hidden = true, reverse, 80, true
					if !reverse {
						s.Reserve = money.Amount(rapid.IntRange(0, 30).Draw(t, "reserve"))
					}
					if kind == auction.GSP {
						s.GSP.Slots = []int64{9, 5, 2}
					} else {
						s.Units = rapid.Int64Range(1, 3).Draw(t, "units")
					}
					s.Weighted = kind != auction.Uniform && rapid.Bool().Draw(t, "weighted")
					var bids []auction.Bid
					for i := range rapid.IntRange(1, 5).Draw(t, "bidders") {
						b := bid(fmt.Sprintf("b%d", i), money.Amount(rapid.IntRange(2, 70).Draw(t, "value")))
						if kind == auction.Uniform {
							b.Values, b.Amount = []money.Amount{b.Amount}, 0
						}
						bids = append(bids, b)
					}
					at := rapid.IntRange(0, len(bids)-1).Draw(t, "place")
					price := func() *money.Amount {
						if kind == auction.Uniform {
							return &bids[at].Values[0]
						}
						return &bids[at].Amount
					}
					units := func() (n int64) { // and nobody loses
						offered := *price()
						gain(t, s, bids, bids[at].Bidder, func(a auction.Award) money.Amount {
							n = a.Units
							if all := offered * money.Amount(a.Units); reverse {
								require.GreaterOrEqual(t, a.Amount, all)
							} else {
								require.LessOrEqual(t, a.Amount, all)
							}
							return 0
						})
						return n
					}
					before := units()
					by := money.Amount(rapid.IntRange(1, 20).Draw(t, "better"))
					if reverse {
						*price() = max(1, *price()-by)
					} else {
						*price() += by
					}
					require.GreaterOrEqual(t, units(), before)
				})
			})
		}
	}
}
