// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
)

// full starts a process with room for n messages, which is busy until release, and fills it with messages "0", "1" and so on.
func full(w *world, n int, o actors.Overflow) (r ref, release func()) {
	r = actors.MustSpawn(w, "full", plain(), actors.MailboxSize(n), actors.OnFull(o))
	c := make(chan struct{})
	tell(r, func(*cx) error { <-c; return nil })
	for i := range n {
		r.Tell(w.says("%d", i))
	}
	return r, func() { close(c); synctest.Wait() }
}

// The table of sends, P33: what each way to send does with a full mailbox, under each policy.
func TestAFullMailboxFollowsItsPolicy(t *testing.T) {
	for name, tc := range map[string]struct {
		policy  actors.Overflow
		try     error
		call    error
		handled []string
		dead    int
	}{
		"reject":      {actors.Reject, actors.ErrMailboxFull, actors.ErrMailboxFull, []string{"0", "1"}, 1},
		"drop oldest": {actors.DropOldest, nil, actors.ErrMailboxFull, []string{"tell", "try"}, 2},
		"unbounded":   {actors.Unbounded, nil, nil, []string{"0", "1", "tell", "try", "call"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r, release := full(w, 2, tc.policy)
				r.Tell(w.says("tell"))
				assert.ErrorIs(t, r.TryTell(w.says("try")), tc.try)
				out := start(context.Background(), r, func(r actors.Reply[int]) do {
					return func(*cx) error { w.say("call"); r.Send(1); return nil }
				})
				release()
				assert.ErrorIs(t, (<-out).err, tc.call)
				assert.Equal(t, tc.handled, w.heard())
				require.Len(t, w.dead(), tc.dead)
				for _, l := range w.letters {
					assert.Equal(t, "mailbox_full", l.Why)
					assert.Equal(t, r.PID(), l.Target)
				}
			})
		})
	}
}

// P33: a call that is dropped as the oldest message fails; it is no dead letter.
func TestACallThatIsDroppedFails(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r, release := full(w, 1, actors.DropOldest)
		r.Tell(w.says("dropped"))
		release()
		hold := make(chan struct{})
		tell(r, func(*cx) error { <-hold; return nil })
		out := start(context.Background(), r, replies(1))
		r.Tell(w.says("newest"))
		assert.ErrorIs(t, (<-out).err, actors.ErrMailboxFull)
		close(hold)
		assert.Equal(t, []string{"dropped", "newest"}, w.heard())
		assert.Len(t, w.dead(), 1)
	})
}

// The table of sends, P33: TellContext waits for room, in order, until its context ends; that is its choice under any policy.
func TestTellContextWaitsForRoom(t *testing.T) {
	for name, policy := range map[string]actors.Overflow{"reject": actors.Reject, "drop oldest": actors.DropOldest} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r, release := full(w, 1, policy)
				out := make(chan error, 3)
				for i := range 3 {
					go func() { out <- r.TellContext(context.Background(), w.says("waited %d", i)) }()
					synctest.Wait()
				}
				ctx, cancel := context.WithCancelCause(context.Background())
				gave := make(chan error, 1)
				go func() { gave <- r.TellContext(ctx, w.says("never")) }()
				synctest.Wait()
				cancel(errBroken)
				assert.Same(t, errBroken, <-gave)
				release()
				for range 3 {
					assert.NoError(t, <-out)
				}
				assert.Equal(t, []string{"0", "waited 0", "waited 1", "waited 2"}, w.heard())
				assert.Empty(t, w.dead())
			})
		})
	}
}

// P33: room that a sender was woken for and does not take any more goes to the next.
func TestRoomIsPassedOn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for range 200 {
			r := actors.MustSpawn(w, "", plain(), actors.MailboxSize(1))
			hold := make(chan struct{})
			ctx, cancel := context.WithCancel(context.Background())
			tell(r, func(*cx) error { <-hold; cancel(); return nil }) // the first is on its way out when it is woken
			r.Tell(func(*cx) error { return nil })
			out := make(chan error, 2)
			go func() { out <- r.TellContext(ctx, w.says("first")) }()
			synctest.Wait()
			go func() { out <- r.TellContext(context.Background(), w.says("second")) }()
			synctest.Wait()
			close(hold)
			synctest.Wait()
			require.Len(t, out, 2, "nobody waits while there is room")
			r.PID().Kill()
		}
	})
}

