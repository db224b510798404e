// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

// locks has a process take a lock, note that, wait for the gate if there is one, and note what Lock returned.
func (w *world) locks(who ref, key string, until *actors.Gate, then error) {
	who.Tell(func(c *cx) error {
		err := w.Lock(c, c, key, func() error {
			_ = w.says("%s has %s", who.PID().Name(), key)(c)
			if until != nil {
				until.Wait()
			}
			return then
		})
		if errors.Is(err, actors.ErrFenced) {
			return w.says("%s: fenced", who.PID().Name())(c)
		}
		return w.says("%s: %v", who.PID().Name(), err)(c)
	})
}

func TestLocksOfDifferentKeysDoNotWaitForOneAnother(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		a, b, gate := w.spawn("a"), w.spawn("b"), w.NewGate()
		w.locks(a, "1", gate, nil)
		synctest.Wait()
		w.locks(b, "2", gate, assert.AnError)
		assert.Equal(t, []string{"a has 1", "b has 2"}, w.heard())
		gate.Open()
		assert.ElementsMatch(t, []string{"a: <nil>", "b: " + assert.AnError.Error()}, w.heard())
		w.locks(a, "2", nil, nil)
		assert.Equal(t, []string{"a has 2", "a: <nil>"}, w.heard())
	})
}

func TestLockIsHeldByOneAtATimeInTheOrderOfAsking(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		gate := w.NewGate()
		w.locks(w.spawn("a"), "k", gate, nil)
		synctest.Wait()
		for _, name := range []string{"b", "c", "d"} {
			w.locks(w.spawn(name), "k", nil, nil)
			synctest.Wait()
		}
		time.Sleep(time.Hour) // of the bubble: the wait has no limit of its own
		assert.Equal(t, []string{"a has k"}, w.heard())
		gate.Open()
		var has []string
		for _, line := range w.heard() {
			if line[1:] == " has k" {
				has = append(has, line)
			}
		}
		assert.Equal(t, []string{"b has k", "c has k", "d has k"}, has)
	})
}

func TestLockIsFreeWhenTheOneWhoHoldsItPanics(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		a, b, gate := w.spawn("a"), w.spawn("b"), w.NewGate()
		a.Tell(func(c *cx) error {
			return w.Lock(c, c, "k", func() error {
				gate.Wait()
				panic("oops")
			})
		})
		synctest.Wait()
		w.locks(b, "k", nil, nil)
		assert.Empty(t, w.heard())
		gate.Open()
		assert.Equal(t, []string{"b has k", "b: <nil>"}, w.heard())
		why, _ := a.PID().Reason()
		assert.ErrorContains(t, why.CrashError(), "oops")
	})
}

func TestLockIsFreeWhenTheOneWhoHoldsItEnds(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		a, b, gate := w.spawn("a"), w.spawn("b"), w.NewGate()
		w.locks(a, "k", gate, nil)
		synctest.Wait()
		w.locks(b, "k", nil, nil)
		assert.Equal(t, []string{"a has k"}, w.heard())
		stop(a)
		assert.Equal(t, []string{"b has k", "b: <nil>"}, w.heard())
		gate.Open() // what is left of a harms nobody
		w.locks(b, "k", nil, nil)
		assert.Contains(t, w.heard(), "b has k")
	})
}

func TestLockPassesOverThoseWhoEndWaiting(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		a, b, c, gate := w.spawn("a"), w.spawn("b"), w.spawn("c"), w.NewGate()
		w.locks(a, "k", gate, nil)
		synctest.Wait()
		w.locks(b, "k", nil, nil)
		synctest.Wait()
		w.locks(c, "k", nil, nil)
		synctest.Wait()
		stop(b)
		gate.Open()
		assert.ElementsMatch(t, []string{"a has k", "a: <nil>", "c has k", "c: <nil>", "b: fenced"}, w.heard())
	})
}

func TestWaitForALockEndsWithItsContext(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		a, b, c, gate := w.spawn("a"), w.spawn("b"), w.spawn("c"), w.NewGate()
		w.locks(a, "k", gate, nil)
		synctest.Wait()
		b.Tell(func(c *cx) error {
			ctx, cancel := c.WithTimeout(time.Second)
			defer cancel()
			err := w.Lock(ctx, c, "k", func() error { t.Error("must not run"); return nil })
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			return w.says("b gave up")(c)
		})
		time.Sleep(2 * time.Second) // of the bubble
		w.locks(c, "k", nil, nil)
		assert.Equal(t, []string{"a has k", "b gave up"}, w.heard())
		gate.Open()
		assert.Contains(t, w.heard(), "c has k")
	})
}

func TestLockThatAProcessHoldsIsRefusedToIt(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		self := w.spawn("self")
		require.NoError(t, in(t, self, func(c *cx) error {
			return w.Lock(c, c, "k", func() error {
				assert.ErrorIs(t, w.Lock(c, c, "k", func() error { return nil }), registry.ErrLockHeld)
				return w.Lock(c, c, "other", func() error { return nil })
			})
		}))
	})
}

func TestWaitForALockEndsWithTheRegistry(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		a, b, gate := w.spawn("a"), w.spawn("b"), w.NewGate()
		w.locks(a, "k", gate, nil)
		synctest.Wait()
		w.locks(b, "k", nil, nil)
		synctest.Wait()
		w.names.PID().Kill()
		assert.Equal(t, []string{"a has k", `b: registry: "names": the registry has ended: killed`}, w.heard())
		gate.Open()
		assert.Equal(t, []string{"a: <nil>"}, w.heard())
	})
}
