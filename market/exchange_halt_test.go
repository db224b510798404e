// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// killed ends the process whose path ends so, as often as is said, with time to come back.
func killed(t *testing.T, sys *actors.System, path string, times int) {
	t.Helper()
	for range times {
		for pid := range sys.Processes() {
			if strings.HasSuffix(pid.Path(), path) {
				pid.Kill()
				break
			}
		}
		synctest.Wait()
	}
}

// halted is an exchange with one auction that was halted with a bid in it, and another that was not.
func halted(t *testing.T, m *memory) (*market.Exchange, *market.Ledger, *actors.System) {
	t.Helper()
	x, l, sys := bourse(t, m, market.ExchangeOptions{})
	for _, id := range []string{"tea", "cup"} {
		_, err := x.Create(t.Context(), vickrey(id))
		require.NoError(t, err)
		_, err = x.Open(t.Context(), id)
		require.NoError(t, err)
		_, err = x.Bid(t.Context(), id, offer("1", "ann", 30))
		require.NoError(t, err)
	}
	killed(t, sys, "/tea", 6)
	return x, l, sys
}

func TestAnAuctionWhoseAuctioneerCrashesAgainAndAgainIsHaltedAndTheOthersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, sys := halted(t, newMemory())
		a, err := x.Get(t.Context(), "tea")
		require.NoError(t, err)
		assert.Equal(t, auction.Suspended, a.View.State)
		assert.NotEmpty(t, a.Halted)
		_, err = x.Bid(t.Context(), "tea", offer("1", "bob", 40))
		require.ErrorIs(t, err, auction.ErrSuspended)
		assert.Equal(t, money.Amount(40), balance(t, l, "ann"), "what is held stays held")
		_, err = x.Bid(t.Context(), "cup", offer("1", "bob", 20))
		require.NoError(t, err, "the others go on")

		killed(t, sys, "/exchange", 1)
		time.Sleep(time.Minute)
		a, err = x.Get(t.Context(), "tea")
		require.NoError(t, err)
		assert.Equal(t, auction.Suspended, a.View.State, "a restart does not forget it")

		_, err = x.Resume(t.Context(), "tea", 0)
		require.NoError(t, err)
		_, err = x.Bid(t.Context(), "tea", offer("1", "bob", 40))
		require.NoError(t, err)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		a, err = x.Get(t.Context(), "tea")
		require.NoError(t, err)
		assert.Equal(t, auction.Settled, a.View.State)
		assert.Equal(t, "bob", a.View.Outcome.Awards[0].Bidder)
	})
}

func TestAHaltedAuctionIsCalledOffByAnOperatorWithEverythingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, _ := halted(t, newMemory())
		_, err := x.Cancel(t.Context(), "tea", auction.Cancel{})
		require.ErrorIs(t, err, auction.ErrUnauthorized)
		_, err = x.Cancel(t.Context(), "tea", auction.Cancel{Operator: true, Reason: "broken"})
		require.NoError(t, err)
		assert.Equal(t, money.Amount(70), balance(t, l, "ann"), "what the other auction holds")
		lots, err := l.Balance(ledger.Available("sue"), "lot")
		require.NoError(t, err)
		assert.Equal(t, money.Amount(4), lots)
		holds, err := l.Reconcile(t.Context(), "auction/tea")
		require.NoError(t, err)
		assert.Empty(t, holds)
		a, err := x.Get(t.Context(), "tea")
		require.NoError(t, err)
		assert.Equal(t, auction.Cancelled, a.View.State)
		_, err = x.Bid(t.Context(), "tea", offer("2", "ann", 1))
		require.ErrorIs(t, err, auction.ErrClosed)
		_, err = x.Resume(t.Context(), "tea", 0)
		require.Error(t, err)
		time.Sleep(10 * time.Minute)
		_, err = l.Verify(t.Context())
		require.NoError(t, err)
	})
}

