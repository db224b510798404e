// SPDX-License-Identifier: Apache-2.0

package auction_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/money"
	"mabeam.dev/market/wdp"
)

var kinds = []auction.Kind{
	auction.English, auction.Dutch, auction.FirstPrice, auction.Vickrey, auction.Uniform, auction.GSP, auction.Combinatorial,
}

// drawSpec draws rules of any kind in a direction.
func drawSpec(t *rapid.T, kind auction.Kind, reverse bool) auction.Spec {
	s := auction.Spec{
		ID: "a1", Kind: kind, Owner: "olga", Currency: "credit", Goods: []money.Asset{"lot"}, Reverse: reverse, Service: reverse,
		Duration: 30 * time.Second, Hidden: kind != auction.Dutch && rapid.Bool().Draw(t, "hidden"),
		FeePerMillion: rapid.Int64Range(0, 100_000).Draw(t, "fee"), Lottery: kind != auction.English && kind != auction.Dutch && rapid.Bool().Draw(t, "lottery"),
	}
	price := func(label string, least, most int64) money.Amount {
		return money.Amount(rapid.Int64Range(least, most).Draw(t, label))
	}
	if s.Reserve = price("reserve", 0, 40); reverse {
		s.Reserve, s.Deposit = price("ceiling", 20, 60), price("deposit", 0, 5)
	}
	switch kind {
	case auction.English:
		s.English = auction.EnglishRules{
			Start: price("start", 1, 20), Increment: auction.Increment{Absolute: price("increment", 1, 4), PerMillion: rapid.Int64Range(0, 50_000).Draw(t, "share")},
			Proxy: rapid.Bool().Draw(t, "proxy"), SoftWindow: 5 * time.Second, SoftExtend: 8 * time.Second, MaxExtended: 3,
		}
		if reverse {
			s.English.Start = price("highest", 20, 60)
		} else if rapid.Bool().Draw(t, "deposits") {
			s.DepositPerMillion = 100_000
		}
	case auction.Dutch:
		s.Units = rapid.Int64Range(1, 4).Draw(t, "units")
		s.Dutch = auction.DutchRules{Start: 60, Floor: 10, Step: price("tick", 5, 30), Interval: 3 * time.Second, OnePrice: rapid.Bool().Draw(t, "one price")}
		if s.Reserve = min(s.Reserve, 10); reverse {
			s.Dutch.Start, s.Dutch.Floor, s.Reserve = 5, 50, 50
		}
	case auction.FirstPrice, auction.Vickrey:
		s.Units = rapid.Int64Range(1, 3).Draw(t, "units")
		if rapid.Bool().Draw(t, "committed") {
			s.RevealFor, s.Deposit = 10*time.Second, 2
		}
		s.Weighted = rapid.Bool().Draw(t, "weighted")
	case auction.Uniform:
		s.Units = rapid.Int64Range(1, 5).Draw(t, "units")
		s.Uniform.LowestWinning = rapid.Bool().Draw(t, "lowest")
	case auction.GSP:
		s.Weighted = rapid.Bool().Draw(t, "weighted")
		s.GSP = auction.GSPRules{Slots: []int64{10, 7, 1}[:rapid.IntRange(1, 3).Draw(t, "slots")], VCG: rapid.Bool().Draw(t, "vcg")}
	case auction.Combinatorial:
		s.Goods, s.Reserve = []money.Asset{"x", "y", "z"}, 0
		s.Combinatorial.Payment = rapid.SampledFrom([]auction.Payment{auction.PayAsBid, auction.VCG, auction.Core}).Draw(t, "payment")
		if reverse && rapid.Bool().Draw(t, "all") {
			s.Combinatorial.AwardAll, s.Combinatorial.Budget = true, 100
		} else if reverse || rapid.Bool().Draw(t, "reserves") {
			s.Reserves = []money.Amount{price("x", 1, 20), price("y", 1, 20), price("z", 1, 20)}
		}
	}
	return s
}

