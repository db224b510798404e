// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// outcome is how a call ended.
type outcome struct {
	v   int
	err error
}

// start calls from a goroutine of the test and gives the outcome when it is there.
func start(ctx context.Context, to ref, build func(actors.Reply[int]) do) <-chan outcome {
	out := make(chan outcome, 1)
	go func() {
		v, err := actors.Call(ctx, to, build)
		out <- outcome{v, err}
	}()
	synctest.Wait()
	return out
}

// replies is a message that answers with v.
func replies(v int) func(actors.Reply[int]) do {
	return func(r actors.Reply[int]) do { return func(*cx) error { r.Send(v); return nil } }
}

// silent is a message that is taken and never answered.
func silent(actors.Reply[int]) do { return func(*cx) error { return nil } }

// pending reports that a call has not ended.
func pending(t *testing.T, out <-chan outcome) {
	t.Helper()
	synctest.Wait()
	select {
	case o := <-out:
		t.Fatalf("the call has ended: %v", o)
	default:
	}
}

// P14: a call ends with the reply, or with the error that the callee answered with, as it is.
func TestACallEndsWithItsReply(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		v, err := actors.Call(context.Background(), r, replies(7))
		assert.Equal(t, outcome{7, nil}, outcome{v, err})
		_, err = actors.Call(context.Background(), r, func(r actors.Reply[int]) do { return func(*cx) error { r.Fail(errBroken); return nil } })
		assert.Same(t, errBroken, err)
		_, err = actors.Call(context.Background(), r, func(r actors.Reply[int]) do { return func(*cx) error { r.Fail(nil); return nil } })
		assert.Error(t, err)
		e, err := actors.Call(context.Background(), r, func(r actors.Reply[error]) do { return func(*cx) error { r.Send(nil); return nil } })
		assert.NoError(t, e)
		assert.NoError(t, err)
	})
}

// P14, P19: the death of the callee ends the call with its reason, wherever the call is: queued, in hand, deferred, stashed, passed on.
func TestACallEndsWithTheDeathOfItsCallee(t *testing.T) {
	hold := func(release chan struct{}) do { return func(*cx) error { <-release; return errBroken } }
	for name, prepare := range map[string]func(w *world, callee ref, release chan struct{}) <-chan outcome{
		"queued": func(_ *world, callee ref, release chan struct{}) <-chan outcome {
			callee.Tell(hold(release))
			return start(context.Background(), callee, silent)
		},
		"in hand": func(_ *world, callee ref, release chan struct{}) <-chan outcome {
			return start(context.Background(), callee, func(actors.Reply[int]) do { return hold(release) })
		},
		"deferred": func(_ *world, callee ref, release chan struct{}) <-chan outcome {
			out := start(context.Background(), callee, silent)
			callee.Tell(hold(release))
			return out
		},
		"stashed": func(_ *world, callee ref, release chan struct{}) <-chan outcome {
			out := start(context.Background(), callee, func(actors.Reply[int]) do { return func(c *cx) error { c.Stash(); return nil } })
			callee.Tell(hold(release))
			return out
		},
		"unstashed": func(_ *world, callee ref, release chan struct{}) <-chan outcome {
			out := start(context.Background(), callee, func(actors.Reply[int]) do { return func(c *cx) error { c.Stash(); return nil } })
			callee.Tell(func(c *cx) error { c.Unstash(); return hold(release)(c) })
			return out
		},
		"passed on": func(w *world, callee ref, release chan struct{}) <-chan outcome {
			other := actors.MustSpawn(w, "other", plain())
			out := start(context.Background(), callee, func(r actors.Reply[int]) do {
				return func(*cx) error { other.Tell(func(*cx) error { _ = r; return nil }); return nil }
			})
			callee.Tell(hold(release))
			return out
		},
	} {
		for how, kill := range map[string]bool{"crash": false, "kill": true} {
			t.Run(name+" "+how, func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					release := make(chan struct{})
					callee := actors.MustSpawn(w, "callee", plain())
					out := prepare(w, callee, release)
					pending(t, out)
					if kill {
						callee.PID().Kill()
						synctest.Wait()
						defer synctest.Wait()
						defer close(release)
					} else {
						close(release)
					}
					o := <-out
					var ce *actors.CallError
					require.ErrorAs(t, o.err, &ce)
					assert.Equal(t, why(t, callee), ce.Reason)
					assert.Equal(t, "/callee", ce.Path)
					assert.Equal(t, !kill, errors.Is(o.err, errBroken))
				})
			})
		}
	}
}

// P17: a reply may be kept, or passed to another process that answers later; a helper that dies leaves the duty with the callee.
func TestADeferredReplyMayComeFromAnotherProcess(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		callee, helper := actors.MustSpawn(w, "callee", plain()), actors.MustSpawn(w, "helper", plain())
		var kept actors.Reply[int]
		out := start(context.Background(), callee, func(r actors.Reply[int]) do { return func(*cx) error { kept = r; return nil } })
		assert.True(t, kept.Open())
		tell(helper, func(*cx) error { return errBroken })
		pending(t, out)
		helper = actors.MustSpawn(w, "helper", plain())
		tell(helper, func(*cx) error { kept.Send(9); return nil })
		assert.Equal(t, outcome{9, nil}, <-out)
		assert.False(t, kept.Open())
		tell(callee, func(*cx) error { return actors.Stop })
	})
}

