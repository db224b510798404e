// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

// The process is found in its own context and in those derived from it, and acts as its Context does.
func TestACallerIsTheProcessOfAContext(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, ok := actors.CallerOf(t.Context())
		assert.False(t, ok)
		assert.True(t, actors.Caller{}.PID().IsZero())
		actors.Caller{}.Link(actors.PID{})
		actors.Caller{}.Unlink(actors.PID{})

		a := actors.MustSpawn(w, "a", plain())
		child := ask(t, a, func(c *cx) actors.PID {
			derived, cancel := context.WithCancel(context.Context(c))
			defer cancel()
			caller, ok := actors.CallerOf(derived)
			assert.True(t, ok)
			assert.Equal(t, c.PID(), caller.PID())
			assert.Equal(t, c.PID(), actors.OwnerOf(caller))
			linked, err := actors.SpawnLink(caller, "", actors.Stateless(func(*actors.Context[int], int) error { return nil }))
			assert.NoError(t, err)
			caller.Unlink(linked.PID())
			return linked.PID()
		})
		assert.Equal(t, a.PID(), child.Parent())
		child.Kill()
		_, err := child.Await(t.Context())
		assert.NoError(t, err)
		assert.True(t, a.PID().Alive(), "the link was undone")

		b := actors.MustSpawn(w, "b", plain())
		ask(t, a, func(c *cx) bool {
			caller, _ := actors.CallerOf(c)
			caller.Link(b.PID())
			return true
		})
		b.PID().Kill()
		_, err = a.PID().Await(t.Context())
		assert.NoError(t, err)
	})
}
