// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/exit"
)

// own makes a call from p in its own context, in p's turn.
func own(p, to *Proc, msg func(slot *Slot, gen uint64) any) (any, error) {
	slot, gen, err := p.OpenOwn(to, false)
	if slot == nil {
		return nil, err
	}
	<-p.AskOwn(to, msg(slot, gen), slot, gen)
	return p.TakeOwn(slot, gen)
}

// A process that waits in its own context is freed by whatever ends that context, with the reason, and by the time-out; what is answered later
// reaches no later call of the same process.
func TestACallInOnesOwnContextEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		end   func(caller, callee *Proc, reply func())
		check func(t *testing.T, err error)
	}{
		"reply": {func(_, _ *Proc, reply func()) { reply() }, func(t *testing.T, err error) { assert.NoError(t, err) }},
		"stop": {func(caller, _ *Proc, _ func()) { caller.Exit(nil, exit.ReasonShutdown) }, func(t *testing.T, err error) {
			var e *exit.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, exit.ReasonShutdown, e.Reason)
		}},
		"kill": {func(caller, _ *Proc, _ func()) { caller.Kill() }, func(t *testing.T, err error) { assert.ErrorIs(t, err, ErrFenced) }},
		"callee's death": {func(_, callee *Proc, _ func()) { callee.Kill() }, func(t *testing.T, err error) {
			var e *EndedError
			assert.ErrorAs(t, err, &e)
		}},
		"time-out": {func(*Proc, *Proc, func()) { time.Sleep(time.Minute) }, func(t *testing.T, err error) { assert.ErrorIs(t, err, ErrTimeout) }},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *System, _ *ledger) {
				callee := up(t, s, Start{})
				asked := make(chan func(), 1)
				out := make(chan error, 2)
				caller := up(t, s, Start{Body: &body{term: func(p *Proc) error {
					_, err := own(p, up(t, s, Start{}), func(slot *Slot, gen uint64) any {
						return act(func(*Proc) error { slot.Reply(gen, "in Terminate"); return nil })
					})
					out <- err
					return nil
				}}})
				caller.Tell(act(func(p *Proc) error {
					_, err := own(p, callee, func(slot *Slot, gen uint64) any {
						return act(func(*Proc) error { asked <- func() { slot.Reply(gen, "late") }; return nil })
					})
					out <- err
					_, again := own(p, callee, func(slot *Slot, gen uint64) any {
						return act(func(*Proc) error { slot.Reply(gen, nil); return nil })
					})
					if err != nil && name != "time-out" {
						assert.Error(t, again, "the context has ended, or nobody is there")
					} else {
						assert.NoError(t, again)
					}
					return nil
				}), nil)
				reply := <-asked
				assert.True(t, caller.Status().Waiting)
				tc.end(caller, callee, reply)
				tc.check(t, <-out)
				synctest.Wait() // for the second call
				reply()
				caller.Exit(nil, exit.ReasonShutdown)
				if name != "kill" {
					assert.NoError(t, <-out, "Terminate has a context of its own")
				}
			})
		})
	}
}

// With stops and kills at any instant every call in one's own context has one outcome, and a reply reaches only the call it is for.
func TestCallsInOnesOwnContextMeetEnds(t *testing.T) {
	s := newWorld(t)
	echo := up(t, s, Start{})
	for i := range 400 {
		rng := rand.New(rand.NewPCG(7, uint64(i)))
		ready := make(chan struct{})
		var all sync.WaitGroup
		all.Add(1)
		p := up(t, s, Start{})
		p.Tell(act(func(p *Proc) error {
			defer all.Done()
			close(ready)
			for n := 0; ; n++ {
				v, err := own(p, echo, func(slot *Slot, gen uint64) any {
					return act(func(*Proc) error {
						slot.Reply(gen, n)
						slot.Reply(gen, "twice")
						return nil
					})
				})
				if err != nil {
					return err
				}
				if v != n {
					t.Errorf("call %d got %v", n, v)
				}
			}
		}), nil)
		<-ready
		for range rng.IntN(2000) { // some time, but no clock
			p.QueueLen()
		}
		if i%2 == 0 {
			p.Kill()
		} else {
			p.Exit(nil, exit.ReasonShutdown)
		}
		all.Wait()
	}
}
