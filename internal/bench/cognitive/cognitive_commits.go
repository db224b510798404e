// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/internal/benchtab"
)

// proposers is how many propose at once, each waiting for its answer.
const proposers = 200

// reads measures what a read takes while all write.
func (b *bench) reads() (err error) {
	w, err := setup{variables: 1000, settings: cognitive.Settings{Durability: cognitive.Buffered}, watched: true}.open()
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return err
	}
	v, sum := w.vars[500], 0.0
	var batches []float64
	for range b.rounds {
		var some []float64
		if _, err := w.write(proposers, b.many(20_000), func() {
			start := time.Now()
			for range 1000 {
				sum += v.Get()
			}
			some = append(some, float64(time.Since(start).Nanoseconds())/1000)
		}); err != nil {
			return err
		}
		batches = append(batches, middleOf(some))
	}
	if sum < 0 {
		return fmt.Errorf("the values add up to %v", sum)
	}
	b.interval("read while 200 write, p50 of batches of 1,000", batches, "ns", benchtab.ValueAtMost(50))
	return nil
}

// commits measures how many commits there are in a second, how long each takes, and what goes to the journal at once.
func (b *bench) commits() error {
	for _, m := range []struct {
		durability cognitive.Durability
		file       bool
		usual      int
		goal       benchtab.Goal
	}{
		{cognitive.Buffered, false, 200_000, benchtab.ValueAtLeast(100_000)},
		{cognitive.Buffered, true, 200_000, benchtab.ValueAtLeast(100_000)},
		{cognitive.Ephemeral, false, 200_000, benchtab.Goal{}},
		{cognitive.Durable, false, 200_000, benchtab.Goal{}},
		{cognitive.Durable, true, 100_000, benchtab.Goal{}},
	} {
		name := m.durability.String()
		switch {
		case m.file:
			name += ", a file with fsync"
		case m.durability != cognitive.Ephemeral:
			name += ", a journal that forgets"
		}
		if err := b.committing("commits, "+name, m.durability, m.file, b.many(m.usual), m.goal); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) committing(name string, d cognitive.Durability, file bool, n int, goal benchtab.Goal) error {
	rates, p99, j, err := b.rates(setup{variables: 1000, settings: cognitive.Settings{Durability: d}, file: file, watched: true}, proposers, n)
	if err != nil {
		return err
	}
	b.interval(name, rates, "1/s", goal)
	b.row(name+", p99 of 200 proposers", middleOf(p99), "ms", benchtab.Goal{})
	if j.appends > 0 {
		b.row(name+", commits of an append", j.commits/j.appends, "commits", benchtab.Goal{})
		b.row(name+", bytes of a commit in the journal", j.bytes/j.commits, "bytes", benchtab.Goal{})
	}
	return nil
}

// journaled is what a journal has taken.
type journaled struct{ commits, appends, bytes float64 }

// rates are the commits a second of each round of n of them, with the 99th percentiles of how long one took in milliseconds.
func (b *bench) rates(s setup, proposers, n int) (rates, p99 []float64, j journaled, err error) {
	w, err := s.open()
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return nil, nil, j, err
	}
	if _, err := w.write(proposers, n/10, nil); err != nil { // to warm up
		return nil, nil, j, err
	}
	appends, bytes := w.journal.appends.Load(), w.journal.bytes.Load()
	for range b.rounds {
		begin := time.Now()
		took, err := w.write(proposers, n, nil)
		if err != nil {
			return nil, nil, j, err
		}
		rates = append(rates, float64(n)/time.Since(begin).Seconds())
		slices.Sort(took)
		p99 = append(p99, took[len(took)*99/100])
	}
	j = journaled{float64(n * b.rounds), float64(w.journal.appends.Load() - appends), float64(w.journal.bytes.Load() - bytes)}
	return rates, p99, j, nil
}

// write has so many proposers commit, and does something else meanwhile until they are through. It returns how long each commit took, in milliseconds.
func (w *world) write(proposers, commits int, meanwhile func()) ([]float64, error) {
	var next atomic.Int64
	errs, took := make([]error, proposers), make([]float64, commits)
	var writers sync.WaitGroup
	for p := range proposers {
		writers.Go(func() { // it ends with the last commit, or its first error
			for i := int(next.Add(1)) - 1; i < commits && errs[p] == nil; i = int(next.Add(1)) - 1 {
				start := time.Now()
				_, errs[p] = w.vars[i%len(w.vars)].Propose(context.Background(), float64(i%7)/7)
				took[i] = time.Since(start).Seconds() * 1000
			}
		})
	}
	if meanwhile != nil {
		meanwhile() // once at least, however few commits there are
		for next.Load() < int64(commits) {
			meanwhile()
		}
	}
	writers.Wait()
	return took, errors.Join(errs...)
}