// The table of sends: the end of the target ends the wait, and so does a stop of the sender.
func TestAWaitForRoomEndsWithEitherProcess(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r, release := full(w, 1, actors.Reject)
		out := make(chan error, 1)
		go func() { out <- r.TellContext(context.Background(), w.says("never")) }()
		sender, killed := actors.MustSpawn(w, "sender", plain()), actors.MustSpawn(w, "killed", plain())
		wait := func(c *cx) error { w.say("%v", r.TellContext(c, w.says("never"))); return nil }
		tell(sender, wait)
		tell(killed, wait)
		st, _ := sender.PID().Status()
		assert.True(t, st.Waiting)
		sender.PID().Stop()
		assert.Equal(t, []string{"actors: process ended: shutdown"}, w.heard())
		killed.PID().Kill()
		assert.Equal(t, "actors: the calling process has been killed", w.heard()[1])
		r.PID().Kill()
		assert.ErrorIs(t, <-out, actors.ErrNoProc)
		release()
	})
}

// P33: nobody can wait for room in his own mailbox.
func TestAProcessCannotWaitForItself(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain(), actors.MailboxSize(1))
		tell(r, func(c *cx) error {
			assert.NoError(t, c.Self().TellContext(c, w.says("fits")))
			assert.ErrorIs(t, c.Self().TellContext(c, nil), actors.ErrMailboxFull)
			assert.ErrorIs(t, actors.Named[do](w.System, "p").TellContext(c, nil), actors.ErrMailboxFull)
			return nil
		})
		assert.Equal(t, []string{"fits"}, w.heard())
	})
}

// P33: the default bound is 16,384 messages.
func TestMailboxesAreBoundedByDefault(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		hold := make(chan struct{})
		tell(r, func(*cx) error { <-hold; return nil })
		nothing := func(*cx) error { return nil }
		n := 0
		for r.TryTell(nothing) == nil {
			n++
		}
		assert.Equal(t, 16384, n)
		close(hold)
		synctest.Wait()
		st, _ := r.PID().Status()
		assert.Equal(t, []int{0, 16384}, []int{st.Queue, st.HighWater})
		assert.EqualValues(t, 16385, st.Handled)
	})
}

// P33: notices, replies and exits are never refused.
func TestNoticesFitIntoAFullMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		other := actors.MustSpawn(w, "other", plain())
		r := actors.MustSpawn(w, "p", w.trapper(), actors.MailboxSize(1))
		tell(r, func(c *cx) error {
			c.Monitor(other.PID(), w.sayDown)
			c.Link(other.PID())
			c.Self().Tell(w.says("message")) // now it is full
			actors.Request(c, other, 0, replies(1), func(v int, err error) do { return w.says("reply %d %v", v, err) })
			time.Sleep(time.Second)
			other.PID().Kill()
			return nil
		})
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"message", "reply 1 <nil>", "down killed", "exit killed"}, w.heard())
		assert.Empty(t, w.dead())
	})
}

// P34: one message is in hand at a time, and a process with a long queue lets others have their turn.
func TestNoProcessStarvesOthers(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		busy := actors.MustSpawn(w, "busy", plain(), actors.OnFull(actors.Unbounded))
		inHand, most, handled := 0, 0, 0
		for range 10000 {
			busy.Tell(func(*cx) error {
				inHand++
				most = max(most, inHand)
				handled++
				inHand--
				return nil
			})
		}
		synctest.Wait()
		assert.Equal(t, []int{1, 10000}, []int{most, handled})
	})
}

// P35: Stash sets the message in hand aside; Unstash puts all of them before the queue, oldest first; slots stay with them.
func TestUnstashReplaysInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		open := false
		when := func(m do) do {
			return func(c *cx) error {
				if !open {
					c.Stash()
					return nil
				}
				return m(c)
			}
		}
		r.Tell(when(w.says("1")))
		out := start(context.Background(), r, func(r actors.Reply[int]) do {
			return when(func(*cx) error { w.say("2"); r.Send(7); return nil })
		})
		tell(r, func(c *cx) error { c.After(time.Second, when(w.says("3"))); return nil })
		time.Sleep(time.Second)
		synctest.Wait()
		st, _ := r.PID().Status()
		assert.Equal(t, 3, st.Stashed)
		tell(r, func(c *cx) error {
			c.Self().Tell(w.says("4"))
			open = true
			c.Unstash()
			c.Unstash()
			return nil
		})
		assert.Equal(t, []string{"1", "2", "3", "4"}, w.heard())
		assert.Equal(t, outcome{7, nil}, <-out)
	})
}

