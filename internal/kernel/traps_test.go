// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/exit"
)

// The traps of protoactor-go that this package is built around, by their numbers in the design. Trap 9 (restart intensity) stands in
// supervision, 18 and 23 (middleware and facades) in actors.

// A protoactor system is three megabytes; one that is closed gives all of it back, so that a node or a test can have its own.
func TestTrap20AClosedSystemGivesItsMemoryBack(t *testing.T) {
	one := func() {
		s := New(Config{})
		up(t, s, Start{}).Tell(act(func(*Proc) error { return nil }), nil)
		require.NoError(t, s.Close(context.Background()))
	}
	held := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	one()
	before := held()
	for range 20 {
		one()
	}
	grown := int64(held()) - int64(before)
	assert.Less(t, grown, int64(8<<20), "twenty systems that stayed would hold about 60 MB")
}

// Of the three megabytes a system keeps next to nothing, and protoactor still finds its own processes.
func TestTrap20TheRegistryIsSlim(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		assert.Len(t, s.engine.ProcessRegistry.LocalPIDs.LocalPIDs, 1)
		assert.Equal(t, 2, registered(s))
		for _, id := range []string{"deadletter", "eventstream"} {
			_, found := s.engine.ProcessRegistry.GetLocal(id)
			assert.True(t, found, id)
		}
	})
}

// A wake-up takes a warm worker, not a fresh goroutine; there are as many as are busy, idle ones are capped, and Close ends them.
func TestTrap01WarmWorkersAreUsedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		idle := func() int {
			synctest.Wait()
			s.dispatcher.mu.Lock()
			defer s.dispatcher.mu.Unlock()
			n := len(s.dispatcher.mu.idle)
			for _, p := range s.dispatcher.mu.seats {
				p.mu.Lock()
				if p.kept != nil {
					n++
				}
				p.mu.Unlock()
			}
			return n
		}
		p := up(t, s, Start{})
		for range 100 {
			p.Tell(act(func(*Proc) error { return nil }), nil)
			synctest.Wait()
		}
		assert.Equal(t, 1, idle(), "one turn at a time needs one worker")

		release := make(chan struct{})
		const busy = 500
		for range busy {
			up(t, s, Start{}).Tell(act(func(*Proc) error { <-release; return nil }), nil)
		}
		done := make(chan struct{})
		p.Tell(act(func(*Proc) error { close(done); return nil }), nil)
		<-done // although 500 others are blocked
		close(release)
		assert.Equal(t, s.dispatcher.maxIdle, idle())
		assert.Less(t, s.dispatcher.maxIdle, busy)
	})
}

// A turn ends after its quantum, and the process goes to the back of the run queue.
func TestTrap02ATurnHasAQuantum(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		p := up(t, s, Start{})
		p.suspend(true)
		handled := 0
		returned := make(chan struct{})
		for i := range 3 * turnQuantum {
			p.Tell(act(func(*Proc) error {
				if i == turnQuantum {
					<-returned // the next turn, on another goroutine
				}
				handled++
				return nil
			}), nil)
		}
		p.mu.Lock()
		p.suspended, p.scheduled = false, true
		p.mu.Unlock()
		p.turn(nil)
		assert.Equal(t, turnQuantum, handled)
		close(returned)
		synctest.Wait()
		assert.Equal(t, 3*turnQuantum, handled)
		assert.Equal(t, turnQuantum, s.dispatcher.Throughput())
	})
}

// Our mailbox obeys suspend and resume; it says so when protoactor asks for something else.
func TestTrap03TheMailboxObeysSuspendAndResume(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, l *ledger) {
		p := up(t, s, Start{})
		m := (*Mailbox)(p)
		handled := 0
		m.PostSystemMessage(&actor.SuspendMailbox{})
		for range 3 {
			p.Tell(act(func(*Proc) error { handled++; return nil }), nil)
		}
		synctest.Wait()
		assert.Zero(t, handled)
		assert.Equal(t, 3, m.UserMessageCount())
		m.PostSystemMessage(&actor.ResumeMailbox{})
		synctest.Wait()
		assert.Equal(t, 3, handled)
		assert.Empty(t, l.log.String())
		m.PostSystemMessage(&actor.Restart{})
		assert.Contains(t, l.log.String(), "unexpected system message")
		m.PostSystemMessage(&actor.Stop{})
		why, dead := p.Why()
		assert.True(t, dead)
		assert.Equal(t, exit.ReasonKilled, why)
	})
}

