// SPDX-License-Identifier: Apache-2.0

package work

import (
	"sync"
	"time"

	"mabeam.dev/actors"
)

// Item is the message of the sends: used by pointer, so that no side boxes it.
type Item struct{ _ int }

// PairCount is how many senders, and how many receivers, Pairs has.
const PairCount = 8

// counter is a process that calls done when it has handled n messages.
func counter(sys *actors.System, n int, done func()) actors.Ref[*Item] {
	seen := 0
	return actors.MustSpawn(sys, "", actors.Stateless(func(*actors.Context[*Item], *Item) error {
		if seen++; seen == n {
			done()
		}
		return nil
	}), actors.OnFull(actors.Unbounded))
}

// Tell sends n messages from a goroutine to one process, until it has handled them all.
func Tell(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	done := make(chan struct{})
	ref := counter(sys, n, func() { close(done) })
	msg := &Item{}
	return Timed(func() {
		for range n {
			ref.Tell(msg)
		}
		<-done
	})
}

// TellAllocations counts the allocations of one send and its handling.
func TellAllocations() float64 {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	ref := counter(sys, -1, nil)
	msg := &Item{}
	return Allocations(10_000, func() { ref.Tell(msg) })
}

// Pairs sends n messages in all from PairCount processes to as many others, each to its own, until all are handled.
func Pairs(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	each := max(1, n/PairCount)
	var done sync.WaitGroup
	done.Add(PairCount)
	senders := make([]actors.Ref[*Item], PairCount)
	for i := range senders {
		receiver := counter(sys, each, done.Done)
		senders[i] = actors.MustSpawn(sys, "", actors.Stateless(func(_ *actors.Context[*Item], m *Item) error {
			for range each {
				receiver.Tell(m)
			}
			return nil
		}))
	}
	msg := &Item{}
	return Timed(func() {
		for _, s := range senders {
			s.Tell(msg)
		}
		done.Wait()
	})
}

// PingPong sends one message to and fro between two processes n times.
func PingPong(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	done := make(chan struct{})
	seen := 0
	var there actors.Ref[*Item]
	here := actors.MustSpawn(sys, "", actors.Stateless(func(_ *actors.Context[*Item], m *Item) error {
		if seen++; seen == n {
			close(done)
			return nil
		}
		there.Tell(m)
		return nil
	}))
	there = actors.MustSpawn(sys, "", actors.Stateless(func(_ *actors.Context[*Item], m *Item) error {
		here.Tell(m)
		return nil
	}))
	return Timed(func() {
		there.Tell(&Item{})
		<-done
	})
}

// Channels is the round trip between two goroutines over bare unbuffered channels, n times.
func Channels(n int) time.Duration {
	ping, pong := make(chan int), make(chan int)
	go func() { // ends when ping is closed
		for v := range ping {
			pong <- v
		}
	}()
	defer close(ping)
	return Timed(func() {
		for i := range n {
			ping <- i
			<-pong
		}
	})
}