// TestARefundThatIsInterruptedIsFinishedByRepeatingIt lets each append of a refund fail once, before and after it is stored.
func TestARefundThatIsInterruptedIsFinishedByRepeatingIt(t *testing.T) {
	for n := 1; ; n++ {
		reached := false
		for _, stored := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				x, l, _ := halted(t, m)
				count := 0
				m.failing(func(string, []market.Event) (bool, error) {
					if count++; count == n {
						reached = true
						return stored, errDisk
					}
					return true, nil
				})
				insistOn(t, func(ctx context.Context) error {
					_, err := x.Cancel(ctx, "tea", auction.Cancel{Operator: true, Reason: "broken"})
					if a, _ := x.Get(ctx, "tea"); a.View.State == auction.Cancelled {
						return nil // the answer was lost
					}
					return err
				})
				time.Sleep(time.Second)
				assert.Equal(t, money.Amount(70), balance(t, l, "ann"))
				a, err := x.Get(t.Context(), "tea")
				require.NoError(t, err)
				assert.Equal(t, auction.Cancelled, a.View.State)
			})
		}
		if !reached {
			assert.Greater(t, n, 3)
			return
		}
	}
}

// listener is a process that hears of an auction, and what it has heard.
type listener struct {
	x     *market.Exchange
	id    string
	after uint64
	mu    sync.Mutex
	heard []market.Notice
}

func (l *listener) Init(ctx *actors.Context[market.Notice]) error {
	_, err := market.Subscribe(ctx, l.x, l.id, l.after, func(n market.Notice) market.Notice { return n })
	return err
}

func (l *listener) Receive(_ *actors.Context[market.Notice], n market.Notice) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, n)
	return nil
}

func (l *listener) words() (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.heard {
		all = append(all, fmt.Sprintf("%d %s %s %d", n.Seq, n.Kind, n.Bidder, n.Price))
	}
	return all
}

func listening(t *testing.T, sys *actors.System, x *market.Exchange, id string, after uint64) *listener {
	l := &listener{x: x, id: id, after: after}
	_, err := actors.Spawn(sys, fmt.Sprintf("listener-%d", after), func() actors.Behavior[market.Notice] { return l })
	require.NoError(t, err)
	return l
}

func TestBiddersHearWhatHappensInOrderWhoeverCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, sys := bourse(t, newMemory(), market.ExchangeOptions{})
		spec := selling(auction.English)
		spec.ID = "tea"
		spec.English = auction.EnglishRules{Start: 1, Increment: auction.Increment{Absolute: 1}, Proxy: true, SoftWindow: 10 * time.Second, SoftExtend: 20 * time.Second}
		_, err := x.Create(t.Context(), spec)
		require.NoError(t, err)
		first := listening(t, sys, x, "tea", 0)
		_, err = x.Open(t.Context(), "tea")
		require.NoError(t, err)
		_, err = x.Bid(t.Context(), "tea", offer("1", "ann", 30))
		require.NoError(t, err)
		killed(t, sys, "/crier", 1)
		time.Sleep(25 * time.Second)
		killed(t, sys, "/tea", 1)
		insistOn(t, func(ctx context.Context) error { _, err := x.Bid(ctx, "tea", offer("1", "bob", 40)); return err })
		synctest.Wait()
		third := listening(t, sys, x, "tea", 3)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		want := []string{
			"1 opened  1", "2 standing ann 1", "3 standing bob 31", "4 outbid ann 31", "5 extended  0", "6 closed  0", "7 lost ann 0", "8 won bob 31",
			"9 settled  0", "10 refunded bob 9",
		}
		assert.Equal(t, want, first.words())
		assert.Equal(t, want[3:], third.words(), "who comes back hears what it has missed")
		all, err := x.Notices(t.Context(), "tea", 0)
		require.NoError(t, err)
		assert.Len(t, all, len(want))
		_, err = x.Notices(t.Context(), "nobody's", 0)
		require.ErrorIs(t, err, market.ErrUnknownAuction)
	})
}

