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

	"mabeam.dev/actors"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/supervision"
)

// locks measures one lock of a space: taken and given back by a process that nobody disturbs, and handed over among processes that all want it all the time.
func (b *bench) locks() error {
	alone, err := handOvers(1, b.ops(100_000))
	if err != nil {
		return err
	}
	b.table.Add(benchtab.Row{Measure: "lock, uncontended, acquire and release", Value: alone, Unit: "us", Goal: benchtab.ValueAtMost(5)})
	single, err := acquisitions(b.ops(100_000))
	if err != nil {
		return err
	}
	b.row("lock, uncontended, single acquire and release", single, time.Microsecond, 0)
	among, err := handOvers(64, b.ops(100_000))
	if err != nil {
		return err
	}
	b.table.Add(benchtab.Row{Measure: "lock, hand-over among 64", Value: among, Unit: "us", Goal: benchtab.ValueAtMost(20)})
	return nil
}

// acquisitions times a lock that one process takes and gives back, each time by itself.
func acquisitions(n int) (t times, err error) {
	sys, s, err := openSpace()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, sys.Close(context.Background())) }()
	done := make(chan error, 1)
	ref, err := actors.Spawn(sys, "", actors.Stateless(func(c *actors.Context[int], _ int) (err error) {
		t, err = repeated(n, func() error {
			g, err := s.Lock("x").Acquire(c)
			if err != nil {
				return err
			}
			return g.Release(c)
		})
		done <- err
		return nil
	}))
	if err != nil {
		return nil, err
	}
	ref.Tell(0)
	err = <-done
	return t, err
}

// openSpace makes a space in a system of its own.
func openSpace() (*actors.System, *protocols.Space, error) {
	sys := actors.New(actors.Options{})
	s, child, err := protocols.NewSpace(sys, protocols.SpaceOptions{Name: "space", MaxWait: -1})
	if err == nil {
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
	}
	if err != nil {
		return nil, nil, errors.Join(err, sys.Close(context.Background()))
	}
	return sys, s, nil
}

// handOvers gives the microseconds from one grant of a lock to the next, in the middle of five rounds, while so many processes want it all the time.
func handOvers(contenders, n int) (us float64, err error) {
	sys, s, err := openSpace()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, sys.Close(context.Background())) }()
	var inside atomic.Int64 // holders, of which there is one at a time
	each := max(1, n/contenders/5)
	var rounds []float64
	for range 6 {
		var wg sync.WaitGroup
		failed := make([]error, contenders)
		members := make([]actors.Ref[int], contenders)
		for i := range members {
			members[i], err = actors.Spawn(sys, "", actors.Stateless(func(c *actors.Context[int], _ int) error {
				defer wg.Done()
				for range each {
					g, err := s.Lock("x").Acquire(c)
					if err == nil && inside.Add(1) != 1 {
						err = errors.New("two hold one lock")
					}
					inside.Add(-1)
					if err == nil {
						err = g.Release(c)
					}
					if err != nil {
						failed[i] = err
						return nil
					}
				}
				return nil
			}))
			if err != nil {
				return 0, err
			}
		}
		wg.Add(contenders)
		begin := time.Now()
		for _, m := range members {
			m.Tell(0)
		}
		wg.Wait()
		rounds = append(rounds, float64(time.Since(begin).Nanoseconds())/1000/float64(each*contenders))
		for _, m := range members {
			m.PID().Kill()
		}
		if err := errors.Join(failed...); err != nil {
			return 0, err
		}
	}
	rounds = rounds[1:] // the first one warms up
	slices.Sort(rounds)
	return rounds[len(rounds)/2], nil
}

// barriers measures one generation of a barrier of 1,000 processes, from the first message that sends one there until the last one is through.
func (b *bench) barriers() error {
	t, err := generations(1_000, b.ops(1_000))
	if err == nil {
		b.row("barrier of 1,000", t, time.Millisecond, 5)
	}
	return err
}

func generations(parties, n int) (t times, err error) {
	sys, s, err := openSpace()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, sys.Close(context.Background())) }()
	bar := s.Barrier("b", barrier.Spec{Parties: parties})
	var wg sync.WaitGroup
	members, passed := make([]actors.Ref[int], parties), make([]uint64, parties)
	for i := range members {
		members[i], err = actors.Spawn(sys, "", actors.Stateless(func(c *actors.Context[int], _ int) error {
			defer wg.Done()
			p, err := bar.Await(c, 0)
			if passed[i] = 0; err == nil {
				passed[i] = p.Generation
			}
			return nil
		}))
		if err != nil {
			return nil, err
		}
	}
	generation := uint64(0)
	return repeated(n, func() error {
		wg.Add(parties)
		for _, m := range members {
			m.Tell(0)
		}
		wg.Wait()
		generation++
		for i, g := range passed {
			if g != generation {
				return fmt.Errorf("party %d of %d passed in generation %d, want %d", i, parties, g, generation)
			}
		}
		return nil
	})
}
