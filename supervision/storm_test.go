// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
)

// known are the errors that a management call may answer with.
func known(err error) bool {
	var started *supervision.AlreadyStartedError
	var failed *supervision.StartError
	var ended *actors.CallError
	for _, sentinel := range []error{
		nil, actors.ErrNoProc, supervision.ErrNotFound, supervision.ErrRunning, supervision.ErrRestarting,
		supervision.ErrAlreadyPresent,
	} {
		if errors.Is(err, sentinel) {
			return true
		}
	}
	return errors.As(err, &started) || errors.As(err, &failed) || errors.As(err, &ended)
}

// Whatever is crashed, killed, stopped, restarted, added and deleted at the same time: every call ends with one of its answers, and when
// all is quiet each child that is up has one process, each process has one child, and nobody is left without a supervisor.
func TestAStormLeavesATreeThatIsWhole(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) { storm(t, w, seed) })
		})
	}
}

func storm(t *testing.T, w *world, seed uint64) {
	strategies := []supervision.Strategy{supervision.OneForOne, supervision.OneForAll, supervision.RestForOne}
	restarts := []supervision.Restart{supervision.Permanent, supervision.Transient, supervision.Temporary}
	var starts atomic.Uint64
	worker := func(id string, r supervision.Restart) supervision.Child {
		c := starting(id, func(c *cx) error {
			switch n := starts.Add(1); {
			case n%11 == 0:
				return errBoom
			case n%13 == 0:
				return actors.Ignore
			case n%3 == 0:
				return trap(c)
			}
			return nil
		})
		c.Restart, c.Shutdown = r, supervision.After(time.Second)
		return c
	}
	var groups []supervision.Child
	for i, s := range strategies {
		g := supervision.Sub(fmt.Sprintf("g%d", i), supervision.Spec{Strategy: s, Intensity: supervision.Intensity{Max: 5, Within: time.Second}})
		groups = append(groups, g)
	}
	root := w.start(t, supervision.Spec{Intensity: many, Children: groups})

	var odd atomic.Value
	var refused atomic.Int64
	check := func(what string, err error) {
		if err != nil {
			refused.Add(1)
		}
		if !known(err) {
			odd.Store(fmt.Sprintf("%s: %v", what, err))
		}
	}
	var meddlers sync.WaitGroup
	for i := range 6 {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		meddlers.Go(func() {
			for range 150 {
				time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
				meddle(t, w, root, rng, func(id string) supervision.Child { return worker(id, restarts[rng.IntN(3)]) }, check)
			}
		})
	}
	meddlers.Wait()
	time.Sleep(time.Minute) // handlers that outlived their shutdown time return
	synctest.Wait()
	if what := odd.Load(); what != nil {
		t.Errorf("an answer that no call has: %v", what)
	}
	whole(t, w, root)
	n := w.Totals()
	t.Logf("%d starts, %d crashes, %d abandoned, %d calls refused", n.Started, n.Crashed, n.Abandoned, refused.Load())
	assert.Greater(t, n.Crashed, int64(50), "a storm")
	assert.Greater(t, refused.Load(), int64(50))
}

// meddle does one thing to one of the groups.
func meddle(t *testing.T, w *world, root *supervision.Supervisor, rng *rand.Rand, worker func(id string) supervision.Child,
	check func(what string, err error),
) {
	ctx := t.Context()
	groups, err := root.Children(ctx)
	check("Children", err)
	if len(groups) == 0 {
		return
	}
	sup, err := supervision.Of(groups[rng.IntN(len(groups))].PID)
	if err != nil {
		return // it is restarting
	}
	id := fmt.Sprintf("c%d", rng.IntN(6))
	switch rng.IntN(12) {
	case 0, 1, 2:
		_, err := sup.StartChild(ctx, worker(id))
		check("StartChild", err)
	case 3:
		check("TerminateChild", sup.TerminateChild(ctx, id))
	case 4:
		_, err := sup.RestartChild(ctx, id)
		check("RestartChild", err)
	case 5:
		check("DeleteChild", sup.DeleteChild(ctx, id))
	case 6:
		if rng.IntN(10) == 0 {
			sup.PID().Kill()
		}
	case 7:
		_, err := supervision.Tree(ctx, root, 0)
		check("Tree", err)
	default:
		infos, err := sup.Children(ctx)
		check("Children", err)
		for _, info := range infos {
			if ref, err := actors.RefOf[do](info.PID); err == nil && rng.IntN(2) == 0 {
				ends := []do{
					func(*cx) error { return errBoom },
					func(*cx) error { panic("boom") },
					func(*cx) error { return actors.Stop },
					func(c *cx) error { c.PID().Kill(); return nil },
					func(*cx) error { time.Sleep(3 * time.Second); return nil }, // longer than its shutdown time
				}
				ref.Tell(ends[rng.IntN(len(ends))])
			}
		}
	}
}

// whole checks that the living processes are exactly those of the tree.
func whole(t *testing.T, w *world, root *supervision.Supervisor) {
	t.Helper()
	in := map[actors.PID]bool{root.PID(): true}
	groups, err := root.Children(t.Context())
	require.NoError(t, err)
	for _, g := range groups {
		require.Equal(t, plan.StatusUp, g.Status)
		in[g.PID] = true
		sup, err := supervision.Of(g.PID)
		require.NoError(t, err)
		infos, err := sup.Children(t.Context())
		require.NoError(t, err)
		for _, info := range infos {
			if info.Status != plan.StatusUp {
				assert.Equal(t, plan.StatusStopped, info.Status, "nothing is going on any more")
				continue
			}
			assert.True(t, info.PID.Alive())
			assert.Equal(t, g.PID, info.PID.Parent())
			assert.False(t, in[info.PID], "one process for two children")
			in[info.PID] = true
		}
	}
	for p := range w.Processes() {
		assert.True(t, in[p], "%s is in no tree", p)
	}
	assert.Equal(t, w.Len(), len(in))
}
