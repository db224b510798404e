// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
)

// P12, Request: the outcome of a request is a message; whatever happens there is exactly one.
func TestARequestEndsInExactlyOneMessage(t *testing.T) {
	for name, tc := range map[string]struct {
		to    func(w *world, self ref) ref
		build func(actors.Reply[int]) do
		d     time.Duration
		wait  time.Duration
		want  string
	}{
		"reply":    {nil, replies(7), 0, 0, "7 <nil>"},
		"crash":    {nil, func(actors.Reply[int]) do { return func(*cx) error { return actors.StopWith("t") } }, 0, 0, `0 actors: call "/callee": callee ended: shutdown: t`},
		"failed":   {nil, func(r actors.Reply[int]) do { return func(*cx) error { r.Fail(errBroken); return nil } }, 0, 0, "0 broken"},
		"timeout":  {nil, silent, 0, 5 * time.Second, `0 actors: call "/callee": no reply within the deadline`},
		"deadline": {nil, silent, time.Millisecond, time.Millisecond, `0 actors: call "/callee": no reply within the deadline`},
		"nobody":   {func(*world, ref) ref { return ref{} }, replies(1), 0, 0, `0 actors: call "nobody": no such process`},
		"name":     {func(w *world, _ ref) ref { return actors.Named[do](w.System, "x") }, replies(1), 0, 0, `0 actors: call "x": no such process`},
		"self":     {func(_ *world, self ref) ref { return self }, replies(7), 0, 0, "7 <nil>"},
		"full": {func(w *world, _ ref) ref {
			r := actors.MustSpawn(w, "full", plain(), actors.MailboxSize(1))
			r.Tell(func(c *cx) error { time.Sleep(time.Second); return nil })
			synctest.Wait()
			r.Tell(w.says("."))
			return r
		}, replies(1), 0, 0, `0 actors: call "/full": mailbox full`},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				callee, r := actors.MustSpawn(w, "callee", plain()), actors.MustSpawn(w, "p", plain())
				to := callee
				if tc.to != nil {
					to = tc.to(w, r)
				}
				tell(r, func(c *cx) error {
					actors.Request(c, to, tc.d, tc.build, func(v int, err error) do { return w.says("%d %v", v, err) })
					return nil
				})
				time.Sleep(tc.wait)
				require.NotEmpty(t, w.heard())
				assert.Equal(t, tc.want, w.heard()[0])
				time.Sleep(time.Hour)
				r.PID().Stop()
				callee.PID().Stop()
				for _, l := range w.heard()[1:] {
					assert.Equal(t, ".", l)
				}
			})
		})
	}
}

// P16: slots are used again, and a short deadline holds although an earlier user of the slot had a long one.
func TestAShortDeadlineHoldsInASlotThatHadALongOne(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		callee, r := actors.MustSpawn(w, "callee", plain()), actors.MustSpawn(w, "p", plain())
		request := func(d time.Duration, build func(actors.Reply[int]) do) {
			tell(r, func(c *cx) error {
				actors.Request(c, callee, d, build, func(_ int, err error) do { return w.says("%v", errors.Is(err, actors.ErrTimeout)) })
				return nil
			})
		}
		request(time.Hour, replies(1))
		request(time.Second, silent)
		assert.Equal(t, []string{"false"}, w.heard())
		time.Sleep(time.Second)
		assert.Equal(t, []string{"false", "true"}, w.heard())
	})
}
