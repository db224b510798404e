// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
)

// What needs no answer is handled, may have its effect later, and may end the server; it makes no difference whether it was told or came
// as a notice.
func TestAMessageWithoutAnswerIsHandledLaterOrTheLast(t *testing.T) {
	for how, send := range map[string]func(r ref, m do){
		"told": func(r ref, m do) { r.Tell(m) },
		"a notice": func(r ref, m do) {
			r.Tell(func(c *cx) error { c.Monitor(actors.PID{}, func(actors.Down) do { return m }); return nil })
		},
	} {
		t.Run(how, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				server := actors.MustSpawn(w, "my server", of(doer{term: func(_ *cx, why actors.Reason) error { w.say("terminate %s", why); return nil }}))
				named := actors.Named[do](w.System, "my server")
				send(named, w.says("handled"))
				assert.Equal(t, []string{"handled"}, w.heard())
				send(named, func(c *cx) error { c.After(time.Second, w.says("delayed")); return nil })
				assert.Len(t, w.heard(), 1)
				time.Sleep(time.Second)
				assert.Equal(t, []string{"handled", "delayed"}, w.heard())
				send(named, func(*cx) error { return actors.StopWith("stopped") })
				assert.Equal(t, []string{"handled", "delayed", "terminate shutdown: stopped"}, w.heard())
				assert.False(t, alive(server))
			})
		})
	}
}

// A server's own view is read from outside by its pid or its name, with a deadline or without, and the reader changes nothing.
func TestTheViewOfAServerIsReadFromOutside(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		parent := actors.MustSpawn(w, "parent", plain())
		start := func(name string, state any) actors.PID {
			return ask(t, parent, func(c *cx) actors.PID {
				r, err := actors.SpawnLink(c, name, of(doer{view: func() any { return state }}))
				assert.NoError(t, err)
				return r.PID()
			})
		}
		named, nameless := start("get state", "one"), start("", "two")
		limited, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		for _, ctx := range []context.Context{context.Background(), limited} {
			for who, want := range map[actors.PID]any{w.WhereIs("get state"): "one", named: "one", nameless: "two"} {
				got, err := actors.Inspect(ctx, who)
				require.NoError(t, err)
				assert.Equal(t, want, got)
				st, _ := who.Status()
				assert.Zero(t, st.Handled, "a look is no message")
			}
		}
	})
}
