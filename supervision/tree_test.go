// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// tree waits until every process rests and returns the tree.
func tree(t *testing.T, sup *supervision.Supervisor, limit int) supervision.Node {
	t.Helper()
	synctest.Wait()
	n, err := supervision.Tree(t.Context(), sup, limit)
	require.NoError(t, err)
	return n
}

// forest is a tree with children in every state: b, c and e were restarted, d is stopped, r hangs in its restart until hold is closed.
func forest(t *testing.T, w *world, hold <-chan struct{}) *supervision.Supervisor {
	t.Helper()
	starts := 0
	sup := w.start(t, supervision.Spec{Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 3}, Children: []supervision.Child{
		plain("a"),
		supervision.Sub("pool", supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{
			supervision.Template("w", func(int) actors.Behavior[do] { return &doer{} }, actors.Kind("crawler")),
		}}),
		plain("b"),
		supervision.Sub("inner", supervision.Spec{Strategy: supervision.OneForAll, Children: []supervision.Child{
			plain("c"), with(plain("d"), transient), with(plain("gone"), temporary),
			starting("r", func(*cx) error {
				if starts++; starts == 3 {
					<-hold
				}
				return nil
			}),
		}}),
	}})
	pool := sub(t, sup, "pool")
	for i := range 3 {
		_, err := pool.StartDynamic(t.Context(), i)
		require.NoError(t, err)
	}
	crash(t, child(t, sup, "b")) // takes inner along
	inner := sub(t, sup, "inner")
	tell(t, child(t, inner, "d"), func(*cx) error { return actors.StopWith("no work") })
	return sup
}

func TestTreeGoldens(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := forest(t, w, nil)
		b := child(t, sup, "b")
		release := make(chan struct{})
		stick(t, b, release)
		for range 2 {
			tell(t, b, func(*cx) error { return nil })
		}
		n := tree(t, sup, 0)
		golden(t, "tree.txt", n.String())
		golden(t, "tree.dot", n.Dot())
		text, err := json.MarshalIndent(n, "", "  ")
		require.NoError(t, err)
		golden(t, "tree.json", string(text)+"\n")
		golden(t, "tree_limit.txt", tree(t, sup, 2).String())
		close(release)
	})
}

// What a tree says of a child over its incarnations.
func TestTreeCountsRestartsAndKeepsTheLastReason(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: supervision.Intensity{Max: 5}, Children: []supervision.Child{plain("a"), plain("b")}})
		fresh := tree(t, sup, 0).Children[0]
		assert.Zero(t, fresh.Restarts)
		assert.Empty(t, fresh.LastReason)
		for range 3 {
			crash(t, child(t, sup, "a"))
		}
		child(t, sup, "a").Kill()
		n := tree(t, sup, 0)
		assert.Equal(t, 4, n.Recent)
		assert.Equal(t, 5, n.Allowed)
		a := n.Children[0]
		assert.Equal(t, 4, a.Restarts)
		assert.Equal(t, "killed", a.LastReason)
		assert.Equal(t, child(t, sup, "a").Incarnation(), a.Incarnation)
		assert.Equal(t, "/app/a", a.Path)
		assert.Zero(t, n.Children[1].Restarts)
		time.Sleep(time.Minute)
		assert.Zero(t, tree(t, sup, 0).Recent, "the window has slid")
		require.NoError(t, sup.TerminateChild(t.Context(), "a"))
		a = tree(t, sup, 0).Children[0]
		assert.Equal(t, "stopped", a.State)
		assert.Zero(t, a.Incarnation)
		assert.Equal(t, "shutdown", a.LastReason)
	})
}

// A child that was deleted, or temporary, is forgotten: a later one of the same id has no past.
func TestAForgottenChildHasNoPast(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: many})
		past := func(c supervision.Child) supervision.Node {
			_, err := sup.StartChild(t.Context(), c)
			require.NoError(t, err)
			n := tree(t, sup, 0)
			require.Len(t, n.Children, 1)
			return n.Children[0]
		}
		past(plain("a"))
		crash(t, child(t, sup, "a"))
		require.NoError(t, sup.TerminateChild(t.Context(), "a"))
		require.NoError(t, sup.DeleteChild(t.Context(), "a"))
		n := past(with(plain("a"), temporary))
		assert.Zero(t, n.Restarts)
		assert.Empty(t, n.LastReason)
		crash(t, child(t, sup, "a"))
		n = past(with(plain("a"), temporary))
		assert.Zero(t, n.Restarts)
		assert.Empty(t, n.LastReason)
		require.NoError(t, sup.TerminateChild(t.Context(), "a"))
		n = past(plain("a"))
		assert.Zero(t, n.Restarts)
		assert.Empty(t, n.LastReason)
	})
}

// Between two attempts a child is restarting: without a process, with its last reason.
func TestTreeShowsARestartingChild(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold, starts := make(chan struct{}), 0
		sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
			starting("a", func(*cx) error {
				if starts++; starts == 2 {
					<-hold
					return errBoom
				}
				return nil
			}),
		}})
		child(t, sup, "a").Kill()
		synctest.Wait()
		got := make(chan supervision.Node, 1)
		go func() {
			n, err := supervision.Tree(t.Context(), sup, 0)
			assert.NoError(t, err)
			got <- n
		}()
		synctest.Wait()
		close(hold)
		n := <-got
		require.Len(t, n.Children, 1)
		assert.Equal(t, supervision.Node{
			ID: "a", Path: "/app/a", Kind: "worker", State: "restarting", LastReason: "killed",
		}, n.Children[0])
		assert.Contains(t, n.String(), "app  supervisor  up  one_for_one  0/1 up")
		assert.Contains(t, n.Dot(), `n_0 [label="a\nworker restarting\nrestarts 0", style=dashed];`)
		assert.Equal(t, []string{"a up"}, children(t, sup))
	})
}

// A supervisor that is busy is shown without its children when the caller's time is up.
func TestTreeDoesNotWaitForEverForABusySupervisor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		sup := forest(t, w, hold)
		inner := sub(t, sup, "inner")
		crash(t, child(t, inner, "c")) // the restart of r hangs
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		n, err := supervision.Tree(ctx, sup, 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Len(t, n.Children, 4)
		assert.Len(t, n.Children[1].Children, 3)
		assert.Empty(t, n.Children[3].Children)
		assert.Equal(t, "supervision.ended", n.Children[3].InHand)
		close(hold)
		assert.Equal(t, []string{"c up", "d up", "r up"}, children(t, inner))
	})
}

// The tree of a supervisor that has ended is nobody's.
func TestTreeOfTheDead(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{})
		sup.PID().Kill()
		_, err := supervision.Tree(t.Context(), sup, 0)
		require.ErrorIs(t, err, actors.ErrNoProc)
	})
}