// Posts before the handlers are registered wait; so do those that come through protoactor's mailbox during Init.
func TestTrap04PostsBeforeTheHandlersWait(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		var got []any
		p := &Proc{sys: s, id: s.lastID.Add(1), bound: DefaultMailbox, body: &body{
			init:  func(p *Proc) error { (*Mailbox)(p).PostUserMessage("during Init"); return nil },
			other: func(msg any) error { got = append(got, msg); return nil },
		}}
		(*Mailbox)(p).PostUserMessage("before the handlers")
		require.NoError(t, s.incarnate(p))
		s.enlist(p)
		_, how, _ := p.initHere(Start{})
		assert.Equal(t, Up, how)
		(*Mailbox)(p).PostUserMessage("after")
		synctest.Wait()
		assert.Equal(t, []any{"before the handlers", "during Init", "after"}, got)
	})
}

// A start that fails, however it does, leaves nobody in protoactor's registry.
func TestTrap05AFailedStartLeavesNobody(t *testing.T) {
	for name, init := range map[string]func(p *Proc) error{
		"error": func(*Proc) error { return errBroken }, "panic": func(*Proc) error { panic(1) }, "ignore": func(*Proc) error { return errIgnore },
		"killed": func(p *Proc) error { p.Kill(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *System, _ *ledger) {
				before := registered(s)
				_, how, _ := s.Spawn(Start{Name: "p", Unique: true, Body: &body{init: init}})
				assert.NotEqual(t, Up, how)
				assert.Equal(t, before, registered(s))
				assert.Nil(t, s.Lookup("p"))
				assert.Zero(t, s.Len())
			})
		})
	}
}

// registered returns how many have an address in protoactor.
func registered(s *System) (n int) {
	for _, bucket := range s.engine.ProcessRegistry.LocalPIDs.LocalPIDs {
		n += bucket.Count()
	}
	return n
}

// Nothing is restarted in place: after a crash the actor is gone, and what follows the failing message is not handled.
func TestTrap06ACrashEndsTheActor(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, l *ledger) {
		before := registered(s)
		p := up(t, s, Start{})
		release := make(chan struct{})
		p.Tell(act(func(*Proc) error { <-release; panic("boom") }), nil)
		p.Tell(act(func(*Proc) error { t.Error("handled after the crash"); return nil }), nil)
		close(release)
		synctest.Wait()
		assert.True(t, p.Dead())
		assert.Equal(t, before, registered(s))
		assert.Len(t, l.letters, 1)
	})
}

// The reason is in the record before anybody hears of the death, whatever the death.
func TestTrap07TheReasonIsThereBeforeTheNotice(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		w, p := up(t, s, Start{}), up(t, s, Start{})
		var told, stored exit.Reason
		w.Monitor(p, func(target *Proc, why exit.Reason) any {
			return act(func(*Proc) error { told = why; stored, _ = target.Why(); return nil })
		})
		p.Tell(act(func(*Proc) error { return errBroken }), nil)
		synctest.Wait()
		assert.Equal(t, exit.Crash, told.Kind())
		assert.Equal(t, told, stored)
	})
}

// Notices of a death go through the queue like messages, behind all that the dead one sent.
func TestTrap08NoticesDoNotOvertakeMessages(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		var got []any
		w := up(t, s, Start{Body: &body{other: func(msg any) error { got = append(got, msg); return nil }}})
		p := up(t, s, Start{})
		w.suspend(true)
		w.Monitor(p, func(*Proc, exit.Reason) any { return "down" })
		w.Trap(func(*Proc, exit.Reason) any { return "exit" })
		w.Link(p)
		p.Tell(act(func(p *Proc) error { w.Tell("message", p); return errStop }), nil)
		synctest.Wait()
		w.suspend(false)
		synctest.Wait()
		assert.Equal(t, []any{"message", "down", "exit"}, got)
	})
}

// A child that is stuck does not keep its parent from ending: no protoactor parent waits for protoactor children.
func TestTrap10AStuckChildDoesNotBlockItsParent(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		release := make(chan struct{})
		parent := up(t, s, Start{Name: "parent"})
		child := up(t, s, Start{Name: "child", Parent: parent, Linked: true})
		child.Tell(act(func(*Proc) error { <-release; return nil }), nil)
		synctest.Wait()
		parent.AskExit(exit.ReasonShutdown)
		synctest.Wait()
		assert.True(t, parent.Dead())
		assert.False(t, child.Dead())
		close(release)
		synctest.Wait()
		assert.True(t, child.Dead())
	})
}

// A panic while ending neither brings the process back to life nor keeps it from ending.
func TestTrap11APanicInTerminateEndsTheProcess(t *testing.T) {
	for name, term := range map[string]func(*Proc) error{
		"panic": func(*Proc) error { panic("boom") }, "goexit": func(*Proc) error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *System, _ *ledger) {
				before := registered(s)
				p := up(t, s, Start{Body: &body{term: term}})
				p.Tell(act(func(*Proc) error { return errStop }), nil)
				synctest.Wait()
				why, dead := p.Why()
				assert.True(t, dead)
				assert.Equal(t, exit.Crash, why.Kind())
				assert.Equal(t, before, registered(s))
			})
		})
	}
}

