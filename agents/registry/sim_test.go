// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// member is a process that registers itself and changes its row, and what it was told of that. No answer at all means that either may be so.
type member struct {
	name   string
	ref    ref
	teams  []string // that the row may have by now; none is no row
	absent bool     // there may be no row
}

// mirror is a process that watches a query and keeps what it was told.
type mirror struct {
	s      *sim.Sim
	name   string
	has    map[string]*index.Row
	slow   time.Duration
	dice   *rand.Rand
	gaps   int
	wanted query.Query
}

func (m *mirror) start(w *world, o registry.WatchOptions) {
	r := actors.MustSpawn(w.sys, m.name, actors.Stateless(receive))
	r.Tell(func(c *cx) error { return m.subscribe(c, w, o) })
}

func (m *mirror) subscribe(c *cx, w *world, o registry.WatchOptions) error {
	_, page, err := registry.Subscribe(c, w.reg, m.wanted, o, func(n registry.Notice) do {
		return func(c *cx) error { return m.told(c, n) }
	})
	if err != nil { // the owner has ended: once more
		actors.SendAfter(c, c.Self(), 10*time.Millisecond, func(c *cx) error { return m.subscribe(c, w, o) })
		return nil
	}
	for _, row := range page.Rows {
		m.has[row.ID] = row
	}
	return nil
}

func (m *mirror) told(c *cx, n registry.Notice) error {
	if n.Gap {
		m.gaps++
	}
	for _, ch := range n.Changes {
		name := ch.ID().Name
		_, there := m.has[name]
		switch ch.Effect {
		case index.Added:
			require.False(m.s, there, "%s came to %s twice", name, m.name)
			m.has[name] = ch.After
		case index.Changed:
			require.True(m.s, there, "%s changed in %s and was not there", name, m.name)
			m.has[name] = ch.After
		case index.Removed:
			require.True(m.s, there, "%s left %s and was not there", name, m.name)
			delete(m.has, name)
		}
	}
	if m.slow > 0 {
		return c.System().Sleep(c, time.Duration(m.dice.Int64N(int64(m.slow))))
	}
	return nil
}

// do has the member do something, and notes what may be so afterwards.
func (m *member) do(w *world, what int, team string) {
	m.ref.Tell(func(c *cx) error {
		var err error
		var row *index.Row
		switch what {
		case 0, 1:
			_, err = w.reg.Register(c, agent(m.name, c.PID(), "x"))
			if m.teams = append(m.teams, ""); err == nil { // declared anew, without a team
				m.teams = []string{""}
			}
			m.absent = m.absent && err != nil
			return nil
		case 2:
			err = w.reg.Unregister(c, id(m.name))
			m.absent = true
			if err == nil {
				m.teams = nil
			}
			return nil
		case 3:
			var all []registry.Result
			if all, err = w.reg.Batch(c, registry.Atomic,
				registry.Update{ID: id(m.name), Patch: registry.Patch{Team: index.Known("never")}},
				registry.Update{ID: id(m.name), Patch: registry.Patch{Team: index.Known(team)}}); err == nil {
				row = all[1].Row
			}
		default:
			row, err = w.reg.Update(c, id(m.name), 0, registry.Patch{Team: index.Known(team)})
		}
		switch {
		case err == nil && row.Handle != index.Handle(c.PID()): // that of one who has just died
		case err == nil:
			m.teams, m.absent = []string{team}, false
		case errors.Is(err, registry.ErrNotFound):
			require.True(w, m.absent, "%s was lost", m.name)
			m.teams = nil
		default:
			m.teams = append(m.teams, team)
		}
		return nil
	})
}

// The owner is crashed, killed in the middle or after a message, at any of them; members register, change, leave and die; watchers are quick or
// slow. Nothing that was acknowledged is lost, watchers know what a query finds, and the tables agree with each other and with the living.
func TestInAnyOrderOfTurnsAndDeathsTheTablesWatchersAndTheLivingAgree(t *testing.T) {
	sim.Explore(t, 200, func(s *sim.Sim) {
		w := &world{tb: s, sys: s.NewSystem(actors.Options{})}
		w.run(registry.Options{Intensity: supervision.Intensity{Max: 1 << 20, Within: time.Second}})
		dice := s.Rand("dice")
		members := make([]*member, 5)
		for i := range members {
			members[i] = &member{name: fmt.Sprint("m", i), ref: w.start(), absent: true}
		}
		mirrors := []*mirror{
			{s: s, name: "all", wanted: query.Query{}},
			{s: s, name: "blue", wanted: query.Query{Where: query.Team.Eq("blue")}},
			{s: s, name: "slow", wanted: query.Query{Where: query.Kind.Eq("worker")}, slow: 300 * time.Millisecond, dice: s.Rand("slow")},
		}
		fault := []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill}[dice.IntN(3)]
		s.Fault(sim.Fault{Do: fault, Process: "/node/registry/registry", Chance: 0.04})
		w.breakCommits(s)
		for _, m := range mirrors {
			m.has = map[string]*index.Row{}
			m.start(w, registry.WatchOptions{Buffer: 3})
		}
		for range 60 {
			i := dice.IntN(len(members))
			m := members[i]
			if dice.IntN(12) == 0 {
				m.ref.PID().Kill()
				members[i] = &member{name: m.name, ref: w.start(), absent: true} // what the dead one still notes is its own
			} else {
				m.do(w, dice.IntN(8), []string{"blue", "red", "green"}[dice.IntN(3)])
			}
			if dice.IntN(3) > 0 {
				s.Advance(time.Duration(dice.IntN(40)) * time.Millisecond)
			}
		}
		s.Calm()
		w.reg.Passing(nil)
		s.Advance(20 * time.Second)
		check(s, w, members, mirrors)
	})
}