// P14: a call to a process that is dead, was never there, or whose name nobody holds is refused at once; on a closed system always so.
func TestACallToNobodyIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		dead := actors.MustSpawn(w, "p", plain())
		tell(dead, func(*cx) error { return actors.Stop })
		for _, r := range []ref{dead, {}, actors.Named[do](w.System, "p"), actors.Resolved[do](actors.PID{}, "x", func() actors.PID { return actors.PID{} })} {
			_, err := actors.Call(context.Background(), r, replies(1))
			assert.ErrorIs(t, err, actors.ErrNoProc)
			assert.ErrorIs(t, r.TryTell(nil), actors.ErrNoProc)
			assert.ErrorIs(t, r.TellContext(context.Background(), nil), actors.ErrNoProc)
		}
		require.NoError(t, w.Close(context.Background()))
		for _, r := range []ref{dead, actors.Named[do](w.System, "p")} {
			_, err := actors.Call(context.Background(), r, replies(1))
			assert.ErrorIs(t, err, actors.ErrStopped)
			assert.ErrorIs(t, r.TryTell(nil), actors.ErrStopped)
			assert.ErrorIs(t, r.TellContext(context.Background(), nil), actors.ErrStopped)
		}
		_, err := actors.Inspect(context.Background(), dead.PID())
		assert.ErrorIs(t, err, actors.ErrStopped)
	})
}

// P14: a process that calls itself is told so at once, by whatever address.
func TestACallToSelfIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		for _, to := range []ref{r, actors.Named[do](w.System, "p")} {
			assert.ErrorIs(t, ask(t, r, func(c *cx) error { _, err := actors.Call(c, to, replies(1)); return err }), actors.ErrCallSelf)
			assert.ErrorIs(t, ask(t, r, func(c *cx) error {
				_, err := actors.Call(context.Background(), to.From(c), replies(1))
				return err
			}), actors.ErrCallSelf)
		}
		assert.ErrorIs(t, ask(t, r, func(c *cx) error { _, err := actors.Inspect(c, c.PID()); return err }), actors.ErrCallSelf)
	})
}

// P14: the end of the context ends the call with its cause.
func TestACallEndsWithTheCauseOfItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		ctx, cancel := context.WithCancelCause(context.Background())
		out := start(ctx, r, silent)
		cancel(errBroken)
		assert.Same(t, errBroken, (<-out).err)
	})
}

// P16: a reply to a caller that has gone is dropped and counted as late, and never reaches the next user of its slot.
func TestALateReplyIsCountedAndDropped(t *testing.T) {
	for name, leave := range map[string]func(cancel func()){
		"timeout": func(func()) { time.Sleep(time.Minute) },
		"cancel":  func(cancel func()) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := actors.MustSpawn(w, "p", plain())
				var kept actors.Reply[int]
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				out := start(ctx, r, func(r actors.Reply[int]) do { return func(*cx) error { kept = r; return nil } })
				leave(cancel)
				require.Error(t, (<-out).err)
				assert.False(t, kept.Open())
				next := start(context.Background(), r, silent)
				tell(r, func(*cx) error { kept.Send(1); return nil })
				pending(t, next)
				assert.EqualValues(t, 1, w.Totals().LateReplies)
				assert.Zero(t, w.Totals().TwiceReply)
				r.PID().Kill()
				assert.Error(t, (<-next).err)
			})
		})
	}
}

// P17: a reply sent twice: the second is dropped and counted.
func TestASecondReplyIsCountedAndDropped(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		v, err := actors.Call(context.Background(), r, func(r actors.Reply[int]) do {
			return func(*cx) error { r.Send(1); r.Send(2); r.Fail(errBroken); return nil }
		})
		assert.Equal(t, outcome{1, nil}, outcome{v, err})
		synctest.Wait()
		n := w.Totals()
		assert.EqualValues(t, 2, n.TwiceReply+n.LateReplies)
		actors.Reply[int]{}.Send(1) // the zero Reply takes answers and drops them
	})
}

// P18: a blocked call blocks its process only; a stop of the parent ends the wait of a plain process, and a kill that of any.
func TestABlockedCallEndsWithItsCaller(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		callee := actors.MustSpawn(w, "callee", plain())
		call := func(c *cx) error {
			_, err := actors.Call(c, callee, silent)
			var ended *exit.Error
			w.say("%t %t", errors.As(err, &ended), errors.Is(err, actors.ErrFenced))
			return nil
		}
		caller := actors.MustSpawn(w, "plain", plain())
		tell(caller, call)
		assert.Equal(t, 42, ask(t, callee, func(*cx) int { return 42 }))
		caller.PID().Stop()
		assert.Equal(t, []string{"true false"}, w.heard())
		assert.Equal(t, exit.Shutdown, why(t, caller).Kind())

		caller = actors.MustSpawn(w, "killed", plain())
		tell(caller, call)
		caller.PID().Kill()
		assert.Equal(t, []string{"true false", "false true"}, w.heard())

		begin := time.Now()
		caller = actors.MustSpawn(w, "trapping", w.trapper())
		tell(caller, func(c *cx) error {
			_, err := actors.Call(c, callee, silent)
			w.say("%t after %s", errors.Is(err, actors.ErrTimeout), time.Since(begin))
			return nil
		})
		caller.PID().Stop()
		time.Sleep(time.Minute)
		assert.Equal(t, "true after 5s", w.heard()[2])
		assert.Equal(t, exit.Shutdown, why(t, caller).Kind())
	})
}
