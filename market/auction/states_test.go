// SPDX-License-Identifier: Apache-2.0

package auction_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

var (
	late  = epoch.Add(time.Hour)
	nonce = []byte("0123456789abcdef")
)

// committed is a spec whose auctions can be in every state.
func committed() auction.Spec {
	return auction.Spec{
		ID: "a1", Kind: auction.Vickrey, Owner: "olga", Currency: "credit", Goods: []money.Asset{"lot"}, Deposit: 1,
		RevealFor: 10 * time.Second, DepositPerMillion: 500_000,
	}
}

// inState makes an auction that is in a state.
func inState(t *testing.T, want auction.State) *stage {
	s, err := newStage(committed())
	require.NoError(t, err)
	bid := auction.Bid{At: epoch, Bidder: "ann", Asset: "credit", Commitment: auction.Commit("a1", "ann", 10, nonce)}
	road := []auction.Input{
		auction.Announce{At: epoch},
		auction.Start{At: epoch},
		bid,
		auction.Close{At: epoch.Add(120 * time.Second), Gen: 1},
		auction.Reveal{At: epoch.Add(121 * time.Second), Bidder: "ann", Amount: 10, Nonce: nonce},
		auction.Close{At: late, Gen: 2},
		auction.Decide{At: late},
		auction.Charge{At: late},
		auction.Settle{At: late},
	}
	switch want {
	case auction.Suspended, auction.Cancelled, auction.Failed:
		at := 2 // inputs before
		last := auction.Input(auction.Suspend{At: epoch})
		if want == auction.Cancelled {
			last = auction.Cancel{At: epoch}
		} else if want == auction.Failed {
			at, last = 7, auction.Fail{At: late, Reason: "no"}
		}
		road = append(road[:at:at], last)
	case auction.NoSale:
		road = []auction.Input{road[0], road[1], road[3], auction.Close{At: late, Gen: 2}, road[6], road[8]}
	}
	for _, in := range road {
		if s.m.State() == want {
			break
		}
		mustStep(t, s, in)
	}
	if want == auction.Open {
		mustStep(t, s, bid)
	}
	require.Equal(t, want, s.m.State())
	return s
}

// TestEveryEventInEveryState says of each pair whether it is possible, and what the answer is if not.
func TestEveryEventInEveryState(t *testing.T) {
	const first, last = auction.Draft, auction.Failed
	events := []struct {
		name     string
		in       func(m *auction.Machine) auction.Input
		possible []auction.State
	}{
		{"announce", func(*auction.Machine) auction.Input { return auction.Announce{At: late} }, []auction.State{auction.Draft}},
		{"start", func(*auction.Machine) auction.Input { return auction.Start{At: late} }, []auction.State{auction.Draft, auction.Scheduled}},
		{"bid", func(*auction.Machine) auction.Input {
			return auction.Bid{At: epoch, Bidder: "bob", Asset: "credit", Commitment: auction.Commit("a1", "bob", 9, nonce)}
		}, []auction.State{auction.Open}},
		{"withdraw", func(*auction.Machine) auction.Input { return auction.Withdraw{At: epoch, Bidder: "ann"} }, []auction.State{auction.Open}},
		{"reveal", func(m *auction.Machine) auction.Input {
			return auction.Reveal{At: epoch, Bidder: "ann", Amount: 10, Nonce: nonce}
		}, []auction.State{auction.Revealing}},
		{"close", func(m *auction.Machine) auction.Input {
			if in, ok := m.Timer(); ok {
				return in
			}
			return auction.Close{At: late, Gen: 1}
		}, []auction.State{auction.Scheduled, auction.Open, auction.Revealing}}, // the timer of a scheduled auction is its start
		{"decide", func(*auction.Machine) auction.Input { return auction.Decide{At: late} }, []auction.State{auction.Closing}},
		{"charge", func(*auction.Machine) auction.Input { return auction.Charge{At: late} }, []auction.State{auction.Decided}},
		{"default", func(*auction.Machine) auction.Input { return auction.Default{At: late, Bidder: "ann"} }, []auction.State{auction.Settling}},
		{"settle", func(*auction.Machine) auction.Input { return auction.Settle{At: late} }, []auction.State{auction.Settling}}, // it took deposits: winners are asked for the rest first
		{"fail", func(*auction.Machine) auction.Input { return auction.Fail{At: late, Reason: "no"} }, []auction.State{auction.Closing, auction.Decided, auction.Settling}},
		{"cancel", func(*auction.Machine) auction.Input { return auction.Cancel{At: epoch, Operator: true, Reason: "no"} }, []auction.State{auction.Draft, auction.Scheduled, auction.Open, auction.Revealing, auction.Closing, auction.Suspended}},
		{"suspend", func(*auction.Machine) auction.Input { return auction.Suspend{At: epoch} }, []auction.State{auction.Draft, auction.Scheduled, auction.Open, auction.Revealing, auction.Closing, auction.Decided, auction.Settling}},
		{"resume", func(*auction.Machine) auction.Input { return auction.Resume{At: epoch} }, []auction.State{auction.Suspended}},
		{"outage", func(*auction.Machine) auction.Input { return auction.Outage{At: epoch, Down: time.Second} }, []auction.State{auction.Open, auction.Revealing}},
	}
	for state := first; state <= last; state++ {
		for _, e := range events {
			t.Run(fmt.Sprintf("%v/%s", state, e.name), func(t *testing.T) {
				s := inState(t, state)
				before, hash := s.m.View(), s.m.Hash()
				_, err := s.m.Step(e.in(s.m))
				if slices.Contains(e.possible, state) {
					require.NoError(t, err)
					return
				}
				require.Error(t, err)
				assert.Equal(t, before, s.m.View())
				assert.Equal(t, hash, s.m.Hash())
				fromBidder := e.name == "bid" || e.name == "withdraw" || e.name == "reveal"
				switch {
				case fromBidder && state == auction.Suspended:
					assert.ErrorIs(t, err, auction.ErrSuspended)
				case fromBidder && (state > auction.Revealing || state == auction.Revealing && e.name != "reveal"):
					assert.ErrorIs(t, err, auction.ErrClosed)
				default:
					var wrong *auction.StateError
					require.ErrorAs(t, err, &wrong)
					assert.Equal(t, state, wrong.Have)
				}
			})
		}
	}
}

func TestAnAuctionEndsWhereItsStateSays(t *testing.T) {
	for s := auction.Draft; s <= auction.Failed; s++ {
		assert.Equal(t, slices.Contains([]auction.State{auction.Settled, auction.NoSale, auction.Cancelled, auction.Failed}, s), s.Terminal(), s)
		assert.NotContains(t, s.String(), "auction.State")
	}
	assert.Equal(t, "auction.State(99)", auction.State(99).String())
}
