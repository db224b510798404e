// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision/dynamic"
)

// auctions measures what many open auctions cost: procurements of a task, each with its own process, under one supervisor and with one ledger.
func (b *bench) auctions() error {
	sizes, placed := []int{100, 1_000, 10_000, 100_000}, 10_000
	if b.quick {
		sizes, placed = sizes[:1], 200
	}
	for _, durable := range []bool{false, true} {
		kept := "journal in memory"
		if durable {
			kept = "journal in a file"
		}
		for _, n := range sizes {
			r, err := open(durable, n, placed)
			if err != nil {
				return err
			}
			var goal benchtab.Goal
			if n == 10_000 {
				goal = benchtab.ValueAtMost(16)
			}
			name := fmt.Sprintf("auctions, %d open, %s", n, kept)
			b.row(name+", to open all", r.opened.Seconds(), "s", benchtab.Goal{})
			b.row(name+", memory each", r.bytes/1024, "KiB", goal)
			b.row(name+", bids spread over all", r.rate, "bids/s", benchtab.Goal{})
			b.row(name+", bid p50", r.took[len(r.took)/2].Seconds()*1000, "ms", benchtab.Goal{})
			b.row(name+", bid p99", r.took[len(r.took)*99/100].Seconds()*1000, "ms", benchtab.Goal{})
		}
		took, err := b.sales(durable)
		if err != nil {
			return err
		}
		b.row("a task's auction from created to settled, "+kept+", p50", took[len(took)/2].Seconds()*1000, "ms", benchtab.Goal{})
		b.row("a task's auction from created to settled, "+kept+", p99", took[len(took)*99/100].Seconds()*1000, "ms", benchtab.ValueAtMost(50))
	}
	return nil
}

type hall struct {
	opened time.Duration
	bytes  float64
	rate   float64
	took   []time.Duration // of bids, sorted
}

// task is the procurement of a task.
func task(i int) auction.Spec {
	return auction.Spec{
		ID: strconv.Itoa(i), Owner: "buyer", Currency: "credit", Goods: []money.Asset{"task"}, Service: true, Reverse: true, Reserve: money.Unit,
		Deposit: 1, Duration: 24 * time.Hour, MaxBidders: -1, English: auction.EnglishRules{Increment: auction.Increment{Absolute: 1}},
	}
}

// create starts an auctioneer and opens its auction.
func (f *floor) create(house *dynamic.Supervisor, spec auction.Spec) (*market.Auctioneer, actors.PID, error) {
	ctx := context.Background()
	name := "auction-" + spec.ID
	a, err := market.NewAuctioneer(market.AuctioneerOptions{Name: name, Stream: "auction/" + spec.ID, Journal: f.journal, Ledger: f.ledger, Spec: spec})
	if err != nil {
		return nil, actors.PID{}, err
	}
	pid, err := house.StartChild(ctx, a.Child())
	if err == nil {
		_, err = a.Open(ctx)
	}
	return a, pid, err
}

// heap is what lives in memory, with the stacks.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

// each calls do with 0 to n-1 from 64 goroutines and returns all errors.
func each(n int, do func(i int) error) error {
	var next atomic.Int64
	failed := make([]error, 64)
	var wg sync.WaitGroup
	for w := range failed {
		wg.Go(func() { // ends with the last number, or with its first error; the function waits for it
			for i := int(next.Add(1)) - 1; i < n && failed[w] == nil; i = int(next.Add(1)) - 1 {
				failed[w] = do(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(failed...)
}

// open gives what n open auctions cost, and some bids spread over them.
func open(durable bool, n, placed int) (r hall, err error) {
	f, err := openFloor(durable)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	house, err := dynamic.Start(f.sys, "auctions", dynamic.Spec{})
	if err != nil {
		return r, err
	}
	if err := f.endow("buyer"); err != nil {
		return r, err
	}
	bidders := make([]string, 64)
	for i := range bidders {
		bidders[i] = fmt.Sprintf("bidder-%d", i)
		if err := f.endow(bidders[i]); err != nil {
			return r, err
		}
	}
	all := make([]*market.Auctioneer, n)
	before, begin := heap(), time.Now()
	err = each(n, func(i int) (err error) {
		all[i], _, err = f.create(house, task(i))
		return err
	})
	if err != nil {
		return r, err
	}
	r.opened = time.Since(begin)
	r.bytes = (heap() - before) / float64(n)
	took := make([]time.Duration, placed)
	begin = time.Now()
	var lost atomic.Int64
	err = each(placed, func(i int) error {
		rng := rand.New(rand.NewPCG(1, uint64(i)))
		start := time.Now()
		bid := auction.Bid{Key: strconv.Itoa(i), Bidder: bidders[rng.IntN(len(bidders))], Asset: "credit", Amount: money.Unit - money.Amount(i)}
		_, err := all[rng.IntN(n)].Bid(context.Background(), bid)
		took[i] = time.Since(start)
		if errors.Is(err, auction.ErrBidTooLow) {
			lost.Add(1) // another one was faster
			return nil
		}
		return err
	})
	r.rate = float64(int64(placed)-lost.Load()) / time.Since(begin).Seconds()
	slices.Sort(took)
	r.took = took
	return r, err
}

// sales gives the times that auctions of tasks take from their creation to their settlement, one after the other: with one bid each, which takes
// the offer to buy at once, so that they have no bidding time.
func (b *bench) sales(durable bool) (took []time.Duration, err error) {
	f, err := openFloor(durable)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	house, err := dynamic.Start(f.sys, "auctions", dynamic.Spec{})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.endow("buyer"), f.endow("bidder")); err != nil {
		return nil, err
	}
	ctx := context.Background()
	count := 200
	if b.quick {
		count = 10
	}
	for i := range count {
		spec := task(i)
		spec.English.BuyNow = money.Unit / 2
		begin := time.Now()
		a, pid, err := f.create(house, spec)
		if err != nil {
			return nil, err
		}
		if _, err := a.Bid(ctx, auction.Bid{Key: "1", Bidder: "bidder", Asset: "credit", BuyNow: true}); err != nil {
			return nil, err
		}
		if _, err := pid.Await(ctx); err != nil { // the process ends when the auction is settled
			return nil, err
		}
		took = append(took, time.Since(begin))
		if v, _ := a.View(); v.State != auction.Settled {
			return nil, fmt.Errorf("auction %q is %v", spec.ID, v.State)
		}
	}
	slices.Sort(took)
	return took, nil
}
