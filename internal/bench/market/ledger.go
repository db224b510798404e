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
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// ledger measures transfers that are durable, on a real file, from many writers who each wait for their answer.
func (b *bench) ledger() error {
	total := 60_000
	if b.quick {
		total = 3_000
	}
	for _, m := range []struct {
		writers int
		goal    float64
	}{{1, 0}, {64, 10_000}, {512, 25_000}} {
		n := total
		if m.writers == 1 {
			n = total / 60
		}
		var rates, p50, p99 []float64
		for range b.rounds {
			rate, took, err := transfers(m.writers, n)
			if err != nil {
				return err
			}
			rates = append(rates, rate)
			p50 = append(p50, took[len(took)/2].Seconds()*1000)
			p99 = append(p99, took[len(took)*99/100].Seconds()*1000)
		}
		goal := benchtab.Goal{}
		if m.goal > 0 {
			goal = benchtab.ValueAtLeast(m.goal)
		}
		name := fmt.Sprintf("ledger, durable transfers, %d writers", m.writers)
		b.row(name, middle(rates), "transfers/s", goal)
		b.row(name+", p50", middle(p50), "ms", benchtab.Goal{})
		b.row(name+", p99", middle(p99), "ms", benchtab.Goal{})
	}
	return nil
}

// middle is the median.
func middle(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// transfers gives the rate of n transfers, and the sorted times that they took. Afterwards the books are verified.
func transfers(writers, n int) (rate float64, took []time.Duration, err error) {
	dir, err := os.MkdirTemp("", "market-bench")
	if err != nil {
		return 0, nil, err
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	j := events.NewJournal(store, events.JournalOptions{})
	if _, err := j.Start(sys); err != nil {
		return 0, nil, err
	}
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "market/ledger", Journal: marketlog.New(j)})
	if err != nil {
		return 0, nil, err
	}
	if _, err := l.Start(sys); err != nil {
		return 0, nil, err
	}
	owner := func(i int) string { return fmt.Sprintf("owner-%d", i) }
	for i := range 100 {
		open := ledger.Deposit("in/"+owner(i), owner(i), money.Of(1_000_000*money.Unit, "credit"))
		open.Accounts = []ledger.Account{ledger.Available(owner(i))}
		if _, err := l.Post(ctx, open); err != nil {
			return 0, nil, err
		}
	}
	times := make([][]time.Duration, writers)
	failed := make([]error, writers)
	var wg sync.WaitGroup
	begin := time.Now()
	for w := range writers {
		wg.Go(func() {
			for i := w; i < n; i += writers {
				start := time.Now()
				t := ledger.Transfer(fmt.Sprintf("transfer/%d", i), owner(i%100), owner((i+1)%100), money.Of(money.Unit, "credit"), money.Unit/100)
				if _, err := l.Post(ctx, t); err != nil {
					failed[w] = err
					return
				}
				times[w] = append(times[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	rate = float64(n) / time.Since(begin).Seconds()
	for _, err := range failed {
		if err != nil {
			return 0, nil, err // the others say the same
		}
	}
	report, err := l.Verify(ctx)
	if err != nil {
		return 0, nil, err
	}
	if want := uint64(100 + n); report.Transactions != want {
		return 0, nil, fmt.Errorf("the books have %d transactions, want %d", report.Transactions, want)
	}
	took = slices.Concat(times...)
	slices.Sort(took)
	return rate, took, nil
}
