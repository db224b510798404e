// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	eventmemory "mabeam.dev/events/memory"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// auctioneer measures bids into one English auction with proxies and a ledger, from bidders who each wait for their answer.
func (b *bench) auctioneer() error {
	total := 120_000
	if b.quick {
		total = 2_000
	}
	for _, m := range []struct {
		durable bool
		bidders int
		goal    float64
		p99     float64
	}{{false, 64, 0, 0}, {false, 512, 100_000, 0}, {true, 64, 10_000, 20}, {true, 512, 25_000, 0}} {
		var rates, refused, p50, p99 []float64
		for range b.rounds {
			r, err := bids(m.durable, m.bidders, total)
			if err != nil {
				return err
			}
			rates, refused = append(rates, r.rate), append(refused, r.refused)
			p50 = append(p50, r.took[len(r.took)/2].Seconds()*1000)
			p99 = append(p99, r.took[len(r.took)*99/100].Seconds()*1000)
		}
		kept := "in memory"
		if m.durable {
			kept = "durable"
		}
		name := fmt.Sprintf("auctioneer, %s, %d bidders", kept, m.bidders)
		var goal, late benchtab.Goal
		if m.goal > 0 {
			goal = benchtab.ValueAtLeast(m.goal)
		}
		if m.p99 > 0 {
			late = benchtab.ValueAtMost(m.p99)
		}
		b.row(name+", accepted bids", middle(rates), "bids/s", goal)
		b.row(name+", refused as too low", 100*middle(refused), "%", benchtab.Goal{})
		b.row(name+", p50", middle(p50), "ms", benchtab.Goal{})
		b.row(name+", p99", middle(p99), "ms", late)
	}
	return nil
}

// floor is a system with a journal and a ledger, on which auctions are held.
type floor struct {
	sys     *actors.System
	journal market.Journal
	ledger  *market.Ledger
	close   func() error
}

// openFloor makes one whose journal is a file, or in memory.
func openFloor(durable bool) (*floor, error) {
	f := &floor{close: func() error { return nil }}
	var store events.Store = eventmemory.New(eventmemory.Options{})
	if durable {
		dir, err := os.MkdirTemp("", "market-bench")
		if err != nil {
			return nil, err
		}
		file, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		store, f.close = file, func() error { return errors.Join(file.Close(), os.RemoveAll(dir)) }
	}
	f.sys = actors.New(actors.Options{})
	files := f.close
	f.close = func() error { return errors.Join(f.sys.Close(context.Background()), files()) }
	j := events.NewJournal(store, events.JournalOptions{})
	if _, err := j.Start(f.sys); err != nil {
		return nil, errors.Join(err, f.close())
	}
	f.journal = marketlog.New(j)
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "market/ledger", Journal: f.journal})
	if err == nil {
		f.ledger = l
		_, err = l.Start(f.sys)
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// endow opens an owner's accounts with much in them.
func (f *floor) endow(owner string) error {
	t := ledger.Deposit("in/"+owner, owner, money.Of(1_000_000_000*money.Unit, "credit"))
	t.Accounts = []ledger.Account{ledger.Available(owner)}
	_, err := f.ledger.Post(context.Background(), t)
	return err
}

type bidding struct {
	rate, refused float64
	took          []time.Duration // sorted, of the accepted ones
}

// bids gives the rate of accepted bids out of n. Afterwards the books are verified.
func bids(durable bool, bidders, n int) (r bidding, err error) {
	f, err := openFloor(durable)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	ctx := context.Background()
	names := make([]string, bidders)
	for i := range names {
		names[i] = fmt.Sprintf("bidder-%d", i)
		if err := f.endow(names[i]); err != nil {
			return r, err
		}
	}
	spec := auction.Spec{
		ID: "1", Owner: "seller", Currency: "credit", Goods: []money.Asset{"service"}, Service: true, Duration: time.Hour, MaxBidders: -1,
		English: auction.EnglishRules{Start: 1, Increment: auction.Increment{Absolute: 1}, Proxy: true},
	}
	a, err := market.NewAuctioneer(market.AuctioneerOptions{Name: "auctioneer", Stream: "auction/1", Journal: f.journal, Ledger: f.ledger, Spec: spec})
	if err != nil {
		return r, err
	}
	if _, err := actors.Spawn(f.sys, a.Name(), a.Behavior, a.ProcessOptions()...); err != nil {
		return r, err
	}
	if _, err := a.Open(ctx); err != nil {
		return r, err
	}
	times := make([][]time.Duration, bidders)
	failed := make([]error, bidders)
	var next, low atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for w := range bidders {
		wg.Go(func() { // ends when all bids are placed; the function waits for it
			for {
				i := next.Add(1)
				if i > int64(n) {
					return
				}
				start := time.Now()
				_, err := a.Bid(ctx, auction.Bid{Key: strconv.FormatInt(i, 10), Bidder: names[w], Asset: "credit", Amount: money.Amount(1000 * i)})
				switch {
				case err == nil:
					times[w] = append(times[w], time.Since(start))
				case errors.Is(err, auction.ErrBidTooLow):
					low.Add(1) // two others were faster with higher bids
				default:
					failed[w] = err
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(begin).Seconds()
	for _, err := range failed {
		if err != nil {
			return r, err // the others say the same
		}
	}
	if _, err := a.Cancel(ctx, auction.Cancel{Operator: true, Reason: "measured"}); err != nil {
		return r, err
	}
	if _, err := f.ledger.Verify(ctx); err != nil {
		return r, err
	}
	r.took = slices.Concat(times...)
	slices.Sort(r.took)
	r.rate, r.refused = float64(len(r.took))/took, float64(low.Load())/float64(n)
	return r, nil
}