// drawInput draws an input that may or may not fit.
func drawInput(t *rapid.T, m *auction.Machine, at time.Time) auction.Input {
	s := m.Spec()
	bidder := rapid.SampledFrom([]string{"ann", "bob", "cat", "dan", "olga"}).Draw(t, "bidder")
	a := money.Amount(rapid.Int64Range(-1, 70).Draw(t, "amount"))
	key := rapid.SampledFrom([]string{"", "", "", "k1", "k2"}).Draw(t, "key")
	nonce := []byte("0123456789abcdef")
	switch rapid.IntRange(0, 24).Draw(t, "verb") {
	case 0:
		return auction.Withdraw{At: at, Key: key, Bidder: bidder}
	case 1:
		return auction.Outage{At: at, Down: time.Second}
	case 2:
		return auction.Suspend{At: at, Reason: "look"}
	case 3, 4:
		return auction.Resume{At: at, Down: time.Second}
	case 5:
		return auction.Cancel{At: at, Operator: bidder == "ann", Reason: "no"}
	case 6, 7, 8:
		if in, ok := m.Timer(); ok {
			return in
		}
		return auction.Settle{At: at}
	case 9, 10:
		in := auction.Decide{At: at}
		if p := m.Problem(); m.State() == auction.Closing && len(p.Offers) > 0 {
			answer, err := exact.Solver(wdp.Options{})(p)
			require.NoError(t, err)
			in.Answer = &answer
		}
		return in
	case 11:
		return auction.Charge{At: at}
	case 12:
		return auction.Default{At: at, Bidder: bidder}
	case 13, 14:
		return auction.Reveal{At: at, Key: key, Bidder: bidder, Amount: a, Nonce: nonce}
	}
	bid := auction.Bid{At: at, Key: key, Bidder: bidder, Asset: "credit"}
	switch {
	case s.Kind == auction.Dutch:
		return auction.Accept{At: at, Key: key, Bidder: bidder, Asset: "credit", Quantity: rapid.Int64Range(0, 4).Draw(t, "quantity"), Seen: 0, Limit: a}
	case s.RevealFor > 0:
		bid.Commitment = auction.Commit(s.ID, bidder, a, nonce)
	case s.Kind == auction.Uniform:
		bid.Values = []money.Amount{a, a, a / 2}[:rapid.IntRange(0, 3).Draw(t, "values")]
		if s.Reverse && len(bid.Values) == 3 {
			bid.Values[2] = a * 2
		}
	case s.Kind == auction.Combinatorial:
		for range rapid.IntRange(0, 3).Draw(t, "bundles") {
			bid.Bundles = append(bid.Bundles, auction.Bundle{
				Goods: [][]int{{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 1, 2}, {1, 1}, {3}}[rapid.IntRange(0, 7).Draw(t, "goods")],
				Price: money.Amount(rapid.Int64Range(1, 40).Draw(t, "price")), Group: rapid.IntRange(-1, 1).Draw(t, "group"),
			})
		}
	default:
		bid.Amount = a
	}
	return bid
}

// TestWhateverHappensTheLawsHold drives auctions of every kind with inputs that fit and inputs that do not.
func TestWhateverHappensTheLawsHold(t *testing.T) {
	for _, kind := range kinds {
		for _, reverse := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", kind, reverse), func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) { drive(t, drawSpec(t, kind, reverse)) })
			})
		}
	}
}

func drive(t *rapid.T, spec auction.Spec) {
	s, err := newStage(spec)
	require.NoError(t, err)
	var log []auction.Input
	at := epoch
	step := func(in auction.Input) {
		before, hash := s.m.View(), s.m.Hash()
		r, err := s.step(in)
		if err != nil || r.Duplicate {
			require.Equal(t, before, s.m.View(), "what is refused changes nothing")
			require.Equal(t, hash, s.m.Hash())
			return
		}
		log = append(log, in)
		require.Equal(t, uint64(len(log)), r.Seq)
		covered(t, s)
	}
	step(auction.Start{At: at, Weights: []auction.Weight{{Bidder: "ann", Weight: 800_000}, {Bidder: "bob", Weight: 1_234_567}}})
	for range rapid.IntRange(0, 30).Draw(t, "inputs") {
		at = at.Add(time.Duration(rapid.IntRange(-1, 4).Draw(t, "seconds")) * time.Second)
		step(drawInput(t, s.m, at))
	}
	for i := 0; !s.m.State().Terminal(); i++ { // whatever happened, it can be brought to an end
		require.Less(t, i, 100, "the auction ends")
		for _, in := range toTheEnd(t, s.m) {
			step(in)
		}
	}
	settles(t, s)
	again, err := auction.Replay(spec, through(t, log))
	require.NoError(t, err)
	require.Equal(t, s.m.View(), again.View())
	require.Equal(t, s.m.Hash(), again.Hash())
}

