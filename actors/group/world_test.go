// SPDX-License-Identifier: Apache-2.0

package group_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
)

// do is a message that says itself what its receiver is to do.
type do func(c *cx) error

type (
	cx  = actors.Context[do]
	ref = actors.Ref[do]
)

// world is one system inside one bubble, with a scope of groups and what processes noted.
type world struct {
	*actors.System
	t *testing.T
	group.Scope
	mu    sync.Mutex
	lines []string
}

// bubble runs body in a bubble with a system of its own, which is closed at the end.
func bubble(t *testing.T, body func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{System: system(), t: t}
		w.Scope = scopeOf(w.System)
		body(t, w)
		require.NoError(t, w.Close(t.Context()))
		assert.Empty(t, w.Groups(), "nobody lives, nobody is in a group")
	})
}

func system() *actors.System {
	return actors.New(actors.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

// spawn starts a process that does what it is told.
func (w *world) spawn(name string) ref {
	w.t.Helper()
	r, err := actors.Spawn(w.System, name, actors.Stateless(func(c *cx, m do) error { return m(c) }))
	require.NoError(w.t, err)
	return r
}

// in runs m in the process's turn and waits for it.
func in(t *testing.T, r ref, m func(c *cx)) {
	t.Helper()
	_, err := actors.Call(context.Background(), r, func(reply actors.Reply[struct{}]) do {
		return func(c *cx) error {
			m(c)
			reply.Send(struct{}{})
			return nil
		}
	})
	require.NoError(t, err)
}

// join has processes join a group themselves.
func (w *world) join(name string, who ...ref) {
	w.t.Helper()
	for _, r := range who {
		in(w.t, r, func(c *cx) { assert.NoError(w.t, w.Join(c, name)) })
	}
}

// leave has a process leave a group and returns what it was told.
func (w *world) leave(name string, r ref) (err error) {
	w.t.Helper()
	in(w.t, r, func(c *cx) { err = w.Leave(c, name) })
	return err
}

// stop kills a process and waits until every process rests.
func stop(r ref) {
	r.PID().Kill()
	synctest.Wait()
}

// say notes a line.
func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

// says is a message that notes a line.
func (w *world) says(format string, args ...any) do {
	return func(*cx) error { w.say(format, args...); return nil }
}

// notice notes an event under the name of a watch.
func (w *world) notice(watch string) func(group.Event) do {
	return func(e group.Event) do { return w.says("%s: %s %s %s", watch, e.Change, e.Group, names(e.Members)) }
}

// heard waits until every process rests and returns what was noted since the last time.
func (w *world) heard() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.lines
	w.lines = nil
	return lines
}

// names are those of processes.
func names(who []actors.PID) string {
	var all []string
	for _, p := range who {
		all = append(all, p.Name())
	}
	return strings.Join(all, " ")
}

// pids are those of references.
func pids(who ...ref) []actors.PID {
	var all []actors.PID
	for _, r := range who {
		all = append(all, r.PID())
	}
	return all
}

// watchGroup has a process watch a group and note what it hears.
func (w *world) watchGroup(r ref, name, as string) (present []actors.PID, watch *group.Watch) {
	w.t.Helper()
	in(w.t, r, func(c *cx) {
		var err error
		present, watch, err = group.WatchGroup(c, w.Scope, name, w.notice(as))
		assert.NoError(w.t, err)
	})
	return present, watch
}

// watchScope has a process watch the scope and note what it hears.
func (w *world) watchScope(r ref, as string) (present []group.Group, watch *group.Watch) {
	w.t.Helper()
	in(w.t, r, func(c *cx) {
		var err error
		present, watch, err = group.WatchScope(c, w.Scope, w.notice(as))
		assert.NoError(w.t, err)
	})
	return present, watch
}

// scopeOf is the scope that worlds use, of a system outside a bubble.
func scopeOf(sys *actors.System) group.Scope { return group.In(sys, "test") }
