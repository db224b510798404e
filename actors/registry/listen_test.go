// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

func TestListenersHearOfEachRegistrationAndItsEnd(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self, task := w.spawn("self"), w.spawn("task")
		w.must(self, "before", 0)
		w.listen(self)
		w.must(task, "hello", 1)
		assert.Equal(t, []string{"registered hello task 1"}, w.heard())
		w.must(self, "world", 2)
		assert.Equal(t, []string{"registered world self 2"}, w.heard())
		w.unregister(self, "world")
		assert.Equal(t, []string{"unregistered world self 2"}, w.heard())
		w.unregister(self, "world")
		stop(task)
		assert.Equal(t, []string{"unregistered hello task 1"}, w.heard())
		assert.Equal(t, 1, w.view().Listeners)
		stop(self) // its subscription ends with it
		assert.Zero(t, w.view().Listeners)
	})
}

func TestEveryListenerHears(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		a, b, self := w.spawn("a"), w.spawn("b"), w.spawn("self")
		w.listen(a)
		w.listen(b)
		w.listen(b)
		w.must(self, "hello", 1)
		assert.Len(t, w.heard(), 3)
		stop(b)
		w.unregister(self, "hello")
		assert.Len(t, w.heard(), 1)
	})
}

func TestStoppedListenerHearsNothingThatWasQueued(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		l := w.listen(self)
		require.NoError(t, in(t, self, func(c *cx) error {
			err := w.Register(c, "hello", 1)
			assert.True(t, l.Stop())
			assert.False(t, l.Stop())
			return err
		}))
		w.unregister(self, "hello")
		assert.Empty(t, w.heard())
		assert.Zero(t, w.view().Listeners)
	})
}

func TestEventIsHeardBeforeWhatItsAuthorSendsNextAndBeforeItsDown(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self, author := w.spawn("self"), w.spawn("author")
		require.NoError(t, in(t, self, func(c *cx) error {
			c.Monitor(author.PID(), func(actors.Down) do { return w.says("down") })
			return nil
		}))
		w.listen(self)
		require.NoError(t, in(t, author, func(c *cx) error {
			err := w.Register(c, "hello", 1)
			self.From(c).Tell(w.says("message"))
			return err
		}))
		stop(author)
		assert.Equal(t, []string{"registered hello author 1", "message", "unregistered hello author 1", "down"}, w.heard())
	})
}

func TestListeningWithoutAFunctionIsAPanic(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		require.NoError(t, in(t, w.spawn("self"), func(c *cx) error {
			assert.Panics(t, func() { _, _ = registry.Listen[do](c, w.names, nil) })
			return nil
		}))
	})
}