// An actor has no address in protoactor, so no id, however old, reaches a new one; a name is free at the death.
func TestTrap12AnOldIdNeverReachesANewActor(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		start := func(got *[]any) *Proc {
			return up(t, s, Start{Name: "p", Unique: true, Body: &body{other: func(msg any) error { *got = append(*got, msg); return nil }}})
		}
		before := registered(s)
		var first, second []any
		old := start(&first)
		assert.Equal(t, before, registered(s))
		old.Kill()
		start(&second)
		assert.Equal(t, before, registered(s))
		old.Tell("x", nil)
		(*Mailbox)(old).PostUserMessage("y") // as protoactor would, had it resolved an address before
		for i := range s.lastID.Load() + 1 {
			_, found := s.engine.ProcessRegistry.GetLocal(strconv.FormatUint(i, 10))
			assert.False(t, found)
		}
		synctest.Wait()
		assert.Empty(t, first)
		assert.Empty(t, second)
	})
}

// What is left in the mailbox of a process that ends becomes dead letters: 50 sent, 2 handled, 48 of them.
func TestTrap13MessagesLeftInAStoppedMailboxBecomeDeadLetters(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, l *ledger) {
		p := up(t, s, Start{})
		handled := 0
		p.suspend(true)
		for range 50 {
			p.Tell(act(func(*Proc) error {
				if handled++; handled == 2 {
					return errStop
				}
				return nil
			}), nil)
		}
		p.suspend(false)
		synctest.Wait()
		assert.Equal(t, 2, handled)
		require.Len(t, l.letters, 48)
		for _, d := range l.letters {
			assert.Equal(t, CauseStopped, d.Why)
		}
	})
}

// A reply completes a slot once; a late one does not overwrite what came first.
func TestTrap14ALateReplyDoesNotOverwrite(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		slot, gen := s.open(0, nil)
		slot.Reply(gen, "first")
		slot.Reply(gen, "second")
		slot.Fail(gen, errBroken)
		v, err := slot.await(context.Background(), nil, nil, gen)
		assert.Equal(t, "first", v)
		assert.NoError(t, err)
		assert.EqualValues(t, 2, s.counters.TwiceReply.Load())
		next := slot.begin(0) // the next user's
		slot.Reply(gen, "late")
		assert.EqualValues(t, 1, s.counters.LateReplies.Load())
		assert.EqualValues(t, 2, s.counters.TwiceReply.Load())
		assert.True(t, slot.Pending(next))
	})
}

// The stash is first in, first out, and keeps the sender.
func TestTrap15TheStashKeepsOrderAndSender(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, l *ledger) {
		open := false
		var got []any
		var p *Proc
		p = up(t, s, Start{Body: &body{other: func(msg any) error {
			if !open {
				p.Stash()
				return nil
			}
			got = append(got, msg, p.cur.from)
			return nil
		}}})
		sender := up(t, s, Start{})
		for i := range 3 {
			p.Tell(i, sender)
		}
		p.Tell(act(func(p *Proc) error { open = true; p.Unstash(); return nil }), nil)
		synctest.Wait()
		assert.Equal(t, []any{0, sender, 1, sender, 2, sender}, got)
		assert.Empty(t, l.letters)
	})
}

// messages that protoactor would take for its own by their methods or types.
type (
	batch    struct{ n int }
	auto     struct{ n int }
	quietMsg struct{ n int }
)

func (batch) GetMessages() []any                { return []any{"part", "part"} }
func (auto) GetAutoResponse(actor.Context) any  { return "response" }
func (quietMsg) NotInfluenceReceiveTimeout()    {}
func (quietMsg) SystemMessage()                 {}
func (quietMsg) AutoReceiveMessage()            {}
func (quietMsg) Reenter(_ func(any, error) any) {}

// Messages whose type has a method that means something to protoactor, or is one of its own, are ordinary and come once, on every road.
func TestTrap16ProtoactorsTypesAreOrdinaryMessages(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		var got []any
		p := up(t, s, Start{Body: &body{other: func(msg any) error { got = append(got, msg); return nil }}})
		odd := []any{
			batch{1},
			auto{2},
			quietMsg{3},
			&actor.PoisonPill{}, &actor.Started{}, &actor.Stopping{}, &actor.Stopped{},
			&actor.Restarting{}, &actor.ReceiveTimeout{}, &actor.Terminated{}, &actor.SuspendMailbox{}, &actor.Stop{}, p,
		}
		for _, m := range odd {
			p.Tell(m, nil)
		}
		synctest.Wait()
		assert.Equal(t, odd, got)
		got = nil
		(*Mailbox)(p).PostUserMessage(batch{1})
		(*Mailbox)(p).PostUserMessage(&actor.MessageEnvelope{Message: auto{2}})
		synctest.Wait()
		assert.Equal(t, []any{batch{1}, auto{2}}, got)
		assert.False(t, p.Dead())
	})
}

