// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

// Processes that register, unregister and die at the same time, readers that look on and a listener that keeps its own list: in the end all agree,
// and no unique key has ever had two holders.
func TestListenerMissesNothingAmongManyAuthors(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		const authors, rounds = 6, 200
		listener := w.spawn("listener")
		var replica []entry
		require.NoError(t, in(t, listener, func(c *cx) error {
			_, err := registry.Listen(c, w.names, func(e registry.Event[string, int]) do {
				return func(*cx) error {
					if e.Change == registry.Unregistered {
						i := slices.Index(replica, e.Entry)
						if i < 0 {
							t.Errorf("%v is gone without having come", e.Entry)
							return nil
						}
						replica = slices.Delete(replica, i, i+1)
						return nil
					}
					held := slices.ContainsFunc(replica, func(x entry) bool { return x.Key == e.Entry.Key })
					if held && w.KeyKind() == registry.Unique {
						t.Errorf("%s has two holders", e.Entry.Key)
					}
					replica = append(replica, e.Entry)
					return nil
				}
			})
			return err
		}))
		var over atomic.Bool
		var all, readers sync.WaitGroup
		for range 2 {
			readers.Go(func() { // waited for below
				for !over.Load() {
					found, err := w.Select(nil)
					assert.NoError(t, err)
					seen := map[string]bool{}
					for e := range found {
						if seen[e.Key] && w.KeyKind() == registry.Unique {
							t.Errorf("%s is listed twice", e.Key)
						}
						seen[e.Key] = true
						_, _ = w.Values(e.Key, e.PID)
					}
				}
			})
		}
		for a := range authors {
			all.Go(func() { // waited for below
				rand := rand.New(rand.NewPCG(1, uint64(a)))
				self := actors.MustSpawn(w.System, "", actors.Stateless(func(c *cx, m do) error { return m(c) }))
				for i := range rounds {
					key := fmt.Sprint("k", rand.IntN(5))
					switch rand.IntN(6) {
					case 0:
						stop(self)
						self = actors.MustSpawn(w.System, "", actors.Stateless(func(c *cx, m do) error { return m(c) }))
					case 1:
						assert.NoError(t, in(t, self, func(c *cx) error { return w.Unregister(c, key) }))
					default:
						if err := in(t, self, func(c *cx) error { return w.Register(c, key, i) }); err != nil {
							var held *taken
							assert.ErrorAs(t, err, &held)
						}
					}
				}
			})
		}
		all.Wait()
		over.Store(true)
		readers.Wait()
		synctest.Wait()
		require.NoError(t, in(t, listener, func(*cx) error {
			assert.ElementsMatch(t, w.selected(nil), replica)
			assert.Len(t, replica, w.count())
			return nil
		}))
	})
}

// A process registers as it is killed: whatever the order, nothing of it is left.
func TestKillMeetingARegistrationLeavesNothing(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		for range 200 {
			r := w.spawn("")
			var done sync.WaitGroup
			done.Add(1)
			r.Tell(func(c *cx) error {
				defer done.Done()
				for i := range 3 {
					_ = w.Register(c, fmt.Sprint(i), i)
				}
				_ = w.Unregister(c, "1")
				return nil
			})
			r.PID().Kill()
			synctest.Wait()
			assert.Empty(t, w.keys(r))
			assert.Zero(t, w.count())
		}
		assert.Zero(t, w.view().Holders)
	})
}

// The registry ends while processes register: each is told so or is in no registry, and none of them keeps anything of it.
func TestEndOfARegistryMeetingRegistrations(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		who := []ref{w.spawn("a"), w.spawn("b"), w.spawn("c")}
		for range 30 {
			r := start[string, int](w, registry.Spec{Keys: w.KeyKind(), Partitions: w.Partitions()})
			for i, p := range who {
				p.Tell(func(c *cx) error {
					for k := range 20 {
						if err := r.Register(c, fmt.Sprint(i, k), k); err != nil {
							assert.ErrorIs(t, err, registry.ErrEnded)
						}
					}
					return nil
				})
			}
			r.PID().Kill()
			synctest.Wait()
			_, err := r.Count()
			assert.ErrorIs(t, err, registry.ErrEnded)
			assert.Zero(t, registry.EntriesLeft(r))
		}
	})
}

// Many processes want the same lock: never two of them have it.
func TestLockUnderContention(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		const processes, rounds = 8, 50
		holders, total := 0, 0 // guarded by the lock that is tested
		var all []ref
		for range processes {
			p := w.spawn("")
			all = append(all, p)
			p.Tell(func(c *cx) error {
				for range rounds {
					err := w.Lock(c, c, "k", func() error {
						holders++
						assert.Equal(t, 1, holders)
						total++
						holders--
						return nil
					})
					assert.NoError(t, err)
				}
				return nil
			})
		}
		synctest.Wait()
		assert.Equal(t, processes*rounds, total)
		for _, p := range all {
			assert.True(t, p.PID().Alive())
		}
	})
}