// breakCommits crashes or kills the owner in the middle of commits.
func (w *world) breakCommits(s *sim.Sim) {
	dice := s.Rand("commits")
	w.reg.Passing(func(point string) {
		switch dice.IntN(40) {
		case 0:
			panic("at " + point)
		case 1:
			w.owner().Kill()
		}
	})
}

func check(s *sim.Sim, w *world, members []*member, mirrors []*mirror) {
	_, err := w.reg.Settle(s.Context())
	require.NoError(s, err)
	s.Settle()
	there := map[string]*index.Row{}
	for row := range w.reg.All() {
		there[row.ID] = row
		require.True(s, row.Handle.(actors.PID).Alive(), row.ID)
		now, ok := w.reg.Lookup(id(row.ID))
		require.True(s, ok)
		require.Same(s, row, now)
	}
	for _, m := range members {
		row, ok := there[m.name]
		if !ok {
			require.True(s, m.absent, "%s was lost", m.name)
			_, found := w.reg.Lookup(id(m.name))
			require.False(s, found)
			continue
		}
		require.Equal(s, index.Handle(m.ref.PID()), row.Handle)
		require.NotEqual(s, "never", row.Team, "half of a batch")
		if len(m.teams) > 0 && !m.absent {
			require.True(s, slices.Contains(m.teams, row.Team), "%s is in %q, not in %q", m.name, row.Team, m.teams)
		}
	}
	for _, m := range mirrors {
		page, err := w.reg.Find(m.wanted)
		require.NoError(s, err)
		found := map[string]*index.Row{}
		for _, row := range page.Rows {
			found[row.ID] = row
		}
		require.Equal(s, slices.Sorted(maps.Keys(found)), slices.Sorted(maps.Keys(m.has)), m.name)
		for name, row := range found {
			require.Same(s, row, m.has[name], "%s of %s", name, m.name)
		}
	}
}

// Also the holder dies, and sometimes both at once, which loses what is in the tables: then everybody is told what is left.
func TestWhoeverDiesTheTablesWatchersAndTheLivingAgree(t *testing.T) {
	sim.Explore(t, 150, func(s *sim.Sim) {
		w := &world{tb: s, sys: s.NewSystem(actors.Options{})}
		w.run(registry.Options{Intensity: supervision.Intensity{Max: 1 << 20, Within: time.Second}})
		dice := s.Rand("dice")
		mirrors := []*mirror{{s: s, name: "all"}, {s: s, name: "blue", wanted: query.Query{Where: query.Team.Eq("blue")}}}
		for _, m := range mirrors {
			m.has = map[string]*index.Row{}
			m.start(w, registry.WatchOptions{})
		}
		s.Fault(
			sim.Fault{Do: sim.Kill, Process: "/node/registry/registry", Chance: 0.06},
			sim.Fault{Do: sim.Kill, Process: "/node/registry/registry.holder", Chance: 0.3},
		)
		w.breakCommits(s)
		members := make([]*member, 4)
		for i := range members {
			members[i] = &member{name: fmt.Sprint("m", i), ref: w.start(), absent: true}
		}
		for range 40 {
			m := members[dice.IntN(len(members))]
			team := []string{"blue", "red"}[dice.IntN(2)]
			m.ref.Tell(func(c *cx) error {
				_, _ = w.reg.Register(c, agent(m.name, c.PID()))
				_, _ = w.reg.Update(c, id(m.name), 0, registry.Patch{Team: index.Known(team)})
				return nil
			})
			if dice.IntN(10) == 0 {
				m.ref.PID().Kill()
				m.ref = w.start()
			}
			if dice.IntN(6) == 0 {
				w.holder().Kill()
			}
			s.Advance(time.Duration(dice.IntN(40)) * time.Millisecond)
		}
		s.Calm()
		w.reg.Passing(nil)
		s.Advance(20 * time.Second)
		for _, m := range members {
			m.teams = nil
		}
		check(s, w, members, mirrors)
	})
}
