// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"testing"
	"testing/synctest"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

// do is a message that says itself what its receiver is to do: the test's code runs in the process's turn.
type do func(c *cx) error

type (
	cx  = actors.Context[do]
	ref = actors.Ref[do]
)

func receive(c *cx, m do) error { return m(c) }

// newSystem makes a quiet system that ends with the test.
func newSystem(t testing.TB) *actors.System {
	sys := actors.New(actors.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	t.Cleanup(func() {
		if err := sys.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return sys
}

// start starts a process without a name that does what it is told.
func start(sys actors.Spawner) ref { return actors.MustSpawn(sys, "", actors.Stateless(receive)) }

// ask runs f in the process and returns what it returned; the process goes on.
func ask[R any](t tb, r ref, f func(c *cx) R) R {
	t.Helper()
	v, err := actors.Call(context.Background(), r, func(reply actors.Reply[R]) do {
		return func(c *cx) error { reply.Send(f(c)); return nil }
	})
	if err != nil {
		t.Fatalf("ask %s: %v", r, err)
	}
	return v
}

// make has the process of r make something.
func made[T any](t tb, r ref, f func(c *cx) (T, error)) T {
	t.Helper()
	type both struct {
		v   T
		err error
	}
	b := ask(t, r, func(c *cx) both {
		v, err := f(c)
		return both{v, err}
	})
	if b.err != nil {
		t.Fatalf("make: %v", b.err)
	}
	return b.v
}

// bubble runs body in a bubble with a system of its own.
func bubble(t *testing.T, body func(t *testing.T, sys *actors.System)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { body(t, newSystem(t)) })
}

// set, bag and ordered make a table that the process of r owns.
func set(t tb, r ref, name string, o table.Options) *table.Set[int, int] {
	t.Helper()
	return made(t, r, func(c *cx) (*table.Set[int, int], error) { return table.NewSet[int, int](c, name, o) })
}

func bag(t tb, r ref, name string, o table.Options) *table.Bag[int, int] {
	t.Helper()
	return made(t, r, func(c *cx) (*table.Bag[int, int], error) { return table.NewBag[int, int](c, name, o) })
}

func ordered(t tb, r ref, name string, o table.Options) *table.Ordered[int, int] {
	t.Helper()
	return made(t, r, func(c *cx) (*table.Ordered[int, int], error) {
		return table.NewOrdered[int, int](c, name, cmp.Less[int], o)
	})
}

// must drops the error of a pair that has none.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// contents collects what an iterator yields; a key that comes twice is a panic.
func contents[K comparable, V any](seq iter.Seq2[K, V]) map[K]V {
	out := map[K]V{}
	for k, v := range seq {
		if _, twice := out[k]; twice {
			panic(fmt.Sprintf("key %v came twice", k))
		}
		out[k] = v
	}
	return out
}

// pairs collects what an iterator yields, in its order.
func pairs[K, V any](seq iter.Seq2[K, V]) []pair[K, V] {
	out := []pair[K, V]{}
	for k, v := range seq {
		out = append(out, pair[K, V]{k, v})
	}
	return out
}

type pair[K, V any] struct {
	k K
	v V
}

// tb is what a test and a property have in common.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}
