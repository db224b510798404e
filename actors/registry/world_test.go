// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

// do is a message that says itself what its receiver is to do.
type do func(c *cx) error

type (
	cx    = actors.Context[do]
	ref   = actors.Ref[do]
	names = registry.Registry[string, int]
	taken = registry.AlreadyRegisteredError[string, int]
	entry = registry.Entry[string, int]
)

func system() *actors.System {
	return actors.New(actors.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

// world is one system inside one bubble, with a registry and what processes noted.
type world struct {
	*actors.System
	*names
	t     *testing.T
	mu    sync.Mutex
	lines []string
}

// forEach runs body for each number of partitions, in a bubble with a system and a registry of the kind, which are ended afterwards.
func forEach(t *testing.T, keys registry.Keys, body func(t *testing.T, w *world)) {
	t.Helper()
	for _, partitions := range []int{1, 8} {
		t.Run(fmt.Sprint(keys, partitions), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{System: system(), t: t}
				w.names = start[string, int](w, registry.Spec{Name: "names", Keys: keys, Partitions: partitions})
				body(t, w)
				require.NoError(t, w.Close(t.Context()))
				_, err := w.Count()
				require.ErrorIs(t, err, registry.ErrEnded)
			})
		})
	}
}

// forBoth is forEach for both kinds of keys.
func forBoth(t *testing.T, body func(t *testing.T, w *world)) {
	t.Helper()
	forEach(t, registry.Unique, body)
	forEach(t, registry.Duplicate, body)
}

// start starts a registry.
func start[K comparable, V any](w *world, spec registry.Spec) *registry.Registry[K, V] {
	w.t.Helper()
	r, err := registry.Start[K, V](w.System, spec)
	require.NoError(w.t, err)
	return r
}

// spawn starts a process that does what it is told.
func (w *world) spawn(name string) ref {
	w.t.Helper()
	r, err := actors.Spawn(w.System, name, actors.Stateless(func(c *cx, m do) error { return m(c) }))
	require.NoError(w.t, err)
	return r
}

// in runs m in the process's turn and returns what it returned.
func in(t require.TestingT, r ref, m func(c *cx) error) error {
	got, err := actors.Call(context.Background(), r, func(reply actors.Reply[error]) do {
		return func(c *cx) error {
			reply.Send(m(c))
			return nil
		}
	})
	require.NoError(t, err)
	return got
}

// register has a process register itself.
func (w *world) register(who ref, key string, value int) error {
	return in(w.t, who, func(c *cx) error { return w.Register(c, key, value) })
}

// must is register that is to succeed.
func (w *world) must(who ref, key string, value int) {
	w.t.Helper()
	require.NoError(w.t, w.register(who, key, value))
}

// unregister has a process unregister a key.
func (w *world) unregister(who ref, key string) {
	w.t.Helper()
	require.NoError(w.t, in(w.t, who, func(c *cx) error { return w.Unregister(c, key) }))
}

// stop kills a process.
func stop(r ref) { r.PID().Kill() }

// keys are those of a process.
func (w *world) keys(who ref) []string {
	w.t.Helper()
	keys, err := w.Keys(who.PID())
	require.NoError(w.t, err)
	return keys
}

// at is what is registered under a key.
func (w *world) at(key string) []entry {
	w.t.Helper()
	list, err := w.Lookup(key)
	require.NoError(w.t, err)
	return list
}

// values are those of the process's entries under a key.
func (w *world) values(key string, who ref) []int {
	w.t.Helper()
	values, err := w.Values(key, who.PID())
	require.NoError(w.t, err)
	return values
}

// count is the number of entries.
func (w *world) count() int {
	w.t.Helper()
	n, err := w.Count()
	require.NoError(w.t, err)
	return n
}

// selected is what Select yields.
func (w *world) selected(match func(entry) bool) []entry {
	w.t.Helper()
	found, err := w.Select(match)
	require.NoError(w.t, err)
	return slices.Collect(found)
}

// matched is what Match yields.
func (w *world) matched(key string, match func(int) bool) []entry {
	w.t.Helper()
	found, err := w.Match(key, match)
	require.NoError(w.t, err)
	return slices.Collect(found)
}

// of is an entry.
func of(key string, who ref, value int) entry { return entry{Key: key, PID: who.PID(), Value: value} }

// view is what the registry's process shows.
func (w *world) view() registry.View {
	w.t.Helper()
	i, err := actors.Inspect(context.Background(), w.names.PID())
	require.NoError(w.t, err)
	return i.(registry.View)
}

// says is a message that notes a line.
func (w *world) says(format string, args ...any) do {
	return func(*cx) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.lines = append(w.lines, fmt.Sprintf(format, args...))
		return nil
	}
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

// listen has a process note what it hears of the registry.
func (w *world) listen(who ref) (l *registry.Listener[string, int]) {
	w.t.Helper()
	require.NoError(w.t, in(w.t, who, func(c *cx) (err error) {
		l, err = registry.Listen(c, w.names, func(e registry.Event[string, int]) do {
			return w.says("%s %s %s %d", e.Change, e.Entry.Key, e.Entry.PID.Name(), e.Entry.Value)
		})
		return err
	}))
	assert.NotNil(w.t, l)
	return l
}
