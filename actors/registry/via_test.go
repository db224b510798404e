// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

// counter is a process that starts under a key.
type counter struct {
	w     *world
	value int
	fail  error
}

func (p *counter) Init(c *cx) error {
	return errors.Join(p.w.Register(c, "hello", p.value), p.fail)
}

func (p *counter) Receive(c *cx, m do) error { return m(c) }

func (w *world) counter(value int, fail error) (ref, error) {
	return actors.Spawn(w.System, "", func() actors.Behavior[do] { return &counter{w, value, fail} })
}

func TestProcessStartsUnderAKeyAndIsReachedByIt(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		via, err := registry.Via[do](w.names, "hello")
		require.NoError(t, err)
		assert.ErrorIs(t, via.TryTell(nil), actors.ErrNoProc)

		oops := errors.New("oops")
		_, err = w.counter(0, oops)
		require.ErrorIs(t, err, oops)
		assert.ErrorIs(t, via.TryTell(nil), actors.ErrNoProc, "a failed start holds no key")

		first, err := w.counter(7, nil)
		require.NoError(t, err)
		assert.Equal(t, []entry{of("hello", first, 7)}, w.at("hello"))
		assert.Equal(t, first.PID(), via.PID())
		require.NoError(t, in(t, via, func(c *cx) error { assert.Equal(t, first, c.Self()); return nil }))

		_, err = w.counter(8, nil)
		var held *taken
		require.ErrorAs(t, err, &held)
		assert.Equal(t, first.PID(), held.Holder)

		stop(first)
		assert.ErrorIs(t, via.TryTell(nil), actors.ErrNoProc)
		second, err := w.counter(9, nil)
		require.NoError(t, err)
		assert.Equal(t, second.PID(), via.PID(), "the same Ref reaches the next holder")
	})
}

func TestViaNeedsUniqueKeys(t *testing.T) {
	forEach(t, registry.Duplicate, func(t *testing.T, w *world) {
		_, err := registry.Via[do](w.names, "hello")
		assert.ErrorIs(t, err, registry.ErrNotUnique)
	})
}

func TestViaChecksTheTypeAndOutlivesTheRegistryAsNobody(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		self := w.spawn("self")
		w.must(self, "hello", 1)
		wrong, err := registry.Via[string](w.names, "hello")
		require.NoError(t, err)
		assert.ErrorIs(t, wrong.TryTell("x"), actors.ErrWrongType)
		via, err := registry.Via[do](w.names, "hello")
		require.NoError(t, err)
		assert.Equal(t, "names/hello", via.String())
		before := w.Totals().DeadLetters
		w.names.PID().Kill()
		synctest.Wait()
		via.Tell(w.says("nobody hears this"))
		assert.Equal(t, before+1, w.Totals().DeadLetters)
		assert.Empty(t, w.heard())
	})
}
