// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"sync"
	"testing"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/supervision"
)

func benchSpace(b *testing.B) (*actors.System, *protocols.Space) {
	b.Helper()
	sys := actors.New(actors.Options{})
	b.Cleanup(func() { _ = sys.Close(context.Background()) })
	s, child, err := protocols.NewSpace(sys, protocols.SpaceOptions{Name: "space", MaxWait: -1})
	if err == nil {
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
	}
	if err != nil {
		b.Fatal(err)
	}
	return sys, s
}

// BenchmarkLock is an acquire and a release of a lock that nobody else wants, from a process.
func BenchmarkLock(b *testing.B) {
	sys, s := benchSpace(b)
	done := make(chan error)
	b.ReportAllocs()
	actors.MustSpawn(sys, "owner", actors.Stateless(func(c *actors.Context[int], _ int) error {
		var err error
		for b.Loop() {
			var g *protocols.Grant
			if g, err = s.Lock("x").Acquire(c); err != nil {
				break
			}
			if err = g.Release(c); err != nil {
				break
			}
		}
		done <- err
		return nil
	})).Tell(0)
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHandOver is a hand-over of one lock among 64 processes that all want it all the time.
func BenchmarkHandOver(b *testing.B) {
	sys, s := benchSpace(b)
	const contenders = 64
	var wg sync.WaitGroup
	each := b.N/contenders + 1
	b.ReportAllocs()
	b.ResetTimer()
	for range contenders {
		wg.Add(1)
		actors.MustSpawn(sys, "", actors.Stateless(func(c *actors.Context[int], _ int) error {
			defer wg.Done()
			for range each {
				g, err := s.Lock("x").Acquire(c)
				if err != nil {
					return err
				}
				if err := g.Release(c); err != nil {
					return err
				}
			}
			return nil
		})).Tell(0)
	}
	wg.Wait()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(each*contenders), "ns/hand-over")
}

// BenchmarkBarrier is one generation of a barrier of 1,000 processes.
func BenchmarkBarrier(b *testing.B) {
	sys, s := benchSpace(b)
	const parties = 1000
	bar := s.Barrier("b", barrier.Spec{Parties: parties})
	var wg sync.WaitGroup
	members := make([]actors.Ref[int], parties)
	for i := range members {
		members[i] = actors.MustSpawn(sys, "", actors.Stateless(func(c *actors.Context[int], _ int) error {
			defer wg.Done()
			_, err := bar.Await(c, 0)
			return err
		}))
	}
	b.ReportAllocs()
	for b.Loop() {
		wg.Add(parties)
		for _, m := range members {
			m.Tell(0)
		}
		wg.Wait()
	}
}
