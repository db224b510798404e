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
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// hearsay is a source of what a test says.
type hearsay struct {
	mu  sync.Mutex
	all []market.Observation
}

func (s *hearsay) Stream() string { return "hearsay" }

func (s *hearsay) Observe(_ context.Context, from uint64, yield func(uint64, *market.Observation) error) error {
	s.mu.Lock()
	all := s.all
	s.mu.Unlock()
	for i := int(from); i < len(all); i++ {
		if err := yield(uint64(i)+1, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *hearsay) say(o ...market.Observation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, o...)
}

// rigged are sales of 20 sellers. Eve bids in nearly all of sam's, at once, often, and never wins.
func rigged(sales int) (all []market.Observation) {
	begin := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range sales {
		s := &integrity.Sale{ID: fmt.Sprintf("%04d", i), Seller: fmt.Sprint("seller-", i%20), Start: begin, End: begin.Add(time.Hour), Step: 10, Winner: fmt.Sprint("bidder-", i*7%31)}
		price := money.Amount(100)
		for b := range 8 {
			who := fmt.Sprint("bidder-", (i*7+b*5)%31)
			if i%20 == 0 && b%2 == 1 {
				who = "eve"
			}
			if b == 7 || b == 0 && i%20 != 0 {
				who = s.Winner
			}
			at := begin.Add(time.Duration(b) * 7 * time.Minute)
			if who == "eve" {
				at = begin.Add(time.Duration(b-1)*7*time.Minute + time.Second)
			}
			price += 10
			s.Bids = append(s.Bids, integrity.Bid{Bidder: who, Amount: price, At: at})
		}
		begin = begin.Add(time.Hour)
		all = append(all, market.Observation{Sale: s})
	}
	return all
}

// counted is how often sales are in a stream.
func (m *memory) counted(stream string, ids ...string) map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := map[string]int{}
	for _, ev := range m.mu.streams[stream] {
		for _, id := range ids {
			n[id] += strings.Count(string(ev.Data), `"sale":{"ID":"`+id+`"`)
		}
	}
	return n
}

// watching adds monitors of such a source to a court.
func watching(t *testing.T, c court, s *hearsay, more ...func(*market.IntegrityOptions)) (n *market.Integrity, kill func(string), raised func() []market.Raised) {
	t.Helper()
	o := market.IntegrityOptions{
		Name: "integrity", Stream: "market/integrity", Journal: c.m, Sources: []func() market.Source{func() market.Source { return s }}, Stakes: c.s, Deals: c.d,
	}
	for _, set := range more {
		set(&o)
	}
	n, err := market.NewIntegrity(o)
	require.NoError(t, err)
	bus := telemetry.NewBus()
	var mu sync.Mutex
	var all []market.Raised
	t.Cleanup(telemetry.Subscribe(bus, "test", func(e market.FindingRaised) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, e.Raised)
	}))
	sys := actors.New(actors.Options{Events: bus})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	sup, err := supervision.Start(sys, "monitors", supervision.Spec{Children: []supervision.Child{n.Child()}})
	require.NoError(t, err)
	kill = func(child string) {
		inner, err := supervision.Of(sup.Child("integrity"))
		require.NoError(t, err)
		inner.Child(child).Kill()
		synctest.Wait()
	}
	return n, kill, func() []market.Raised {
		mu.Lock()
		defer mu.Unlock()
		return append([]market.Raised(nil), all...)
	}
}

func TestASevereFindingHoldsPaymentsUntilItsCaseIsDecidedAndTakesNothingByItself(t *testing.T) {
	for _, guilty := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			c := judging(t)
			ctx := t.Context()
			sam := ledger.Deposit("in/sam", "seller-0", credits(50*money.Unit))
			sam.Accounts = []ledger.Account{ledger.Available("seller-0")}
			_, err := c.l.Post(ctx, sam)
			require.NoError(t, err)
			_, err = c.s.Lock(ctx, "1", "seller-0", 40*money.Unit)
			require.NoError(t, err)
			source := &hearsay{}
			n, kill, raised := watching(t, c, source)
			all := rigged(400)
			source.say(all[:250]...)
			time.Sleep(5 * time.Second)
			kill("bidding")
			kill("bidding-watch")
			source.say(all[250:]...)
			time.Sleep(30 * time.Second)
			found := n.Findings()
			require.Len(t, found, 1)
			f := found[0]
			assert.Equal(t, []string{"eve"}, f.Finding.Subjects)
			assert.Equal(t, "seller-0", f.Finding.Beneficiary)
			require.Equal(t, integrity.Hold, f.Finding.Severity, "%+v", f.Finding)
			require.NotEmpty(t, raised())
			assert.Equal(t, 40*money.Unit, c.balance(t, ledger.Stake("seller-0")), "nothing is taken for a statistic")
			_, slow := n.Throttled("eve", time.Now())
			assert.True(t, slow)
			_, slow = n.Throttled("bidder-1", time.Now())
			assert.False(t, slow)

			// What the seller is to be paid waits.
			what := terms("d")
			what.Provider, what.Deposit = "seller-0", 0
			_, err = c.d.Fund(ctx, what)
			require.NoError(t, err)
			_, err = c.d.Deliver(ctx, "d", "seller-0", listing.Delivery{})
			require.NoError(t, err)
			_, err = c.d.Accept(ctx, "d", "bob", nil)
			require.NoError(t, err)
			time.Sleep(time.Minute)
			assert.Equal(t, 10*money.Unit, c.balance(t, ledger.Available("seller-0")))

			is, err := c.s.Case(ctx, f.ID)
			require.NoError(t, err)
			assert.Equal(t, integrity.Reported, is.State)
			_, err = c.s.Review(ctx, f.ID, "judge")
			require.NoError(t, err)
			_, err = c.s.Decide(ctx, f.ID, "judge", guilty, "seen")
			require.NoError(t, err)
			kill("bidding")
			time.Sleep(time.Hour + time.Minute)
			stake, want := 40*money.Unit, 10*money.Unit+9_500_000
			if guilty {
				stake = 32 * money.Unit
			}
			assert.Equal(t, stake, c.balance(t, ledger.Stake("seller-0")))
			assert.Equal(t, want, c.balance(t, ledger.Available("seller-0")), "the payment is let go")
			found = n.Findings()
			require.Len(t, found, 1)
			assert.False(t, found[0].Open)
			assert.Equal(t, !guilty, found[0].Dismissed)
			_, slow = n.Throttled("eve", time.Now())
			assert.False(t, slow)
		})
	}
}

