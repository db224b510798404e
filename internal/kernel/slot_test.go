// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newWorld is a system outside any bubble, for tests of real parallelism and real timers.
func newWorld(t *testing.T) *System {
	t.Helper()
	s := New(Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Slots are reused at once; whoever answers late, twice or at the same time as another never reaches the slot's next user.
func TestASlotsNextUserGetsOnlyItsOwnReply(t *testing.T) {
	s := newWorld(t)
	const callers, calls = 4, 3000
	type sent struct {
		slot *Slot
		gen  uint64
		id   int
	}
	toReply := make(chan sent, callers)
	var helpers, users sync.WaitGroup
	for range callers {
		helpers.Go(func() {
			rng := rand.New(rand.NewPCG(1, 2))
			var old []sent
			for m := range toReply {
				for _, o := range old {
					o.slot.Reply(o.gen, -o.id) // late or twice
				}
				if old = append(old, m); len(old) > 8 {
					old = old[1:]
				}
				switch rng.IntN(3) {
				case 0:
					m.slot.Reply(m.gen, m.id)
				case 1:
					m.slot.Fail(m.gen, errBroken)
				default:
					go m.slot.Reply(m.gen, m.id)
					go m.slot.Reply(m.gen, m.id)
				}
			}
		})
	}
	var wrong atomic.Int64
	for c := range callers {
		users.Go(func() {
			rng := rand.New(rand.NewPCG(3, uint64(c)))
			for i := range calls {
				id := 1 + c*calls + i
				slot, gen := s.open(time.Minute, nil)
				ctx, cancel := context.WithCancel(context.Background())
				toReply <- sent{slot, gen, id}
				if rng.IntN(4) == 0 {
					cancel()
				}
				v, err := slot.await(ctx, nil, nil, gen)
				if v != any(id) && v != any(-id) && !errors.Is(err, errBroken) && !errors.Is(err, context.Canceled) {
					wrong.Add(1)
				}
				cancel()
			}
		})
	}
	users.Wait()
	close(toReply)
	helpers.Wait()
	assert.Zero(t, wrong.Load())
}

// A deadline holds for every use of a slot, whatever deadlines came before, and however close a tick is to the next call.
func TestEveryUseOfASlotHasItsOwnDeadline(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		rng := rand.New(rand.NewPCG(4, 2))
		for range 2000 {
			d := time.Duration(rng.IntN(50)) * time.Millisecond // 0 is none
			slot, gen := s.open(d, nil)
			begin := time.Now()
			answer := time.Duration(rng.IntN(60)) * time.Millisecond
			go func() { time.Sleep(answer); slot.Reply(gen, "reply") }()
			_, err := slot.await(context.Background(), nil, nil, gen)
			took := time.Since(begin)
			switch {
			case d == 0 || answer < d:
				require.NoError(t, err)
				require.Equal(t, answer, took)
			case answer > d:
				require.ErrorIs(t, err, ErrTimeout)
				require.Equal(t, d, took)
			}
		}
		time.Sleep(time.Second) // for the last late reply
	})
}

// The same with the real clock, where ticks and calls meet at any instant: no call is left without its deadline.
func TestADeadlineHoldsWhenATickMeetsTheNextCall(t *testing.T) {
	s := newWorld(t)
	var users sync.WaitGroup
	for c := range 4 {
		users.Go(func() {
			rng := rand.New(rand.NewPCG(5, uint64(c)))
			for range 2000 {
				slot, gen := s.open(time.Duration(1+rng.IntN(20))*time.Microsecond, nil)
				if rng.IntN(2) == 0 {
					go slot.Reply(gen, 1)
				}
				<-slot.done // hangs for ever if the deadline is lost
				slot.close()
			}
		})
	}
	users.Wait()
}

// A request whose deadline is over at once still has exactly one outcome.
func TestARequestWithNoTimeHasOneOutcome(t *testing.T) {
	s := newWorld(t)
	var outcomes atomic.Int64
	var all sync.WaitGroup
	p, silent := up(t, s, Start{}), up(t, s, Start{})
	const n = 5000
	for range n {
		all.Add(1)
		p.Tell(act(func(p *Proc) error {
			p.Request(silent, time.Nanosecond, func(*Slot, uint64) any { return act(func(*Proc) error { return nil }) },
				func(any, error) any {
					return act(func(*Proc) error { outcomes.Add(1); all.Done(); return nil })
				})
			return nil
		}), nil)
	}
	all.Wait()
	assert.EqualValues(t, n, outcomes.Load())
}

// A record that keeps deferred calls forgets those that have been answered.
func TestAnsweredCallsAreForgotten(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		p := up(t, s, Start{})
		type deferred struct {
			slot *Slot
			gen  uint64
		}
		for range 10000 {
			kept := make(chan deferred, 1)
			go func() {
				_, _ = p.Call(context.Background(), nil, false, func(slot *Slot, gen uint64) any {
					return act(func(*Proc) error { kept <- deferred{slot, gen}; return nil })
				})
			}()
			synctest.Wait()
			d := <-kept
			d.slot.Reply(d.gen, nil)
		}
		assert.LessOrEqual(t, cap(p.more.open), 16)
	})
}