// A full mailbox neither blocks nor spins its sender, itself least of all, and gives its memory back after a burst.
func TestTrap17AFullMailboxDoesNotBlockAndShrinks(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		p := up(t, s, Start{Mailbox: 2000})
		largest := 0
		p.Tell(act(func(p *Proc) error {
			for range 5000 {
				p.Tell(act(func(*Proc) error { return nil }), p)
			}
			largest = len(p.queue.buf)
			return nil
		}), nil)
		synctest.Wait()
		assert.Equal(t, 2048, largest)
		assert.Zero(t, len(p.queue.buf))
		assert.EqualValues(t, 3000, s.counters.DeadLetters.Load())
	})
}

// Our dead letters never reach protoactor's event stream, which would run its subscribers on the sender's goroutine.
func TestTrap19DeadLettersDoNotReachProtoactor(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, l *ledger) {
		var seen []any
		sub := s.engine.EventStream.Subscribe(func(e any) { seen = append(seen, e) })
		defer s.engine.EventStream.Unsubscribe(sub)
		p := up(t, s, Start{})
		p.Tell(act(func(*Proc) error { panic(1) }), nil)
		synctest.Wait()
		p.Tell(1, nil)
		s.NobodyAt("x", 1, nil)
		assert.Empty(t, seen)
		assert.Len(t, l.letters, 2)
	})
}

// Close stops what runs, and a second Close, also at the same time, is harmless.
func TestTrap21ClosingTwiceIsHarmless(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		p := up(t, s, Start{})
		errs := make(chan error)
		for range 3 {
			go func() { errs <- s.Close(context.Background()) }()
		}
		for range 3 {
			require.NoError(t, <-errs)
		}
		require.NoError(t, s.Close(context.Background()))
		assert.True(t, p.Dead())
		assert.True(t, s.Closed())
	})
}

// Metrics are off, so protoactor does not replace the program's OpenTelemetry provider, and nothing is logged below a warning.
func TestTrap22ProtoactorKeepsToItself(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, l *ledger) {
		assert.Nil(t, s.engine.Config.MetricsProvider, "only a provider of its own makes protoactor set the global one")
		assert.False(t, s.engine.Config.MetricsEnabled)
		p := up(t, s, Start{})
		p.Tell(act(func(*Proc) error { panic(1) }), nil)
		synctest.Wait()
		p.Tell(1, nil)
		require.NoError(t, s.Close(context.Background()))
		assert.Empty(t, l.log.String())
		s.engine.Logger().Warn("a warning")
		assert.Contains(t, l.log.String(), "a warning")
		assert.NotPanics(t, func() { s.engine.Logger().With("k", "v").WithGroup("g").Info("info") })
		assert.NotContains(t, l.log.String(), "info")
	})
}

// An idle process has no ring, no context and no extra; Props are shared.
func TestTrap24AnIdleProcessIsSmall(t *testing.T) {
	inBubble(t, func(t *testing.T, s *System, _ *ledger) {
		p := up(t, s, Start{Name: "p", Unique: true})
		for range 100 {
			up(t, s, Start{})
		}
		assert.Nil(t, p.queue.buf)
		assert.Nil(t, p.more)
		assert.Len(t, s.spawns.mu.free, 1)
		p.Tell(act(func(*Proc) error { return errStop }), nil)
		synctest.Wait()
		assert.Nil(t, p.body, "a dead record holds no state")
	})
}

// Systems run in bubbles of their own, one after the other, with hours passing in no time.
func TestTrap25SystemsRunInBubbles(t *testing.T) {
	for i := range 3 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			inBubble(t, func(t *testing.T, s *System, _ *ledger) {
				ticks := 0
				p := up(t, s, Start{Body: &body{init: func(p *Proc) error {
					p.Every(time.Hour, func() any { return act(func(*Proc) error { ticks++; return nil }) })
					return nil
				}}})
				time.Sleep(68 * time.Hour)
				synctest.Wait()
				v, err := p.Call(context.Background(), nil, false, func(slot *Slot, gen uint64) any {
					return act(func(*Proc) error { slot.Reply(gen, fmt.Sprint(ticks)); return nil })
				})
				require.NoError(t, err)
				assert.Equal(t, "68", v)
			})
		})
	}
}
