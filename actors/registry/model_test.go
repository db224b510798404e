// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

// naive is a registry as a list of entries, and what a listener is to have heard.
type naive struct {
	unique bool
	list   []entry
	heard  []string
}

func (m *naive) tell(c registry.Change, e entry) { m.heard = append(m.heard, line(c, e)) }

func line(c registry.Change, e entry) string {
	return fmt.Sprint(c, e.Key, e.PID.Incarnation(), e.Value)
}

// register returns the holder that is in the way.
func (m *naive) register(e entry) *entry {
	for i, other := range m.list {
		if m.unique && other.Key == e.Key {
			return &m.list[i]
		}
	}
	m.list = append(m.list, e)
	m.tell(registry.Registered, e)
	return nil
}

// remove takes away what gone says yes to.
func (m *naive) remove(gone func(entry) bool) {
	m.list = slices.DeleteFunc(m.list, func(e entry) bool {
		if gone(e) {
			m.tell(registry.Unregistered, e)
			return true
		}
		return false
	})
}

// those returns the entries that fit.
func (m *naive) those(fit func(entry) bool) []entry {
	var out []entry
	for _, e := range m.list {
		if fit(e) {
			out = append(out, e)
		}
	}
	return out
}

func TestRegistryDoesWhatAListOfEntriesDoes(t *testing.T) {
	sys := system()
	defer func() { require.NoError(t, sys.Close(t.Context())) }()
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom([]registry.Keys{registry.Unique, registry.Duplicate}).Draw(rt, "keys")
		r, err := registry.Start[string, int](sys, registry.Spec{Keys: kind, Partitions: rapid.IntRange(0, 3).Draw(rt, "partitions")})
		require.NoError(rt, err)
		defer r.PID().Kill()
		run(rt, sys, r)
	})
}

// run compares a registry with the model over one generated life of four processes.
func run(rt *rapid.T, sys *actors.System, r *names) {
	m := &naive{unique: r.KeyKind() == registry.Unique}
	var refs [4]ref
	spawn := func() ref {
		return actors.MustSpawn(sys, "", actors.Stateless(func(c *cx, m do) error { return m(c) }))
	}
	for i := range refs {
		refs[i] = spawn()
		defer refs[i].PID().Kill()
	}
	ear := spawn()
	defer ear.PID().Kill()
	var heard []string
	require.NoError(rt, in(rt, ear, func(c *cx) error {
		_, err := registry.Listen(c, r, func(e registry.Event[string, int]) do {
			return func(*cx) error { heard = append(heard, line(e.Change, e.Entry)); return nil }
		})
		return err
	}))
	keys := []string{"a", "b", "c"}
	// living draws a process that lives, or nobody.
	living := func(rt *rapid.T) (ref, bool) {
		who := rapid.SampledFrom(refs[:]).Draw(rt, "who")
		return who, who.PID().Alive()
	}
	draw := func(rt *rapid.T) (key string, value int) {
		return rapid.SampledFrom(keys).Draw(rt, "key"), rapid.IntRange(0, 3).Draw(rt, "value")
	}
	rt.Repeat(map[string]func(*rapid.T){
		"register": func(rt *rapid.T) {
			who, ok := living(rt)
			key, value := draw(rt)
			if !ok {
				return
			}
			err := in(rt, who, func(c *cx) error { return r.Register(c, key, value) })
			other := m.register(of(key, who, value))
			if other == nil {
				require.NoError(rt, err)
				return
			}
			var held *taken
			require.ErrorAs(rt, err, &held)
			require.Equal(rt, *other, entry{Key: held.Key, PID: held.Holder, Value: held.Value})
		},
		"unregister": func(rt *rapid.T) {
			who, ok := living(rt)
			key, value := draw(rt)
			all := rapid.Bool().Draw(rt, "all")
			if !ok {
				return
			}
			require.NoError(rt, in(rt, who, func(c *cx) error {
				if all {
					return r.Unregister(c, key)
				}
				return r.UnregisterMatch(c, key, func(v int) bool { return v == value })
			}))
			m.remove(func(e entry) bool { return e.PID == who.PID() && e.Key == key && (all || e.Value == value) })
		},
		"update": func(rt *rapid.T) {
			who, ok := living(rt)
			key, value := draw(rt)
			if !ok || !m.unique {
				return
			}
			var now, before int
			err := in(rt, who, func(c *cx) (err error) {
				now, before, err = r.UpdateValue(c, key, func(v int) int { return (v + value) % 4 })
				return err
			})
			for i, e := range m.list {
				if e.Key == key && e.PID == who.PID() {
					require.NoError(rt, err)
					m.list[i].Value = (e.Value + value) % 4
					require.Equal(rt, []int{m.list[i].Value, e.Value}, []int{now, before})
					return
				}
			}
			require.ErrorIs(rt, err, registry.ErrNotRegistered)
		},
		"kill": func(rt *rapid.T) {
			i := rapid.IntRange(0, len(refs)-1).Draw(rt, "who")
			who := refs[i]
			who.PID().Kill()
			m.remove(func(e entry) bool { return e.PID == who.PID() })
			refs[i] = spawn()
		},
		"": func(rt *rapid.T) {
			n, err := r.Count()
			require.NoError(rt, err)
			require.Equal(rt, len(m.list), n)
			found, err := r.Select(nil)
			require.NoError(rt, err)
			require.Equal(rt, m.those(func(entry) bool { return true }), slices.Collect(found))
			for _, key := range keys {
				here := m.those(func(e entry) bool { return e.Key == key })
				list, err := r.Lookup(key)
				require.NoError(rt, err)
				require.Equal(rt, here, list)
				if e, err := r.Find(key); m.unique && len(here) > 0 {
					require.NoError(rt, err)
					require.Equal(rt, here[0], e)
				} else {
					require.Error(rt, err)
				}
				for _, who := range refs {
					var values []int
					for _, e := range here {
						if e.PID == who.PID() {
							values = append(values, e.Value)
						}
					}
					got, err := r.Values(key, who.PID())
					require.NoError(rt, err)
					require.Equal(rt, values, got)
				}
			}
			for _, who := range refs {
				var own []string
				for _, e := range m.list {
					if e.PID == who.PID() {
						own = append(own, e.Key)
					}
				}
				got, err := r.Keys(who.PID())
				require.NoError(rt, err)
				require.Equal(rt, own, got)
			}
			require.NoError(rt, in(rt, ear, func(*cx) error { return nil })) // what was sent to it before has been handled
			require.Equal(rt, m.heard, heard)
		},
	})
	for _, who := range refs {
		who.PID().Kill()
	}
}
