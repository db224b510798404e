// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// A server answers once its start has returned; its name is then taken. When it has stopped, whoever is linked to it or watches it is
// told why, callers are told that nobody is there, and its name is free.
func TestAStoppedServerIsGoneForEverybody(t *testing.T) {
	for how, start := range map[string]struct {
		spawn   func(in actors.Spawner, name string, start func() actors.Behavior[do], o ...actors.Option) (ref, error)
		monitor bool
		told    []string
	}{
		"alone":     {actors.Spawn[do], false, nil},
		"linked":    {actors.SpawnLink[do], false, []string{"exit shutdown: stopped"}},
		"monitored": {actors.Spawn[do], true, []string{"down shutdown: stopped"}},
	} {
		for _, name := range []string{"", "server"} {
			t.Run(fmt.Sprintf("%s, name %q", how, name), func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					starter := actors.MustSpawn(w, "starter", w.trapper())
					server := ask(t, starter, func(c *cx) ref {
						r, err := start.spawn(c, name, plain())
						assert.NoError(t, err)
						if start.monitor {
							c.Monitor(r.PID(), w.sayDown)
						}
						return r
					})
					assert.Equal(t, 1, ask(t, server, func(*cx) int { return 1 }))
					if name != "" {
						taken := ask(t, starter, func(c *cx) error { _, err := start.spawn(c, name, plain()); return err })
						var held *actors.NameTakenError
						require.ErrorAs(t, taken, &held)
						assert.Equal(t, server.PID(), held.Holder)
						assert.Equal(t, 2, ask(t, actors.Named[do](w.System, name), func(*cx) int { return 2 }))
					}
					_, err := actors.Call(context.Background(), server, func(r actors.Reply[int]) do {
						return func(*cx) error { r.Send(0); return actors.StopWith("stopped") }
					})
					require.NoError(t, err, "the answer comes before the end")
					assert.Equal(t, start.told, w.heard())
					_, err = actors.Call(context.Background(), server, replies(1))
					assert.ErrorIs(t, err, actors.ErrNoProc)
					assert.True(t, w.WhereIs("server").IsZero())
					assert.True(t, alive(starter))
				})
			})
		}
	}
}

// A start that fails or is declined leaves nothing that a second one could stumble over, and its starter hears of it by the error alone.
func TestAFailedStartCanBeRepeatedAtOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		end  func(c *cx) error
		want error // what the start's error is, or wraps
	}{
		"stop":   {func(*cx) error { return actors.StopWith("failed to start") }, nil},
		"error":  {func(*cx) error { return errBroken }, errBroken},
		"panic":  {func(*cx) error { panic(errBroken) }, errBroken},
		"ignore": {func(*cx) error { return actors.Ignore }, actors.ErrIgnore},
		"late":   {func(c *cx) error { <-c.Done(); return nil }, actors.ErrStartTimeout},
	} {
		for how, spawn := range map[string]func(in actors.Spawner, name string, start func() actors.Behavior[do], o ...actors.Option) (ref, error){
			"alone": actors.Spawn[do], "linked": actors.SpawnLink[do],
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					starter := actors.MustSpawn(w, "starter", w.trapper())
					first := of(doer{init: func(c *cx) error {
						if err := c.Register("table"); err != nil {
							return err
						}
						return tc.end(c)
					}})
					for range 5 {
						err := ask(t, starter, func(c *cx) error {
							_, err := spawn(c, "server", first, actors.StartTimeout(200*time.Millisecond))
							assert.True(t, w.WhereIs("server").IsZero(), "free when the start returns")
							assert.True(t, w.WhereIs("table").IsZero())
							return err
						})
						require.Error(t, err)
						if tc.want != nil {
							assert.ErrorIs(t, err, tc.want)
							continue
						}
						var failed *actors.StartError
						require.ErrorAs(t, err, &failed)
						assert.Equal(t, exit.ShutdownWith("failed to start"), failed.Reason)
					}
					assert.Empty(t, w.heard())
					assert.Equal(t, 1, w.Len())
				})
			})
		}
	}
}

// A process that needs a name which another one holds finds out in its Init, and its start fails with the holder.
func TestAnInitThatMeetsATakenNameFailsTheStart(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		holder := actors.MustSpawn(w, "armitage", plain())
		_, err := actors.Spawn(w, "server", of(doer{init: func(c *cx) error { return c.Register("armitage") }}))
		var taken *actors.NameTakenError
		require.ErrorAs(t, err, &taken)
		assert.Equal(t, holder.PID(), taken.Holder)
		assert.Equal(t, holder.PID(), w.WhereIs("armitage"))
		assert.True(t, w.WhereIs("server").IsZero())
	})
}

// Terminate runs with the reason that the behaviour gave, also when the parent goes by a name of its own.
func TestTerminateRunsForAChildOfANamedParent(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		parent := actors.MustSpawn(w, "foobar", w.trapper())
		child := ask(t, parent, func(c *cx) ref {
			r, err := actors.SpawnLink(c, "my server", of(doer{term: func(_ *cx, why actors.Reason) error { w.say("terminate %s", why); return nil }}))
			assert.NoError(t, err)
			return r
		})
		tell(actors.Named[do](w.System, "my server"), func(*cx) error { return actors.StopWith("stopped") })
		assert.Equal(t, []string{"terminate shutdown: stopped", "exit shutdown: stopped"}, w.heard())
		assert.False(t, alive(child))
	})
}