func TestEveryFindingCanBeContestedByWhomItConcerns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := judging(t)
		source := &hearsay{}
		n, _, _ := watching(t, c, source)
		at := time.Now()
		for i := range 30 {
			outcome := 1.
			if i > 15 {
				outcome = 0
			}
			source.say(market.Observation{Served: &market.Served{Provider: "ann", Deal: fmt.Sprint(i), Outcome: outcome, At: at}})
		}
		time.Sleep(3 * time.Second)
		found, err := n.Check(t.Context())
		require.NoError(t, err)
		require.Len(t, found, 1)
		f := found[0]
		assert.Equal(t, integrity.Decline, f.Finding.Kind)
		assert.Equal(t, integrity.Warn, f.Finding.Severity)
		cases, err := c.s.Cases(t.Context())
		require.NoError(t, err)
		assert.Empty(t, cases, "a warning is no case")
		_, err = n.Contest(t.Context(), f.ID, "bob")
		require.ErrorIs(t, err, integrity.ErrNotParty)
		_, err = n.Contest(t.Context(), "integrity/rating/9", "ann")
		require.Error(t, err)
		for range 2 {
			is, err := n.Contest(t.Context(), f.ID, "ann")
			require.NoError(t, err)
			assert.Equal(t, integrity.Reported, is.State)
		}
		_, err = c.s.Review(t.Context(), f.ID, "judge")
		require.NoError(t, err)
		_, err = c.s.Decide(t.Context(), f.ID, "judge", false, "she was ill")
		require.NoError(t, err)
		time.Sleep(time.Hour + time.Minute)
		found = n.Findings()
		require.Len(t, found, 1)
		assert.True(t, found[0].Dismissed)
	})
}

func TestMonitorsMissNothingAndCountNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := judging(t)
		source := &hearsay{}
		n, kill, _ := watching(t, c, source)
		all := rigged(400)
		for i := 0; i < len(all); i += 40 {
			source.say(all[i : i+40]...)
			time.Sleep(1500 * time.Millisecond)
			kill([]string{"bidding", "bidding-watch"}[i/40%2])
		}
		time.Sleep(20 * time.Second)
		want := integrity.Shills(func() (sales []integrity.Sale) {
			for _, o := range all {
				sales = append(sales, *o.Sale)
			}
			return sales
		}(), integrity.ShillRules{})
		require.Len(t, want, 1)
		found := n.Findings()
		require.Len(t, found, 1)
		assert.Equal(t, want[0].Subjects, found[0].Finding.Subjects)
		seen := map[string]int{}
		for _, ev := range c.m.types("market/integrity/bidding") {
			seen[ev]++
		}
		assert.NotZero(t, seen["market.integrity.batch"])
		assert.Equal(t, map[string]int{"0000": 1, "0399": 1}, c.m.counted("market/integrity/bidding", "0000", "0399"))
	})
}

func TestDealsAndLedgersAreSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := judging(t)
		ctx := t.Context()
		good := .5
		for _, id := range []string{"1", "2"} {
			_, err := c.d.Fund(ctx, terms(id))
			require.NoError(t, err)
			_, err = c.d.Deliver(ctx, id, "ann", listing.Delivery{Measured: 1})
			require.NoError(t, err)
			_, err = c.d.Accept(ctx, id, "bob", &good)
			require.NoError(t, err)
		}
		services := market.Services(c.d)
		var rated, served int
		var last uint64
		read := func(from uint64) {
			require.NoError(t, services.Observe(ctx, from, func(version uint64, o *market.Observation) error {
				require.GreaterOrEqual(t, version, last)
				last = version
				if o != nil && o.Rated != nil {
					rated++
					assert.InDelta(t, 1, o.Rated.Outcome, 1e-9)
					assert.InDelta(t, .5, o.Rated.Rating, 1e-9)
				}
				if o != nil && o.Served != nil {
					served++
				}
				return nil
			}))
		}
		read(0)
		assert.Equal(t, [2]int{2, 2}, [2]int{rated, served})
		read(last)
		assert.Equal(t, [2]int{2, 2}, [2]int{rated, served}, "nothing new")
		paid := map[[2]string]int{}
		require.NoError(t, market.Payments(c.l).Observe(ctx, 0, func(_ uint64, o *market.Observation) error {
			if o != nil {
				paid[[2]string{o.Paid.From, o.Paid.To}]++
			}
			return nil
		}))
		assert.Equal(t, 1, paid[[2]string{"", "ann"}])
		assert.Equal(t, 2, paid[[2]string{"bob", "bob"}], "its holds")
	})
}

func TestOptionsOfMonitorsNameEverythingThatIsMissing(t *testing.T) {
	_, err := market.NewIntegrity(market.IntegrityOptions{Deals: new(market.Deals), Exchange: new(market.Exchange)})
	for _, missing := range []string{"no name", "no stream", "no journal", "no sources", "deals would be held, and no stakes", "auctions would be held, and no stakes"} {
		assert.ErrorContains(t, err, missing)
	}
}
