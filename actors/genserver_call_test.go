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
)

// later is a message that is answered with v when d has passed; the server goes on meanwhile.
func later(d time.Duration, v int) func(actors.Reply[int]) do {
	return func(r actors.Reply[int]) do {
		return func(c *cx) error {
			c.After(d, func(*cx) error { r.Send(v); return nil })
			return nil
		}
	}
}

// A server may answer later than it was asked, and two calls may belong together: the answer of the second depends on what came between.
func TestAnAnswerMayComeLater(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		server := actors.MustSpawn(w, "my server", plain())
		named := actors.Named[do](w.System, "my server")
		begin := time.Now()
		v, err := actors.Call(context.Background(), named, later(time.Second, 1))
		assert.Equal(t, outcome{1, nil}, outcome{v, err})
		assert.Equal(t, time.Second, time.Since(begin))

		within := false
		open := func(d time.Duration) {
			ask(t, server, func(c *cx) int {
				within = true
				c.After(d, func(*cx) error { within = false; return nil })
				return 0
			})
		}
		open(time.Second)
		time.Sleep(500 * time.Millisecond)
		assert.True(t, ask(t, server, func(*cx) bool { return within }))
		time.Sleep(time.Second)
		open(time.Second)
		time.Sleep(1500 * time.Millisecond)
		assert.False(t, ask(t, server, func(*cx) bool { return within }))

		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		defer cancel()
		v, err = actors.Call(ctx, named, later(time.Millisecond, 2))
		assert.Equal(t, outcome{2, nil}, outcome{v, err}, "in time")
		_, err = actors.Call(ctx, named, later(time.Minute, 3))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, alive(server), "a caller that gives up harms nobody")
	})
}

// Several requests may be under way at once. Each outcome is told apart from the others, arrives when it is there and not in the order
// of the requests, and other messages are handled in between.
func TestRequestsInFlightAreToldApart(t *testing.T) {
	for name, tc := range map[string]struct {
		d    [3]time.Duration              // the deadlines
		ask  [3]func(actors.Reply[int]) do // what is asked of which server
		own  time.Duration                 // when the client's own timer ticks
		want []string
		late int64 // answers that nobody waits for any more
	}{
		"in order of completion": {
			d:    [3]time.Duration{-1, -1, -1},
			ask:  [3]func(actors.Reply[int]) do{later(400*time.Millisecond, 1), later(time.Millisecond, 2), later(200*time.Millisecond, 3)},
			own:  300 * time.Millisecond,
			want: []string{"started", "2: 2 <nil>", "3: 3 <nil>", "tick", "1: 1 <nil>"},
		},
		"a deadline abandons": {
			d:    [3]time.Duration{100 * time.Millisecond, 100 * time.Millisecond, 110 * time.Millisecond},
			ask:  [3]func(actors.Reply[int]) do{later(time.Second, 1), later(time.Millisecond, 2), later(500*time.Millisecond, 3)},
			own:  200 * time.Millisecond,
			want: []string{"started", "2: 2 <nil>", "1: timed out", "3: timed out", "tick"},
			late: 2,
		},
		"a timer of one's own abandons nothing": {
			d:    [3]time.Duration{-1, -1, -1},
			ask:  [3]func(actors.Reply[int]) do{later(time.Second, 1), later(time.Millisecond, 2), later(500*time.Millisecond, 3)},
			own:  100 * time.Millisecond,
			want: []string{"started", "2: 2 <nil>", "tick", "3: 3 <nil>", "1: 1 <nil>"},
		},
		"an error is one outcome": {
			d: [3]time.Duration{-1, -1, -1},
			ask: [3]func(actors.Reply[int]) do{
				later(400*time.Millisecond, 1),
				func(actors.Reply[int]) do { return func(*cx) error { return actors.StopShutdown } },
				later(200*time.Millisecond, 3),
			},
			own:  time.Second,
			want: []string{"2: ended with shutdown", "started", "3: 3 <nil>", "1: 1 <nil>", "tick"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				client := actors.MustSpawn(w, "client", plain())
				var servers [3]ref
				for i := range servers {
					servers[i] = actors.MustSpawn(w, "", plain())
				}
				tell(client, func(c *cx) error {
					for i, server := range servers {
						actors.Request(c, server, tc.d[i], tc.ask[i], func(v int, err error) do {
							var ended *actors.CallError
							switch {
							case errors.Is(err, actors.ErrTimeout):
								return w.says("%d: timed out", i+1)
							case errors.As(err, &ended):
								return w.says("%d: ended with %s", i+1, ended.Reason)
							}
							return w.says("%d: %d %v", i+1, v, err)
						})
					}
					c.After(tc.own, w.says("tick"))
					settles(c, servers[1])
					return nil
				})
				tell(client, w.says("started"))
				time.Sleep(time.Minute)
				assert.Equal(t, tc.want, w.heard())
				assert.Equal(t, tc.late, w.Totals().LateReplies)
			})
		})
	}
}

// settles waits inside the turn of c until what was asked of another process has had its effect there, so that the order in
// which the client hears of it does not depend on who is faster.
func settles(c *cx, other ref) {
	_, _ = actors.Call(c, other, replies(0)) // an error says that it has ended, which will do
}

// What a call takes does not depend on how much waits for the caller: the answer has a place of its own.
func TestACallDoesNotLookThroughTheCallersQueue(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		const waiting, calls = 300_000, 3_000 // looking at all of it for each call would take most of a minute
		server := actors.MustSpawn(w, "server", plain())
		client := actors.MustSpawn(w, "client", plain(), actors.OnFull(actors.Unbounded))
		handled := 0
		count := do(func(*cx) error { handled++; return nil })
		answered := make(chan int, 1)
		client.Tell(func(c *cx) error {
			for range waiting {
				c.Self().Tell(count)
			}
			n := 0
			for i := range calls {
				v, err := actors.Call(c, server, replies(i))
				if err == nil && v == i {
					n++
				}
			}
			st, _ := c.PID().Status()
			assert.Equal(t, waiting, st.Queue, "all of it still waits")
			assert.Zero(t, handled)
			answered <- n
			return nil
		})
		assert.Equal(t, calls, <-answered)
		synctest.Wait()
		assert.Equal(t, waiting, handled)
		require.True(t, alive(client))
	})
}
