// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
	"mabeam.dev/testkit/sim"
)

// drifter registers, unregisters and locks now and then, until it ends.
type drifter struct {
	s      *sim.Sim
	r      *names
	holder *actors.PID // who is in the locked section; guarded by the lock that is tested
	steps  int
}

func (d *drifter) Init(c *actors.Context[int]) error {
	c.Continue(0)
	return nil
}

func (d *drifter) Receive(c *actors.Context[int], step int) error {
	key := fmt.Sprint("k", c.Rand().IntN(3))
	switch c.Rand().IntN(8) {
	case 0:
		_ = d.r.Unregister(c, key)
	case 1:
		c.PID().Kill()
		assert.ErrorIs(d.s, d.r.Register(c, key, step), actors.ErrFenced)
	case 2:
		return assert.AnError
	case 3, 4:
		return errors.Join(d.section(c, c.Rand().IntN(3)), next(c, step, d.steps))
	default:
		var held *taken
		if err := d.r.Register(c, key, step); errors.As(err, &held) {
			assert.Equal(d.s, registry.Unique, d.r.KeyKind())
		} else if err != nil {
			return err
		}
	}
	return next(c, step, d.steps)
}

// next is the end, or another step after a while.
func next(c *actors.Context[int], step, steps int) error {
	if step >= steps {
		return actors.Stop
	}
	c.After(time.Duration(c.Rand().IntN(3))*time.Second, step+1)
	return nil
}

// section holds the lock for some seconds, in which nobody who lives is to have it.
func (d *drifter) section(c *actors.Context[int], seconds int) error {
	return d.r.Lock(c, c, "section", func() error {
		assert.False(d.s, d.holder.Alive(), "%s and %s hold one lock", *d.holder, c.PID())
		*d.holder = c.PID()
		err := c.System().Sleep(c, time.Duration(seconds)*time.Second)
		if *d.holder == c.PID() {
			*d.holder = actors.PID{}
		}
		return err
	})
}

// In any order of turns, with processes that crash and are killed wherever they are: a listener knows what is registered, a unique key has one
// holder, a lock has one living holder, and nothing is left of those who have ended.
func TestRegistryKeepsItsLawsInAnyOrderOfTurns(t *testing.T) {
	for _, kind := range []registry.Keys{registry.Unique, registry.Duplicate} {
		t.Run(kind.String(), func(t *testing.T) {
			sim.Explore(t, 200, func(s *sim.Sim) {
				r, err := registry.Start[string, int](s.System(), registry.Spec{Name: "names", Keys: kind, Partitions: 2})
				require.NoError(s, err)
				var replica []entry
				ear := actors.MustSpawn(s.System(), "ear", actors.Stateless(func(c *cx, m do) error { return m(c) }))
				require.NoError(s, in(s, ear, func(c *cx) error {
					_, err := registry.Listen(c, r, func(e registry.Event[string, int]) do {
						return func(*cx) error {
							if e.Change == registry.Unregistered {
								i := slices.Index(replica, e.Entry)
								assert.GreaterOrEqual(s, i, 0)
								replica = slices.Delete(replica, i, i+1)
								return nil
							}
							same := func(x entry) bool { return kind == registry.Unique && x.Key == e.Entry.Key }
							assert.False(s, slices.ContainsFunc(replica, same), "%s has two holders", e.Entry.Key)
							replica = append(replica, e.Entry)
							return nil
						}
					})
					return err
				}))
				holder := new(actors.PID)
				var all []actors.PID
				for range 5 {
					ref := actors.MustSpawn(s.System(), "", func() actors.Behavior[int] { return &drifter{s, r, holder, 6} })
					all = append(all, ref.PID())
				}
				s.Fault(sim.Fault{Do: sim.Kill, Process: "/<*>", Chance: 0.02})
				for range 3 {
					s.Advance(3 * time.Second)
					s.Settle()
					found, err := r.Select(nil)
					require.NoError(s, err)
					list := slices.Collect(found)
					assert.ElementsMatch(s, list, replica)
					for _, e := range list {
						assert.True(s, e.PID.Alive())
					}
				}
				s.Calm()
				s.Advance(time.Hour)
				for _, p := range all {
					assert.False(s, p.Alive(), p)
				}
				assert.Empty(s, replica)
				assert.Zero(s, registry.EntriesLeft(r))
			})
		})
	}
}
