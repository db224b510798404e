// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// naive is a registry as a map, and what a watch of team t1 has told.
type naive struct {
	w       *world
	rows    map[string]*index.Row // by name, as the registry answered
	watched map[string]*index.Row
	draw    func(n int) int
	names   int
}

// play does n writes that draw decides, of names agents, and compares whenever there were every more.
func play(w *world, draw func(n int) int, names, n, every int) {
	m := &naive{w: w, rows: map[string]*index.Row{}, watched: map[string]*index.Row{}, draw: draw, names: names}
	m.watch()
	for done, compared := 0, 0; done < n; {
		if done += m.step(); done-compared >= every || done >= n {
			compared = done
			m.compare()
		}
	}
}

// watch has a process watch team t1 and keep its answer.
func (m *naive) watch() {
	q, err := query.Parse(`team = t1`)
	require.NoError(m.w, err)
	m.w.start().Tell(func(c *cx) error {
		_, _, err := registry.Subscribe(c, m.w.reg, q, registry.WatchOptions{Buffer: 1 << 20}, func(n registry.Notice) do {
			return func(*cx) error {
				for _, ch := range n.Changes {
					if ch.Effect == index.Removed {
						delete(m.watched, ch.ID().Name)
					} else {
						m.watched[ch.ID().Name] = ch.After
					}
				}
				return nil
			}
		})
		return err
	})
	synctest.Wait()
}

func (m *naive) name() string { return fmt.Sprint("a", m.draw(m.names)) }

// op draws a write, says what it makes of the map, and with which error it has to be refused.
func (m *naive) op() (op registry.Op, then func(*index.Row), refusal error) {
	name := m.name()
	old := m.rows[name]
	keep := func(row *index.Row) { m.rows[name] = row }
	team := fmt.Sprint("t", m.draw(3))
	switch m.draw(6) {
	case 0:
		return registry.Unregister{ID: id(name)}, func(*index.Row) { delete(m.rows, name) }, nil
	case 1, 2:
		row := agent(name, m.w.start().PID(), fmt.Sprint("c", m.draw(4)))
		row.Team = team
		if old != nil {
			return registry.Register{Row: row}, nil, registry.ErrDuplicate
		}
		return registry.Register{Row: row}, keep, nil
	}
	u := registry.Update{ID: id(name), Patch: registry.Patch{
		Team: index.Known(team), Health: index.Known(index.Health{Status: query.Status(m.draw(4))}),
	}}
	if old == nil {
		return u, nil, registry.ErrNotFound
	}
	return u, keep, nil
}

// step does a write, several in one commit, or a death; it returns how many writes that was.
func (m *naive) step() int {
	switch m.draw(10) {
	case 0:
		if row := m.rows[m.name()]; row != nil {
			row.Handle.(actors.PID).Kill()
			synctest.Wait()
			delete(m.rows, row.ID)
		}
		return 1
	case 1, 2, 3:
		return m.batch()
	}
	op, then, want := m.op()
	res, err := m.w.reg.Batch(background, registry.Each, op)
	require.NoError(m.w, err)
	m.settled(res[0], want, then)
	return 1
}

// batch does several writes in one commit. The map is ahead of the registry while they are drawn, so each counts on those before it.
func (m *naive) batch() int {
	n := 1 + m.draw(40)
	ops, wants, thens := make([]registry.Op, n), make([]error, n), make([]func(*index.Row), n)
	for i := range n {
		ops[i], thens[i], wants[i] = m.op()
		if r, ok := ops[i].(registry.Register); ok && wants[i] == nil {
			m.rows[r.Row.ID] = r.Row
		} else if u, ok := ops[i].(registry.Unregister); ok {
			delete(m.rows, u.ID.Name)
		}
	}
	res, err := m.w.reg.Batch(background, registry.Each, ops...)
	require.NoError(m.w, err)
	for i := range n {
		m.settled(res[i], wants[i], thens[i])
	}
	return n
}

func (m *naive) settled(got registry.Result, want error, then func(*index.Row)) {
	if want != nil {
		require.ErrorIs(m.w, got.Err, want)
		return
	}
	require.NoError(m.w, got.Err)
	then(got.Row)
}

// compare asks the registry in every way for what the map has.
func (m *naive) compare() {
	synctest.Wait()
	names := slices.Sorted(maps.Keys(m.rows))
	var all []string
	for row := range m.w.reg.All() {
		all = append(all, row.ID)
	}
	require.Equal(m.w, names, all)
	where := map[string][]string{}
	for _, name := range names {
		want := m.rows[name]
		require.Same(m.w, want, m.w.lookup(name))
		for _, q := range []string{"team = " + want.Team, "capability = " + want.Capabilities[0].Name, "health = " + want.Health.Status.String()} {
			where[q] = append(where[q], name)
		}
	}
	for _, team := range []string{"t0", "t1", "t2"} {
		where["team = "+team] = append([]string{}, where["team = "+team]...)
	}
	for q, want := range where {
		require.Equal(m.w, want, m.w.ids(q), q)
	}
	require.Equal(m.w, where["team = t1"], append([]string{}, slices.Sorted(maps.Keys(m.watched))...), "what the watch told")
	for name, row := range m.watched {
		require.Same(m.w, m.rows[name], row)
	}
}

// seeded draws numbers below n.
func seeded(seed uint64) func(n int) int { return rand.New(rand.NewPCG(seed, 1)).IntN }

func TestARegistryIsANaiveMapAndAWatchItsEcho(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := seeded(rapid.Uint64().Draw(rt, "seed"))
		live(t, registry.Options{}, func(w *world) { play(w, d, 8, 60, 1) })
	})
}

// A hundred thousand random writes.
//
// Holds: REG-2
func TestAHundredThousandWritesLeaveTheRowsOfANaiveMap(t *testing.T) {
	live(t, registry.Options{}, func(w *world) { play(w, seeded(1), 3_000, 100_000, 5_000) })
}
