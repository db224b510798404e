// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// Close stops what has no parent, youngest first, each waited for before the next; what they started ends with them.
func TestCloseStopsRootsYoungestFirst(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		slow := func(name string) func() actors.Behavior[do] {
			return of(doer{term: func(_ *cx, why actors.Reason) error {
				time.Sleep(time.Second)
				w.say("%s %s", name, why)
				return nil
			}})
		}
		for i := range 3 {
			r := actors.MustSpawn(w, fmt.Sprint(i), slow(fmt.Sprint(i)))
			tell(r, func(c *cx) error { _, err := actors.SpawnLink(c, "", slow("child of "+c.PID().Name())); return err })
		}
		begin := time.Now()
		require.NoError(t, w.Close(context.Background()))
		assert.ElementsMatch(t, []string{
			"2 shutdown", "1 shutdown", "0 shutdown", "child of 2 shutdown", "child of 1 shutdown",
			"child of 0 shutdown",
		}, w.heard())
		var roots []string
		for _, l := range w.heard() {
			if len(l) == len("0 shutdown") {
				roots = append(roots, l)
			}
		}
		assert.Equal(t, []string{"2 shutdown", "1 shutdown", "0 shutdown"}, roots)
		assert.LessOrEqual(t, time.Since(begin), 6*time.Second)
		require.NoError(t, w.Close(context.Background()), "a second Close does nothing")
	})
}

// When the context ends first, all that is left is killed and the cause returned.
func TestCloseKillsWhatDoesNotEndInTime(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		first, second := actors.MustSpawn(w, "first", plain()), actors.MustSpawn(w, "second", plain())
		tell(second, func(*cx) error { <-release; return nil })
		ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, errBroken)
		defer cancel()
		begin := time.Now()
		assert.Same(t, errBroken, w.Close(ctx))
		assert.Equal(t, time.Second, time.Since(begin))
		assert.Equal(t, exit.Killed, why(t, first).Kind())
		assert.Equal(t, exit.Killed, why(t, second).Kind())
		assert.EqualValues(t, 1, w.Totals().Abandoning)
		assert.NoError(t, w.Close(context.Background()))
		close(release)
	})
}

// A process that is in its Init when the system closes ends as soon as Init is over.
func TestCloseWaitsForAnInitUnderWay(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		go func() {
			_, _ = actors.Spawn(w, "p", of(doer{init: func(*cx) error { time.Sleep(time.Second); return nil }}))
		}()
		synctest.Wait()
		begin := time.Now()
		require.NoError(t, w.Close(context.Background()))
		assert.Equal(t, time.Second, time.Since(begin))
		assert.Zero(t, w.Len())
	})
}

// Await returns the reason of a death, at once if it has happened, and the cause of its context before.
func TestAwaitReturnsTheReason(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, errBroken)
		defer cancel()
		_, err := r.PID().Await(ctx)
		assert.Same(t, errBroken, err)
		time.AfterFunc(time.Second, r.PID().Stop)
		got, err := r.PID().Await(context.Background())
		require.NoError(t, err)
		assert.Equal(t, exit.ReasonShutdown, got)
		got, err = r.PID().Await(context.Background())
		require.NoError(t, err)
		assert.Equal(t, exit.ReasonShutdown, got)
		got, err = actors.PID{}.Await(context.Background())
		require.NoError(t, err)
		assert.Equal(t, exit.ReasonNoProc, got)
	})
}

// Closing a system with many processes takes time in proportion to their number.
func TestCloseOfManyProcesses(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		nothing := actors.Stateless(func(*actors.Context[int], int) error { return nil })
		for range 20000 {
			actors.MustSpawn(w, "", nothing)
		}
		require.NoError(t, w.Close(context.Background()))
	})
}

// A process that closes the system in its Terminate, while the system is being closed, holds nobody up.
func TestASecondCloseDoesNotWaitForTheFirst(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		actors.MustSpawn(w, "p", of(doer{term: func(*cx, actors.Reason) error { return w.Close(context.Background()) }}))
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		assert.NoError(t, w.Close(ctx))
		assert.Zero(t, time.Since(begin))
	})
}