// toTheEnd is what brings an auction nearer to its end; one of them does.
func toTheEnd(t *rapid.T, m *auction.Machine) []auction.Input {
	if in, ok := m.Timer(); ok {
		return []auction.Input{in}
	}
	switch at := epoch.Add(time.Hour); m.State() {
	case auction.Suspended:
		return []auction.Input{auction.Resume{At: at}}
	case auction.Closing:
		in := auction.Decide{At: at}
		if p := m.Problem(); len(p.Offers) > 0 {
			answer, err := exact.Solver(wdp.Options{})(p)
			require.NoError(t, err)
			in.Answer = &answer
		}
		return []auction.Input{in, auction.Decide{At: at, GiveUp: true, Reason: "cannot be awarded"}}
	case auction.Decided:
		return []auction.Input{auction.Charge{At: at}, auction.Settle{At: at}}
	default:
		return []auction.Input{auction.Settle{At: at}}
	}
}

// covered checks that nobody has less set aside than it must.
func covered(t require.TestingT, s *stage) {
	for _, b := range s.m.Bidders() {
		require.LessOrEqual(t, s.m.Exposure(b), s.held[b], "%s in %v", b, s.m.State())
	}
}

// settles checks that a settlement pays what the outcome says and gives all the rest back.
func settles(t require.TestingT, s *stage) {
	releases, err := s.m.Settlement(s.holds)
	require.NoError(t, err)
	require.Len(t, releases, len(s.holds))
	spec := s.m.Spec()
	var paid, fees, penalty, owner money.Amount
	gets := map[string]money.Amount{}
	for i, r := range releases {
		require.Equal(t, s.holds[i], r.Hold)
		sum := money.Amount(0)
		for _, p := range r.Pay {
			require.Positive(t, p.Amount)
			sum += p.Amount
			switch {
			case r.Hold.Asset != "credit":
				require.NotEmpty(t, p.To)
			case p.Account == auction.ToFees:
				fees += p.Amount
			case p.Account == auction.ToPenalty:
				penalty += p.Amount
			case p.To == "olga":
				owner += p.Amount
			default:
				gets[p.To] += p.Amount
			}
			if r.Hold.Asset == "credit" && p.Account != auction.ToPenalty {
				paid += p.Amount
			}
		}
		require.LessOrEqual(t, sum, r.Hold.Amount, "no hold pays more than it is")
	}
	var asked, lost, got money.Amount
	o, decided := s.m.Outcome()
	if decided && s.m.State() != auction.Failed && s.m.State() != auction.Cancelled {
		for _, a := range o.Awards {
			asked += a.Amount
			require.GreaterOrEqual(t, a.Amount, money.Amount(0))
			if !spec.Reverse {
				require.LessOrEqual(t, a.Amount, s.held[a.Bidder], "nobody pays more than its bid")
			}
		}
		for _, f := range o.Forfeits {
			lost += f.Amount
		}
	}
	for _, g := range gets {
		got += g
	}
	require.Equal(t, asked, paid)
	require.Equal(t, lost, penalty)
	require.Equal(t, asked, owner+got+fees)
}

// through sends a log through the journal's encoding.
func through(t require.TestingT, log []auction.Input) []auction.Input {
	out := make([]auction.Input, len(log))
	for i, in := range log {
		data, err := auction.Encode(in)
		require.NoError(t, err)
		out[i], err = auction.Decode(data)
		require.NoError(t, err)
	}
	return out
}
