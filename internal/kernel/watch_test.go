// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors/exit"
)

// together runs functions at the same time and waits for all.
func together(fns ...func()) {
	var all sync.WaitGroup
	gate := make(chan struct{})
	for _, fn := range fns {
		all.Go(func() { <-gate; fn() })
	}
	close(gate)
	all.Wait()
}

// settled waits until p has handled what was sent to it before.
func settled(t *testing.T, p *Proc) {
	t.Helper()
	_, err := p.Call(context.Background(), nil, true, func(slot *Slot, gen uint64) any {
		return act(func(*Proc) error { slot.Reply(gen, nil); return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A monitor that is made while its target dies fires exactly once, and so does one that waits for the death.
func TestAWatchMadeDuringADeathIsNotLost(t *testing.T) {
	s := newWorld(t)
	w := up(t, s, Start{})
	for range 3000 {
		p := up(t, s, Start{})
		var downs atomic.Int64
		together(
			p.Kill,
			func() {
				w.Monitor(p, func(*Proc, exit.Reason) any { return act(func(*Proc) error { downs.Add(1); return nil }) })
			},
			func() { _, _ = p.Await(context.Background()) },
		)
		settled(t, w)
		if downs.Load() != 1 {
			t.Fatalf("the monitor fired %d times", downs.Load())
		}
	}
}

// dying is an observer that acts while a process is between its fence and its announced death.
type dying struct {
	ledger
	act func(p *Proc)
}

func (d *dying) Exited(p *Proc, _ exit.Reason) { d.act(p) }

// Whoever comes to watch between the fence and the announcement is told as well, even if nobody had watched before.
func TestAWatchMadeBehindTheFenceIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w, p *Proc
		var got []string
		ended := make(chan struct{})
		say := func(what string) any { return act(func(*Proc) error { got = append(got, what); return nil }) }
		o := &dying{act: func(q *Proc) {
			if q != p {
				return
			}
			assert.Nil(t, p.sys.Lookup("p"), "the name is free before anybody is told")
			w.Monitor(p, func(*Proc, exit.Reason) any { return say("down") })
			w.Link(p)
			go func() { _, _ = p.Await(context.Background()); close(ended) }()
			synctest.Wait()
		}}
		s := New(Config{Observer: o})
		w, p = up(t, s, Start{}), up(t, s, Start{Name: "p", Unique: true})
		w.Trap(func(*Proc, exit.Reason) any { return say("exit") })
		p.Kill()
		<-ended
		synctest.Wait()
		assert.Equal(t, []string{"down", "exit"}, got)
		assert.NoError(t, s.Close(context.Background()))
	})
}

// hasty is an observer that kills what has just started.
type hasty struct{ ledger }

func (*hasty) Started(p *Proc) { p.Kill() }

// A kill between the end of Init and the first turn is not lost: the start fails.
func TestAKillBeforeTheFirstTurnFailsTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Observer: &hasty{}})
		parent := &Proc{sys: s, id: s.lastID.Add(1), phase: running}
		p, how, why := s.Spawn(Start{Name: "p", Unique: true, Parent: parent, Linked: true, Body: &body{}})
		assert.Equal(t, Failed, how)
		assert.Equal(t, exit.ReasonKilled, why)
		assert.True(t, p.Dead())
		assert.Nil(t, s.Lookup("p"))
		assert.Nil(t, parent.more, "a start that failed tells its parent by its outcome alone")
		assert.NoError(t, s.Close(context.Background()))
	})
}

// A link that is made while its peer dies delivers one signal; an Unlink at the same time delivers it before it returns or never.
func TestALinkMadeDuringADeathIsNotLost(t *testing.T) {
	s := newWorld(t)
	for range 3000 {
		w, p := up(t, s, Start{}), up(t, s, Start{})
		var exits, after atomic.Int64
		var unlinked atomic.Bool
		w.Trap(func(*Proc, exit.Reason) any {
			if unlinked.Load() {
				after.Add(1)
			}
			return act(func(*Proc) error { exits.Add(1); return nil })
		})
		together(p.Kill, func() { w.Link(p) })
		settled(t, w)
		if exits.Load() != 1 {
			t.Fatalf("%d exits", exits.Load())
		}
		q := up(t, s, Start{})
		w.Link(q)
		together(q.Kill, func() {
			// In w's turn, so that no notice can be on its way through the behaviour.
			_, _ = w.Call(context.Background(), nil, true, func(slot *Slot, gen uint64) any {
				return act(func(w *Proc) error { w.Unlink(q); unlinked.Store(true); slot.Reply(gen, nil); return nil })
			})
		})
		settled(t, w)
		if after.Load() != 0 {
			t.Fatal("an exit arrived after Unlink had returned")
		}
		w.Kill()
	}
}

// A linked child that dies the moment it is up is heard of by its parent.
func TestAChildThatDiesAtItsStartIsHeardOf(t *testing.T) {
	s := newWorld(t)
	parent := up(t, s, Start{})
	var exits atomic.Int64
	parent.Trap(func(*Proc, exit.Reason) any { return act(func(*Proc) error { exits.Add(1); return nil }) })
	var heard int64
	for range 3000 {
		var how Outcome
		together(
			func() {
				_, how, _ = s.Spawn(Start{Name: "child", Unique: true, Parent: parent, Linked: true, Body: &body{}})
			},
			func() {
				for range 100 {
					if p := s.Lookup("child"); p != nil {
						p.Kill()
						return
					}
				}
			},
		)
		if p := s.Lookup("child"); p != nil {
			p.Kill()
		}
		if how == Up {
			heard++
		}
		settled(t, parent)
		if exits.Load() != heard {
			t.Fatalf("%d exits of %d children that came up", exits.Load(), heard)
		}
	}
}

// A process that is started while the system closes is refused or stopped; none is left.
func TestNothingIsLeftOfASystemThatClosesDuringStarts(t *testing.T) {
	for range 30 {
		s := New(Config{})
		var fns []func()
		for range 4 {
			fns = append(fns, func() {
				for !s.Closed() {
					_, _, _ = s.Spawn(Start{Body: &body{}})
				}
			})
		}
		fns = append(fns, func() { _ = s.Close(context.Background()) })
		together(fns...)
		assert.Zero(t, s.Len())
	}
}

// What is undone leaves nothing behind on either side, and nor does what has fired, however long the other side lives.
func TestWatchesThatAreOverLeaveNothingBehind(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		none := func(*Proc, exit.Reason) any { return act(func(*Proc) error { return nil }) }
		w, p := up(t, s, Start{}), up(t, s, Start{})
		w.Trap(none)
		empty := func(p *Proc) bool { return p.ties == nil }
		w.Monitor(p, none).Stop()
		assert.True(t, empty(w) && empty(p), "a monitor that was stopped")
		w.Link(p)
		p.Unlink(w)
		assert.True(t, empty(w) && empty(p), "a link that was ended")
		q := up(t, s, Start{})
		w.Monitor(q, none)
		q.Monitor(w, none)
		w.Link(q)
		q.Kill()
		assert.True(t, empty(w) && empty(q), "those of the dead")
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := p.Await(ctx)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, p.more.waits, "a wait that was given up")
	})
}