// P35: stashed messages count against the bound.
func TestStashedMessagesCountAgainstTheBound(t *testing.T) {
	for name, policy := range map[string]actors.Overflow{"reject": actors.Reject, "drop oldest": actors.DropOldest} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := actors.MustSpawn(w, "p", plain(), actors.MailboxSize(2), actors.OnFull(policy))
				stash := func(c *cx) error { c.Stash(); return nil }
				tell(r, stash)
				tell(r, stash)
				assert.ErrorIs(t, r.TryTell(nil), actors.ErrMailboxFull, "nothing of the stash is dropped")
				r.PID().Kill()
				assert.Equal(t, []string{"stopped", "stopped"}, w.dead())
			})
		})
	}
}

// P36, P37: what is queued or stashed when a process ends becomes dead letters, with all that is known about them.
func TestNothingIsLostInSilence(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r, sender := actors.MustSpawn(w, "p", plain()), actors.MustSpawn(w, "sender", plain())
		tell(r, func(c *cx) error { c.Stash(); return nil })
		tell(sender, func(c *cx) error {
			r.From(c).Tell(func(*cx) error { time.Sleep(time.Second); return errBroken })
			r.From(c).Tell(nil)
			return nil
		})
		time.Sleep(time.Second)
		synctest.Wait()
		r.Tell(nil)
		assert.Equal(t, []string{"stopped", "stopped", "noproc"}, w.dead())
		assert.Equal(t, actors.DeadLetter{
			Target: r.PID(), Name: "/p", From: sender.PID(), Type: "actors_test.do", Message: do(nil),
			Why: "stopped", At: time.Now(),
		}, w.letters[1])
		assert.EqualValues(t, 3, w.Totals().DeadLetters)
	})
}

// P36: what a process has put off itself, by Continue or by stashing what a notice became, is not lost in silence either.
func TestWhatAProcessPutOffIsNotLostInSilence(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error {
			c.After(0, func(c *cx) error { c.Stash(); return nil })
			return nil
		})
		time.Sleep(time.Second)
		tell(r, func(c *cx) error { c.Continue(w.says("never")); return errBroken })
		assert.Equal(t, []string{"stopped", "stopped"}, w.dead())
		assert.Equal(t, "actors_test.do", w.letters[0].Type)
		assert.Equal(t, "actors_test.do", w.letters[1].Type)
	})
}

// P37: the message that crashes a process is no dead letter: it was handled.
func TestTheMessageInHandIsNoDeadLetter(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(*cx) error { panic(1) })
		assert.Empty(t, w.dead())
	})
}

// P12: one sender's messages arrive in the order sent, whatever others do.
func TestMessagesOfOneSenderKeepTheirOrder(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain(), actors.OnFull(actors.Unbounded))
		var next [4]int
		for s := range 4 {
			actors.MustSpawn(w, fmt.Sprint(s), plain()).Tell(func(c *cx) error {
				for i := range 1000 {
					r.From(c).Tell(func(*cx) error {
						if next[s] != i {
							return fmt.Errorf("sender %d: got %d, want %d", s, i, next[s])
						}
						next[s]++
						return nil
					})
				}
				return nil
			})
		}
		assert.True(t, alive(r))
		assert.Equal(t, [4]int{1000, 1000, 1000, 1000}, next)
	})
}

// A message of a type that the behaviour does not take is a crash that says so: the kernel's own road cannot check it.
func TestANilMessageOfAnInterfaceTypeIsACrash(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", actors.Stateless(func(*actors.Context[fmt.Stringer], fmt.Stringer) error { return nil }))
		r.Tell(nil)
		synctest.Wait()
		reason, _ := r.PID().Reason()
		var unknown *actors.UnknownMessageError
		assert.ErrorAs(t, reason.CrashError(), &unknown)
	})
}
