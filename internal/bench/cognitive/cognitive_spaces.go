// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/supervision"
)

// paper is a journal that forgets: what is measured is everything before it.
type paper struct{ version atomic.Uint64 }

func (p *paper) Append(_ context.Context, _ string, expect uint64, _ cognitive.Event) (uint64, error) {
	if !p.version.CompareAndSwap(expect, expect+1) {
		return 0, cognitive.ErrVersion
	}
	return expect + 1, nil
}

func (p *paper) Read(context.Context, string, uint64, func(uint64, cognitive.Event) error) error {
	return nil
}

// spaces measures reads while many write, and commits.
func (b *bench) spaces() error {
	const variables = 1000
	commits := 200_000
	if b.quick {
		commits = 2000
	}
	for _, d := range []cognitive.Durability{cognitive.Buffered, cognitive.Durable} {
		if err := b.space(d, variables, commits); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) space(d cognitive.Durability, variables, commits int) error {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(ctx) }() // it is measured, and over
	s, child, err := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "bench", Journal: &paper{}})
	if err != nil {
		return err
	}
	if _, err := supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}}); err != nil {
		return err
	}
	vars := make([]*cognitive.Variable[float64], variables)
	for i := range vars {
		if vars[i], err = s.AddFloat(ctx, fmt.Sprint("v", i), kind.Float{Min: 0, Max: 1}, cognitive.Keep(d)); err != nil {
			return err
		}
	}
	v, sum := vars[variables/2], 0.0
	var batches []float64
	if _, err := write(ctx, vars, commits/20, func() {
		start := time.Now()
		for range 1000 {
			sum += v.Get()
		}
		batches = append(batches, float64(time.Since(start).Nanoseconds())/1000)
	}); err != nil {
		return err
	}
	took, err := write(ctx, vars, commits, nil)
	if err != nil {
		return err
	}
	if sum < 0 {
		return fmt.Errorf("the values add up to %v", sum)
	}
	goal := benchtab.Goal{}
	if d == cognitive.Buffered {
		slices.Sort(batches)
		goal = benchtab.ValueAtLeast(100_000)
		b.row("read while 200 write, median of batches of 1,000", batches[len(batches)/2], "ns", benchtab.ValueAtMost(50))
	}
	b.row(fmt.Sprintf("commits of %d variables, %s", variables, d), float64(commits)/took.Seconds(), "1/s", goal)
	return nil
}

// write has 200 proposers commit, and does something else meanwhile until they are through.
func write(ctx context.Context, vars []*cognitive.Variable[float64], commits int, meanwhile func()) (time.Duration, error) {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var writers sync.WaitGroup
	begin := time.Now()
	for range 200 {
		writers.Go(func() { // it ends with the last commit
			for i := next.Add(1); i <= int64(commits); i = next.Add(1) {
				if _, err := vars[i%int64(len(vars))].Propose(ctx, float64(i%7)/7); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	for meanwhile != nil && next.Load() <= int64(commits) {
		meanwhile()
	}
	writers.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return time.Since(begin), nil
}
