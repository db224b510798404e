// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	eventmemory "mabeam.dev/events/memory"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/market/predict"
)

// books measures orders to one book and trades in one prediction market, with a ledger, from traders who each wait for their answer.
func (b *bench) books() error {
	for _, m := range []struct {
		name    string
		durable bool
		traders int
		total   int
		unit    string
		run     func(*counter, int, int) ([]time.Duration, error)
	}{
		{"book process, in memory, 64 traders", false, 64, 40_000, "orders/s", (*counter).orders},
		{"book process, durable, 64 traders", true, 64, 20_000, "orders/s", (*counter).orders},
		{"book process, durable, 512 traders", true, 512, 40_000, "orders/s", (*counter).orders},
		{"prediction market, durable, 64 traders", true, 64, 20_000, "trades/s", (*counter).predictions},
	} {
		total := m.total
		if b.quick {
			total = 2_000
		}
		var rates, p50, p99 []float64
		for range b.rounds {
			rate, took, err := countered(m.durable, m.traders, total, m.run)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			rates = append(rates, rate)
			p50 = append(p50, took[len(took)/2].Seconds()*1000)
			p99 = append(p99, took[len(took)*99/100].Seconds()*1000)
		}
		b.row(m.name, middle(rates), m.unit, benchtab.Goal{})
		b.row(m.name+", p50", middle(p50), "ms", benchtab.Goal{})
		b.row(m.name+", p99", middle(p99), "ms", benchtab.Goal{})
	}
	return nil
}

// counter is a ledger with traders who have money and goods, and where they trade.
type counter struct {
	ctx context.Context
	log marketlog.Log
	sys *actors.System
	l   *market.Ledger
}

// countered runs a load, and verifies the books behind it.
func countered(durable bool, traders, n int, run func(*counter, int, int) ([]time.Duration, error)) (rate float64, took []time.Duration, err error) {
	var store events.Store = eventmemory.New(eventmemory.Options{})
	if durable {
		dir, err := os.MkdirTemp("", "market-bench")
		if err != nil {
			return 0, nil, err
		}
		defer os.RemoveAll(dir)
		disk, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
		if err != nil {
			return 0, nil, err
		}
		store = disk
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	c := &counter{ctx: context.Background(), sys: actors.New(actors.Options{})}
	defer c.sys.Close(c.ctx)
	j := events.NewJournal(store, events.JournalOptions{})
	if _, err := j.Start(c.sys); err != nil {
		return 0, nil, err
	}
	c.log = marketlog.New(j)
	if c.l, err = market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "market/ledger", Journal: c.log}); err != nil {
		return 0, nil, err
	}
	if _, err := c.l.Start(c.sys); err != nil {
		return 0, nil, err
	}
	for i := range traders {
		who := trader(i)
		open := ledger.Deposit("in/"+who, who, money.Of(1_000_000*money.Unit, "credit"))
		open.Accounts = []ledger.Account{ledger.Available(who)}
		for _, t := range []ledger.Transaction{open, ledger.Deposit("tea/"+who, who, money.Of(1_000_000, "tea"))} {
			if _, err := c.l.Post(c.ctx, t); err != nil {
				return 0, nil, err
			}
		}
	}
	begin := time.Now()
	took, err = run(c, traders, n)
	rate = float64(n) / time.Since(begin).Seconds()
	if err != nil {
		return 0, nil, err
	}
	_, err = c.l.Verify(c.ctx)
	slices.Sort(took)
	return rate, took, err
}

func trader(i int) string { return fmt.Sprintf("trader-%d", i) }

// inTurn has every trader do its part, one thing after the other.
func inTurn(traders, n int, do func(who, i int) error) ([]time.Duration, error) {
	times := make([][]time.Duration, traders)
	failed := make([]error, traders)
	var wg sync.WaitGroup
	for w := range traders {
		wg.Go(func() {
			for i := w; i < n; i += traders {
				start := time.Now()
				if failed[w] = do(w, i); failed[w] != nil {
					return
				}
				times[w] = append(times[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	return slices.Concat(times...), errors.Join(failed...)
}

// orders are limits on both sides of a moving middle: about half of them trade at once, the others rest and are hit later.
func (c *counter) orders(traders, n int) ([]time.Duration, error) {
	b, err := market.NewBook(market.BookOptions{
		Name: "tea", Stream: "market/book/tea", Journal: c.log, Ledger: c.l,
		Spec: orderbook.Spec{Base: "tea", Quote: "credit", Tick: money.Unit / 100}, Fees: orderbook.Fees{Taker: 1000},
	})
	if err != nil {
		return nil, err
	}
	if _, err := b.Start(c.sys); err != nil {
		return nil, err
	}
	return inTurn(traders, n, func(who, i int) error {
		o := market.BookOrder{Key: fmt.Sprint(i), Owner: trader(who), Side: orderbook.Side(i / traders % 2), Quantity: int64(1 + i%9)}
		o.Price = 100*money.Unit + money.Amount(i*7919%40-20)*money.Unit/100
		_, err := b.Place(c.ctx, o)
		return err
	})
}

// predictions buy shares of one outcome or the other, and sell half of them again.
func (c *counter) predictions(traders, n int) ([]time.Duration, error) {
	if _, err := c.l.Post(c.ctx, ledger.Transaction{Key: "open/maker", Accounts: []ledger.Account{ledger.Available("maker")}}); err != nil {
		return nil, err
	}
	if _, err := c.l.Post(c.ctx, ledger.Deposit("in/maker", "maker", money.Of(10_000*money.Unit, "credit"))); err != nil {
		return nil, err
	}
	p, err := market.NewPrediction(market.PredictionOptions{
		Name: "launch", Stream: "market/prediction/launch", Journal: c.log, Ledger: c.l, Currency: "credit",
		Spec:  predict.Spec{Outcomes: []string{"done", "late", "never"}, Liquidity: 1000 * money.Unit},
		Maker: "maker", Oracle: "maker", Judge: "maker",
	})
	if err != nil {
		return nil, err
	}
	if _, err := p.Start(c.sys); err != nil {
		return nil, err
	}
	if err := p.Fund(c.ctx, "fund"); err != nil {
		return nil, err
	}
	return inTurn(traders, n, func(who, i int) error {
		turn := i / traders
		shares, limit := 2*money.Unit, 3*money.Unit
		if turn%3 == 2 {
			shares, limit = -money.Unit, 0
		}
		_, err := p.Trade(c.ctx, fmt.Sprint(i), trader(who), who%3, shares, limit)
		return err
	})
}
