// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

// P15: the deadline is that of the context; if it has none, the system's default, unless there is to be none.
func TestACallHasADeadline(t *testing.T) {
	for name, tc := range map[string]struct {
		option time.Duration
		call   func(c *cx, to ref) error
		after  time.Duration
	}{
		"default": {0, func(c *cx, to ref) error { _, err := actors.Call(c, to, silent); return err }, 5 * time.Second},
		"option":  {time.Minute, func(c *cx, to ref) error { _, err := actors.Call(c, to, silent); return err }, time.Minute},
		"longer than the default": {0, func(c *cx, to ref) error {
			ctx, cancel := c.WithTimeout(time.Hour)
			defer cancel()
			_, err := actors.Call(ctx, to, silent)
			return err
		}, time.Hour},
		"shorter than the default": {0, func(c *cx, to ref) error {
			ctx, cancel := c.WithTimeout(time.Second)
			defer cancel()
			_, err := actors.Call(ctx, to, silent)
			return err
		}, time.Second},
		"of a context": {0, func(c *cx, to ref) error {
			ctx, cancel := context.WithTimeout(c, time.Minute)
			defer cancel()
			_, err := actors.Call(ctx, to, silent)
			return err
		}, time.Minute},
		"forever ended by the context": {0, func(c *cx, to ref) error {
			ctx, cancel := c.WithTimeout(24 * time.Hour)
			defer cancel()
			_, err := actors.CallForever(ctx, to, silent)
			return err
		}, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			bubbleWith(t, actors.Options{CallTimeout: tc.option}, func(t *testing.T, w *world) {
				callee, caller := actors.MustSpawn(w, "callee", plain()), actors.MustSpawn(w, "caller", plain())
				begin := time.Now()
				done := make(chan error)
				caller.Tell(func(c *cx) error { done <- tc.call(c, callee); return nil })
				err := <-done
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, tc.after, time.Since(begin))
			})
		})
	}
}

// P15: a negative CallTimeout and CallForever mean no deadline; in an Init the default holds all the same.
func TestACallMayHaveNoDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		callee := actors.MustSpawn(w, "callee", plain())
		out := make(chan error, 1)
		go func() { _, err := actors.CallForever(context.Background(), callee, silent); out <- err }()
		time.Sleep(1000 * time.Hour)
		select {
		case err := <-out:
			t.Error(err)
		default:
		}
		begin := time.Now()
		_, err := actors.Spawn(w, "p", of(doer{init: func(c *cx) error { _, err := actors.CallForever(c, callee, silent); return err }}))
		assert.ErrorIs(t, err, actors.ErrTimeout)
		assert.Equal(t, 5*time.Second, time.Since(begin))
		callee.PID().Kill()
		assert.Error(t, <-out)
	})
	bubbleWith(t, actors.Options{CallTimeout: -1}, func(t *testing.T, w *world) {
		callee := actors.MustSpawn(w, "callee", plain())
		out := start(context.Background(), callee, silent)
		time.Sleep(1000 * time.Hour)
		pending(t, out)
		callee.PID().Kill()
		assert.Error(t, (<-out).err)
	})
}
