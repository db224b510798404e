// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/exit"
)

// given returns a process that has a message in hand with which no turn has begun: the turn is the test's to run.
func given(t *testing.T, s *System, b *body, msg any) *Proc {
	t.Helper()
	p := up(t, s, Start{Body: b})
	p.mu.Lock()
	defer p.mu.Unlock()
	e := envelope{kind: kindUser, msg: msg}
	_, handed := p.handLocked(&e)
	require.True(t, handed)
	return p
}

// What overtakes messages that wait overtakes one in hand as well, as long as no turn has begun with it.
func TestAMessageInHandIsTakenBack(t *testing.T) {
	for name, tc := range map[string]struct {
		do      func(t *testing.T, p *Proc)
		handled bool // in the turn that follows
		letters int
	}{
		"exit signal": {func(_ *testing.T, p *Proc) { p.Exit(nil, exit.ReasonShutdown) }, false, 1},
		"kill": {func(t *testing.T, p *Proc) {
			p.Kill()
			assert.Zero(t, p.sys.counters.Abandoned.Load(), "no handler was running")
		}, false, 1},
		"suspension": {func(t *testing.T, p *Proc) {
			p.suspend(true)
			assert.Equal(t, 1, p.QueueLen())
		}, false, 0},
		"normal exit": {func(_ *testing.T, p *Proc) { p.Exit(nil, exit.ReasonNormal) }, true, 0},
		"nothing":     {func(*testing.T, *Proc) {}, true, 0},
		"inspection": {func(t *testing.T, p *Proc) {
			go func() { _, _ = p.Inspect(context.Background(), nil) }()
			synctest.Wait()
			assert.Equal(t, 1, p.QueueLen(), "it waits again")
		}, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *System, l *ledger) {
				handled := false
				p := given(t, s, &body{}, act(func(*Proc) error { handled = true; return nil }))
				tc.do(t, p)
				p.turn(nil)
				synctest.Wait()
				assert.Equal(t, tc.handled, handled)
				assert.Len(t, l.letters, tc.letters)
				p.suspend(false)
				synctest.Wait()
				assert.True(t, p.Dead() || p.QueueLen() == 0)
			})
		})
	}
}

// A message taken back is still the first, and counts against the bound.
func TestAMessageTakenBackKeepsItsPlace(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		var got []int
		note := func(i int) act { return func(*Proc) error { got = append(got, i); return nil } }
		p := given(t, s, &body{}, note(0))
		p.bound = 2
		p.suspend(true)
		require.NoError(t, p.TryTell(note(1), nil))
		require.ErrorIs(t, p.TryTell(note(2), nil), ErrMailboxFull)
		p.turn(nil)
		p.suspend(false)
		synctest.Wait()
		assert.Equal(t, []int{0, 1}, got)
	})
}

// tally counts dead letters.
type tally struct {
	ledger
	letters atomic.Int64
}

func (l *tally) DeadLetter(DeadLetter) { l.letters.Add(1) }

// Whatever kills, exits and inspections meet messages that are just being handed over, each message that was taken is handled or becomes a dead
// letter, once; calls have one outcome.
func TestHandedMessagesAreAccountedForWhateverMeetsThem(t *testing.T) {
	l := &tally{}
	s := New(Config{Observer: l, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	const rounds, senders = 300, 3
	for i := range rounds {
		var taken, handled atomic.Int64
		before := l.letters.Load()
		p := up(t, s, Start{Body: &body{other: func(any) error { handled.Add(1); return nil }}})
		var all sync.WaitGroup
		for n := range senders {
			all.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(i), uint64(n)))
				for range 20 {
					switch rng.IntN(4) {
					case 0:
						v, err := p.Call(context.Background(), nil, true, func(slot *Slot, gen uint64) any {
							return act(func(*Proc) error { slot.Reply(gen, "yes"); return nil })
						})
						assert.True(t, err != nil || v == "yes")
					case 1:
						_, _ = p.Inspect(context.Background(), nil)
					default:
						if p.TryTell(n, nil) == nil {
							taken.Add(1)
						}
					}
				}
			})
		}
		all.Go(func() {
			for range i % 50 {
				p.suspend(true)
				p.suspend(false)
			}
			if i%2 == 0 {
				p.Kill()
			} else {
				p.Exit(nil, exit.ReasonShutdown)
			}
		})
		all.Wait()
		_, err := p.Await(context.Background())
		require.NoError(t, err)
		for i%2 == 0 && handled.Load()+l.letters.Load()-before < taken.Load() {
			runtime.Gosched() // a handler that was abandoned is let finish; it takes no time
		}
		require.Equal(t, taken.Load(), handled.Load()+l.letters.Load()-before)
	}
	require.NoError(t, s.Close(context.Background()))
}

// However the seats go round among more processes than there are, every message is handled, and every worker ends with the system: the
// check for goroutines left over is this package's TestMain.
func TestSeatsGoRoundAndNothingIsLost(t *testing.T) {
	s := newWorld(t)
	const procs, rounds = 60, 200
	var handled atomic.Int64
	var all sync.WaitGroup
	for i := range procs {
		all.Go(func() {
			p := up(t, s, Start{})
			done := make(chan struct{}, 1)
			for n := range rounds {
				p.Tell(act(func(*Proc) error { handled.Add(1); done <- struct{}{}; return nil }), nil)
				<-done
				if n == rounds/2 && i%3 == 0 { // with a worker kept, or not
					p.Kill()
					p = up(t, s, Start{})
				}
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, procs*rounds, handled.Load())
	d := s.dispatcher
	d.mu.Lock()
	defer d.mu.Unlock()
	assert.LessOrEqual(t, len(d.mu.seats), d.maxSeats)
	assert.LessOrEqual(t, len(d.mu.idle)+len(d.mu.seats), d.maxIdle)
}

// A call that is not dated when it begins never times out early, and does time out.
func TestALazyTimeOutComesAndNeverEarly(t *testing.T) {
	s := newWorld(t)
	s.cfg.CallTimeout, s.lazy = 40*time.Millisecond, 5*time.Millisecond
	silent := up(t, s, Start{Body: &body{other: func(any) error { return nil }}})
	prompt := up(t, s, Start{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 5 {
				for range 100 { // slots are used and used again in between
					_, err := prompt.Call(context.Background(), nil, false, func(slot *Slot, gen uint64) any {
						return act(func(*Proc) error { slot.Reply(gen, nil); return nil })
					})
					assert.NoError(t, err)
				}
				begin := time.Now()
				_, err := silent.Call(context.Background(), nil, false, func(*Slot, uint64) any { return 1 })
				assert.ErrorIs(t, err, ErrTimeout)
				assert.GreaterOrEqual(t, time.Since(begin), 40*time.Millisecond)
			}
		})
	}
	all.Wait()
}

// A clock that stands still while somebody works has exact time-outs.
func TestTimeOutsAreExactOnAVirtualClock(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		assert.Zero(t, s.lazy)
	})
	assert.Equal(t, DefaultCallTimeout/lazyParts, newWorld(t).lazy)
}
