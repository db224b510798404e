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

// idler is a server with OTP's event time-out, as one writes it here: a timer that every message cancels first.
type idler struct {
	w       *world
	timeout actors.Timer
	begin   do
}

func (s *idler) Init(c *cx) error {
	if s.begin == nil {
		return nil
	}
	return s.begin(c)
}

func (s *idler) Receive(c *cx, m do) error {
	s.timeout.Cancel()
	return m(c)
}

func (s *idler) Inspect() any { return "view" }

// arm sets the time-out in a turn of the server.
func (s *idler) arm(d time.Duration) do {
	return func(c *cx) error { s.timeout = c.After(d, s.w.says("event timeout")); return nil }
}

// armAt sets it to a time of the clock.
func (s *idler) armAt(at time.Time) do {
	return func(c *cx) error { return s.arm(at.Sub(c.Now()))(c) }
}

// An idle time-out fires when nothing came in time and not otherwise, whatever callback set it; a look from outside is nothing that came.
func TestAnIdleTimeoutFiresOnlyIfNothingCame(t *testing.T) {
	const d = 500 * time.Millisecond
	for how, arm := range map[string]func(s *idler) do{
		"relative": func(s *idler) do { return s.arm(d) },
		"absolute": func(s *idler) do { return s.armAt(time.Now().Add(d)) },
	} {
		for where, set := range map[string]func(s *idler, spawn func() ref, m do) ref{
			"in Init": func(s *idler, spawn func() ref, m do) ref { s.begin = m; return spawn() },
			"by Continue": func(s *idler, spawn func() ref, m do) ref {
				s.begin = func(c *cx) error { c.Continue(m); return nil }
				return spawn()
			},
			"by a call": func(_ *idler, spawn func() ref, m do) ref {
				r := spawn()
				_, _ = actors.Call(context.Background(), r, func(reply actors.Reply[int]) do {
					return func(c *cx) error { defer reply.Send(0); return m(c) }
				})
				return r
			},
			"by a tell": func(_ *idler, spawn func() ref, m do) ref { r := spawn(); r.Tell(m); return r },
			"by a notice": func(_ *idler, spawn func() ref, m do) ref {
				r := spawn()
				r.Tell(func(c *cx) error { c.Monitor(actors.PID{}, func(actors.Down) do { return m }); return nil })
				return r
			},
		} {
			for _, meanwhile := range []string{"nothing", "a message", "a look"} {
				t.Run(fmt.Sprintf("%s, %s, %s", how, where, meanwhile), func(t *testing.T) {
					bubble(t, func(t *testing.T, w *world) {
						s := &idler{w: w}
						begin := time.Now()
						r := set(s, func() ref { return actors.MustSpawn(w, "server", func() actors.Behavior[do] { return s }) }, arm(s))
						synctest.Wait()
						time.Sleep(d - time.Millisecond)
						switch meanwhile {
						case "a message":
							tell(r, func(*cx) error { return nil })
						case "a look":
							v, err := actors.Inspect(context.Background(), r.PID())
							require.NoError(t, err)
							assert.Equal(t, "view", v)
						}
						assert.Empty(t, w.heard())
						time.Sleep(time.Millisecond)
						if meanwhile == "a message" {
							time.Sleep(time.Minute)
							assert.Empty(t, w.heard())
							return
						}
						assert.Equal(t, []string{"event timeout"}, w.heard())
						assert.Equal(t, d, time.Since(begin))
					})
				})
			}
		}
	}
}

// What a callback continues with comes before whatever waits, also before what it has just sent to itself; that may continue in turn, answer
// the call that began it, and end the process.
func TestContinueGoesOnFromEveryCallback(t *testing.T) {
	for where, begin := range map[string]func(t *testing.T, w *world, run do) ref{
		"Init": func(_ *testing.T, w *world, run do) ref { return actors.MustSpawn(w, "", of(doer{init: run})) },
		"a call that is answered": func(t *testing.T, w *world, run do) ref {
			r := actors.MustSpawn(w, "", plain())
			v, err := actors.Call(context.Background(), r, func(reply actors.Reply[int]) do {
				return func(c *cx) error { reply.Send(1); return run(c) }
			})
			assert.Equal(t, outcome{1, nil}, outcome{v, err})
			return r
		},
		"a call that is answered later": func(t *testing.T, w *world, run do) ref {
			r := actors.MustSpawn(w, "", plain())
			v, err := actors.Call(context.Background(), r, func(reply actors.Reply[int]) do {
				return func(c *cx) error {
					c.Continue(func(*cx) error { reply.Send(1); return nil })
					return run(c) // in front of the answer
				}
			})
			assert.Equal(t, outcome{1, nil}, outcome{v, err})
			return r
		},
		"a tell": func(_ *testing.T, w *world, run do) ref { r := actors.MustSpawn(w, "", plain()); r.Tell(run); return r },
		"a tick": func(_ *testing.T, w *world, run do) ref {
			r := actors.MustSpawn(w, "", plain())
			r.Tell(func(c *cx) error { c.After(time.Second, run); return nil })
			time.Sleep(time.Second)
			return r
		},
		"a continued message": func(_ *testing.T, w *world, run do) ref {
			r := actors.MustSpawn(w, "", plain())
			r.Tell(func(c *cx) error { c.Continue(run); return nil })
			return r
		},
	} {
		t.Run(where, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := begin(t, w, func(c *cx) error {
					c.Self().Tell(w.says("after"))
					c.Continue(func(c *cx) error {
						w.say("before")
						c.Continue(w.says("continued"))
						return nil
					})
					return nil
				})
				assert.Equal(t, []string{"before", "continued", "after"}, w.heard())
				tell(r, func(c *cx) error {
					c.Self().Tell(w.says("never"))
					c.Continue(func(*cx) error { return actors.Stop })
					return nil
				})
				assert.Equal(t, "normal", why(t, r).String())
				assert.Len(t, w.heard(), 3)
			})
		})
	}
}