// TestSealedAmountsAreNowhereBeforeTheDecision looks at everything that anybody but the journal gets to see.
func TestSealedAmountsAreNowhereBeforeTheDecision(t *testing.T) {
	const secret = 73_219
	for _, kind := range []auction.Kind{auction.FirstPrice, auction.Vickrey} {
		synctest.Test(t, func(t *testing.T) {
			x, l, sys := bourse(t, newMemory(), market.ExchangeOptions{})
			_, err := l.Post(t.Context(), ledger.Deposit("more", "ann", credits(1_000_000)))
			require.NoError(t, err)
			var mu sync.Mutex
			var seen strings.Builder
			see := func(v any) {
				mu.Lock()
				defer mu.Unlock()
				fmt.Fprintf(&seen, "%T %+v\n", v, v)
			}
			queue := sys.Events().Queue(telemetry.QueueOptions{Name: "test"})
			go func() { _ = queue.Run(context.Background(), func(e telemetry.Event) { see(e) }) }() // ends when it is closed
			defer queue.Close()
			spec := selling(kind)
			spec.ID, spec.Reserve, spec.Hidden = "tea", 9_173, true
			_, err = x.Create(t.Context(), spec)
			require.NoError(t, err)
			heard := listening(t, sys, x, "tea", 0)
			_, err = x.Open(t.Context(), "tea")
			require.NoError(t, err)
			_, err = x.Bid(t.Context(), "tea", offer("1", "ann", secret))
			require.NoError(t, err)
			_, err = x.Bid(t.Context(), "tea", offer("1", "ann", secret+1))
			see(err)
			_, err = x.Bid(t.Context(), "tea", offer("4", "bob", secret))
			require.ErrorIs(t, err, ledger.ErrInsufficientFunds, "which bob alone is told")
			_, err = x.Withdraw(t.Context(), "tea", auction.Withdraw{Key: "2", Bidder: "ann"})
			require.NoError(t, err)
			_, err = x.Bid(t.Context(), "tea", offer("3", "ann", secret))
			require.NoError(t, err)
			killed(t, sys, "/tea", 1)
			a, err := x.Get(t.Context(), "tea")
			require.NoError(t, err)
			see(a)
			page, err := x.List(market.Filter{})
			require.NoError(t, err)
			see(page)
			all, err := x.Notices(t.Context(), "tea", 0)
			require.NoError(t, err)
			see(all)
			see(heard.words())
			synctest.Wait()
			mu.Lock() // events come later, too
			text := seen.String()
			mu.Unlock()
			require.Contains(t, text, "BidAccepted", "the test sees events")
			assert.NotContains(t, text, "73219")
			assert.NotContains(t, text, "73220")
			assert.NotContains(t, text, "0.073219")
			assert.NotContains(t, text, "9173", "the hidden reserve")
			assert.NotContains(t, text, "0.009173")
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			a, err = x.Get(t.Context(), "tea")
			require.NoError(t, err)
			assert.Equal(t, auction.Settled, a.View.State)
			assert.Equal(t, money.Amount(9_173), a.Spec.Reserve, "afterwards everybody may know it")
		})
	}
}

// Where not everybody may bid, those who may are told before the auction opens: when it is announced, and otherwise when it opens.
func TestTheInvitedAreToldOnceBeforeAnAuctionOpens(t *testing.T) {
	for name, wait := range map[string]time.Duration{"at once": 0, "later": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, _, _ := bourse(t, newMemory(), market.ExchangeOptions{})
				spec := vickrey("tea")
				spec.Invited = []string{"bob", "ann"}
				begin := x.Open
				if wait > 0 {
					spec.StartAt = time.Now().Add(wait).UTC()
					begin = func(ctx context.Context, id string, _ ...auction.Weight) (auction.Result, error) {
						return x.Announce(ctx, id)
					}
				}
				_, err := x.Create(t.Context(), spec)
				require.NoError(t, err)
				_, err = begin(t.Context(), "tea")
				require.NoError(t, err)
				time.Sleep(wait + time.Second)
				all, err := x.Notices(t.Context(), "tea", 0)
				require.NoError(t, err)
				require.Len(t, all, 3)
				until := all[2].Until
				if wait > 0 {
					until = spec.StartAt
				}
				for i, who := range spec.Invited {
					assert.Equal(t, market.NoticeInvited, all[i].Kind)
					assert.Equal(t, who, all[i].Bidder)
					assert.True(t, until.Equal(all[i].Until), "%v, not %v", until, all[i].Until)
				}
				assert.Equal(t, market.NoticeOpened, all[2].Kind)
				_, err = x.Bid(t.Context(), "tea", offer("1", "sue", 10))
				require.Error(t, err)
			})
		})
	}
}
