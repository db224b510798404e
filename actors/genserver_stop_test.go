// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// Who stops a server and awaits its end finds it dead, with the reason that was asked for; stopping nobody harms nobody, and the wait
// for nobody is over at once.
func TestAServerIsStoppedFromOutside(t *testing.T) {
	other := exit.ShutdownWith("other reason")
	for name, tc := range map[string]struct {
		name string
		find func(w *world, server ref) actors.PID
		stop func(p actors.PID)
		want actors.Reason
	}{
		"by its pid":   {"", func(_ *world, r ref) actors.PID { return r.PID() }, actors.PID.Stop, exit.ReasonShutdown},
		"other reason": {"", func(_ *world, r ref) actors.PID { return r.PID() }, func(p actors.PID) { p.Exit(other) }, other},
		"by its name":  {"to stop", func(w *world, _ ref) actors.PID { return w.WhereIs("to stop") }, actors.PID.Stop, exit.ReasonShutdown},
		"by a registry of one's own": {"", func(w *world, r ref) actors.PID {
			register := map[string]actors.PID{"to stop": r.PID()}
			return actors.Resolved[do](actors.PID{}, "to stop", func() actors.PID { return register["to stop"] }).PID()
		}, actors.PID.Stop, exit.ReasonShutdown},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				server := actors.MustSpawn(w, tc.name, of(doer{term: func(_ *cx, why actors.Reason) error { w.say("terminate %s", why); return nil }}))
				tc.stop(tc.find(w, server))
				why, err := server.PID().Await(context.Background())
				require.NoError(t, err)
				assert.Equal(t, tc.want, why)
				assert.False(t, server.PID().Alive())
				assert.Equal(t, []string{"terminate " + tc.want.String()}, w.heard())
				assert.True(t, w.WhereIs("to stop").IsZero())

				tc.stop(server.PID())
				tc.stop(w.WhereIs("to stop"))
				why, err = server.PID().Await(context.Background())
				require.NoError(t, err)
				assert.Equal(t, tc.want, why, "a second stop changes nothing")
				why, err = w.WhereIs("to stop").Await(context.Background())
				require.NoError(t, err)
				assert.Equal(t, exit.ReasonNoProc, why)
				assert.Len(t, w.heard(), 1, "Terminate runs once")
			})
		})
	}
}

// A behaviour needs neither Init nor Terminate nor Inspect; without them it ends with the reason it was given.
func TestABehaviourNeedsNothingButReceive(t *testing.T) {
	bare := actors.Stateless(func(c *cx, m do) error { return m(c) })
	for name, tc := range map[string]struct {
		stop func(r ref)
		want actors.Reason
	}{
		"stopped":          {func(r ref) { r.PID().Stop() }, exit.ReasonShutdown},
		"stopped because":  {func(r ref) { r.PID().Exit(exit.ShutdownWith("test")) }, exit.ShutdownWith("test")},
		"stops":            {func(r ref) { r.Tell(func(*cx) error { return actors.Stop }) }, exit.ReasonNormal},
		"fails to go on":   {func(r ref) { r.Tell(func(*cx) error { return actors.StopBecause(exit.ReasonNoProc) }) }, exit.ReasonNoProc},
		"is killed":        {func(r ref) { r.PID().Kill() }, exit.ReasonKilled},
		"parent goes away": {func(r ref) { r.PID().Parent().Kill() }, exit.ReasonKilled},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				parent, watcher := actors.MustSpawn(w, "parent", plain()), actors.MustSpawn(w, "watcher", plain())
				server := ask(t, parent, func(c *cx) ref {
					r, err := actors.SpawnLink(c, "", bare)
					assert.NoError(t, err)
					return r
				})
				tell(watcher, func(c *cx) error { c.Monitor(server.PID(), w.sayDown); return nil })
				view, err := actors.Inspect(context.Background(), server.PID())
				require.NoError(t, err)
				assert.Nil(t, view)
				tc.stop(server)
				assert.Equal(t, []string{"down " + tc.want.String()}, w.heard())
			})
		})
	}
}

// An end in order is no crash, whatever reason it has and whether the server was asked or went by itself; a crash is one, is reported
// once, and the report names the message that was in hand. Callers are told the reason in either case.
func TestOnlyACrashIsReportedAsOne(t *testing.T) {
	for name, tc := range map[string]struct {
		end   do
		want  string // the reason's text; of a crash its cause
		crash bool
	}{
		"shutdown":           {func(*cx) error { return actors.StopShutdown }, "shutdown", false},
		"shutdown with term": {func(*cx) error { return actors.StopWith("reason") }, "shutdown: reason", false},
		"normal":             {func(*cx) error { return actors.Stop }, "normal", false},
		"error":              {func(*cx) error { return errBroken }, "broken", true},
		"panic":              {func(*cx) error { panic("crashed") }, "panic: crashed", true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				server, friend := actors.MustSpawn(w, "server", plain()), actors.MustSpawn(w, "friend", w.trapper())
				tell(friend, linkTo(server))
				_, err := actors.Call(context.Background(), server, func(actors.Reply[int]) do { return tc.end })
				var ended *actors.CallError
				require.ErrorAs(t, err, &ended)
				got := why(t, server)
				assert.Equal(t, got, ended.Reason)
				assert.Equal(t, []string{"exit " + got.String()}, w.heard())
				require.Len(t, w.exited, 1)
				assert.Equal(t, got, w.exited[0].Reason)
				if !tc.crash {
					assert.Equal(t, tc.want, got.String())
					assert.Zero(t, w.Totals().Crashed)
					return
				}
				require.NotNil(t, got.CrashError())
				assert.Equal(t, tc.want, got.CrashError().Cause.Error())
				assert.Equal(t, "actors_test.do", got.CrashError().Message)
				assert.EqualValues(t, 1, w.Totals().Crashed)
			})
		})
	}
}
