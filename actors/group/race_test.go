// SPDX-License-Identifier: Apache-2.0

package group_test

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
	"mabeam.dev/actors/group"
)

// What a watch begins with, and the events after it, are together who is there: with many authors at once, members that die and readers that
// look on.
func TestWatchMissesNothingAmongManyAuthors(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		const authors, rounds = 6, 150
		watcher := w.spawn("watcher")
		replica := map[string][]actors.PID{}
		apply := func(e group.Event) do {
			return func(*cx) error {
				for _, p := range e.Members {
					if e.Change == group.Joined {
						replica[e.Group] = append(replica[e.Group], p)
						continue
					}
					i := slices.Index(replica[e.Group], p)
					if i < 0 {
						t.Errorf("%s left %s without having joined", p, e.Group)
						return nil
					}
					replica[e.Group] = slices.Delete(replica[e.Group], i, i+1)
				}
				return nil
			}
		}
		var stop atomic.Bool
		var all, readers sync.WaitGroup
		for range 2 {
			readers.Go(func() { // waited for below
				for !stop.Load() {
					for _, g := range w.Groups() {
						n := 0
						for range w.All(g) {
							n++
						}
						_, _ = group.Members[do](w.Scope, g)
					}
				}
			})
		}
		for a := range authors {
			all.Go(func() { // waited for below
				rand := rand.New(rand.NewPCG(1, uint64(a)))
				var mine []actors.PID
				for i := range rounds {
					if i == rounds/2 && a == 0 { // in the middle of it all
						in(t, watcher, func(c *cx) {
							present, _, err := group.WatchScope(c, w.Scope, apply)
							assert.NoError(t, err)
							for _, g := range present {
								replica[g.Name] = g.Members
							}
						})
					}
					if len(mine) == 0 || rand.IntN(3) == 0 {
						r, err := actors.Spawn(w.System, "", actors.Stateless(func(c *cx, m do) error { return m(c) }))
						assert.NoError(t, err)
						mine = append(mine, r.PID())
					}
					p := mine[rand.IntN(len(mine))]
					g := fmt.Sprint("g", rand.IntN(3))
					switch rand.IntN(5) {
					case 0:
						p.Kill()
						mine = slices.DeleteFunc(mine, func(x actors.PID) bool { return x == p })
					case 1:
						_ = w.LeaveAll(g, p)
					default:
						assert.NoError(t, w.JoinAll(g, p, p))
					}
				}
			})
		}
		all.Wait()
		stop.Store(true)
		readers.Wait()
		synctest.Wait()
		in(t, watcher, func(*cx) {
			for _, g := range []string{"g0", "g1", "g2"} {
				assert.ElementsMatch(t, w.Members(g), replica[g])
				assert.NotEmpty(t, w.Members(g))
			}
		})
	})
}

// Processes join as their first deed and are killed meanwhile: whatever the order, the dead are in no group.
func TestKillMeetingAJoinLeavesNoDeadMember(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for i := range 200 {
			r := w.spawn(fmt.Sprint(i))
			var both sync.WaitGroup
			both.Go(func() { r.PID().Kill() })               // waited for below
			both.Go(func() { _ = w.JoinAll("g", r.PID()) })  // waited for below
			both.Go(func() { _ = w.LeaveAll("g", r.PID()) }) // waited for below
			both.Wait()
			require.Empty(t, w.Members("g"))
		}
	})
}
