// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

func TestFindReturnsTheOneHolder(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		self := w.spawn("self")
		_, err := w.Find("hello")
		assert.Equal(t, registry.ErrNotRegistered, err)
		w.must(self, "hello", 1)
		e, err := w.Find("hello")
		require.NoError(t, err)
		assert.Equal(t, of("hello", self, 1), e)
	})
	forEach(t, registry.Duplicate, func(t *testing.T, w *world) {
		_, err := w.Find("hello")
		assert.Equal(t, registry.ErrNotUnique, err)
	})
}

func TestMatchYieldsTheEntriesThatFit(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		odd := func(v int) bool { return v%2 == 1 }
		never := func(int) bool { return false }
		w.must(self, "hello", 1)
		want := []entry{of("hello", self, 1)}
		if w.KeyKind() == registry.Duplicate {
			w.must(self, "hello", 2)
			w.must(self, "hello", 3)
			want = append(want, of("hello", self, 3))
		}
		w.must(self, "world", 5)
		assert.Equal(t, want, w.matched("hello", odd))
		assert.Empty(t, w.matched("hello", never))
		assert.Empty(t, w.matched("none", nil))
		assert.Equal(t, w.at("hello"), w.matched("hello", nil))
		assert.Equal(t, []entry{of("world", self, 5)}, w.matched("world", func(v int) bool { return v > 4 }))

		found, err := w.Match("hello", nil)
		require.NoError(t, err)
		for e := range found { // the body may change what is iterated
			w.unregister(self, "hello")
			assert.Equal(t, of("hello", self, 1), e)
			break
		}
	})
}

func TestCountMatchCountsTheEntriesThatFit(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		count := func(key string, match func(int) bool) int {
			n, err := w.CountMatch(key, match)
			require.NoError(t, err)
			return n
		}
		w.must(self, "hello", 1)
		w.must(self, "world", 2)
		assert.Equal(t, 1, count("hello", func(v int) bool { return v == 1 }))
		assert.Equal(t, 0, count("hello", func(v int) bool { return v > 1 }))
		assert.Equal(t, 1, count("hello", nil))
		assert.Equal(t, 0, count("_", nil))
		assert.Equal(t, 1, count("world", func(v int) bool { return v > 1 }))
	})
}

func TestSelectYieldsTheEntriesThatFitInTheOrderOfRegistration(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		a, b := w.spawn("a"), w.spawn("b")
		assert.Empty(t, w.selected(nil))
		w.must(a, "zulu", 1)
		w.must(b, "alpha", 2)
		w.must(a, "mike", 2)
		all := []entry{of("zulu", a, 1), of("alpha", b, 2), of("mike", a, 2)}
		if w.KeyKind() == registry.Duplicate {
			w.must(b, "zulu", 1)
			all = append(all, of("zulu", b, 1))
		}
		assert.Equal(t, all, w.selected(nil))
		for what, match := range map[string]func(entry) bool{
			"by key":      func(e entry) bool { return e.Key == "alpha" },
			"by process":  func(e entry) bool { return e.PID == b.PID() && e.Value == 2 },
			"by value":    func(e entry) bool { return e.Value == 2 && e.Key < "b" },
			"by either":   func(e entry) bool { return e.Key == "alpha" || e.Key == "none" },
			"by all else": func(e entry) bool { return !strings.ContainsAny(e.Key, "uk") },
		} {
			assert.Equal(t, []entry{of("alpha", b, 2)}, w.selected(match), what)
		}
		assert.Empty(t, w.selected(func(e entry) bool { return e.Key == "none" }))
		found, err := w.Select(nil)
		require.NoError(t, err)
		for e := range found {
			assert.Equal(t, all[0], e)
			break
		}
	})
}

func TestCountSelectCountsTheEntriesThatFit(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		count := func(match func(entry) bool) int {
			n, err := w.CountSelect(match)
			require.NoError(t, err)
			return n
		}
		w.must(self, "hello", 1)
		w.must(self, "world", 2)
		assert.Equal(t, 2, count(nil))
		assert.Equal(t, 1, count(func(e entry) bool { return e.Key == "hello" }))
		assert.Equal(t, 1, count(func(e entry) bool { return e.Value > 1 }))
		assert.Equal(t, 2, count(func(e entry) bool { return e.Key == "hello" || e.Key == "world" }))
		assert.Equal(t, 0, count(func(e entry) bool { return e.Key == "hello" && e.Value == 0 }))
	})
}

func TestDispatchCallsOnceInTheCallerWithTheEntriesOfAKey(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		assert.NoError(t, w.Dispatch("hello", func([]entry) { t.Error("there are none") }))
		w.must(self, "hello", 1)
		if w.KeyKind() == registry.Duplicate {
			w.must(self, "hello", 2)
		}
		w.must(self, "world", 3)
		send := func(key string) {
			calls := 0 // no lock: it is the caller's
			assert.NoError(t, w.Dispatch(key, func(entries []entry) {
				calls++
				for _, e := range entries {
					r, err := actors.RefOf[do](e.PID)
					assert.NoError(t, err)
					r.Tell(w.says("%s %d", e.Key, e.Value))
				}
			}))
			assert.Equal(t, 1, calls)
		}
		send("hello")
		assert.Equal(t, []string{"hello 1", "hello 2"}[:len(w.at("hello"))], w.heard())
		send("world")
		assert.Equal(t, []string{"world 3"}, w.heard())
		assert.True(t, self.PID().Alive())
	})
}

func TestListsBelongToTheirCaller(t *testing.T) {
	forEach(t, registry.Duplicate, func(t *testing.T, w *world) {
		self := w.spawn("self")
		w.must(self, "hello", 1)
		w.must(self, "hello", 2)
		w.at("hello")[0].Value = 9
		_ = append(w.at("hello")[:1], of("x", self, 3))
		assert.Equal(t, []entry{of("hello", self, 1), of("hello", self, 2)}, w.at("hello"))
	})
}

func TestFindAllocatesNothing(t *testing.T) {
	sys := system()
	defer func() { require.NoError(t, sys.Close(context.Background())) }()
	r, err := registry.Start[string, int](sys, registry.Spec{Partitions: 4})
	require.NoError(t, err)
	d, err := registry.Start[string, int](sys, registry.Spec{Keys: registry.Duplicate})
	require.NoError(t, err)
	p := actors.MustSpawn(sys, "p", actors.Stateless(func(c *cx, m do) error { return m(c) }))
	require.NoError(t, in(t, p, func(c *cx) error {
		for range 100 {
			if err := d.Register(c, "key", 1); err != nil {
				return err
			}
		}
		return r.Register(c, "key", 1)
	}))
	via, err := registry.Via[do](r, "key")
	require.NoError(t, err)
	n := 0
	for what, tc := range map[string]struct {
		most float64
		do   func()
	}{
		"Find":                {0, func() { e, _ := r.Find("key"); n += e.Value }},
		"Find of nobody":      {0, func() { _, _ = r.Find("none") }},
		"Count":               {0, func() { c, _ := r.Count(); n += c }},
		"Via":                 {0, func() { n += len(via.PID().Name()) }},
		"Lookup of nobody":    {0, func() { l, _ := d.Lookup("none"); n += len(l) }},
		"Lookup of a hundred": {3, func() { l, _ := d.Lookup("key"); n += len(l) }},
	} {
		assert.LessOrEqual(t, testing.AllocsPerRun(100, tc.do), tc.most, what)
	}
	assert.Positive(t, n)
}
