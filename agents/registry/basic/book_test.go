// SPDX-License-Identifier: Apache-2.0

package basic

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// static is a handle of no process.
type static string

func (s static) String() string { return string(s) }

func drawOp(t *rapid.T) registry.Op {
	id := registry.ID{
		Namespace: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "namespace"), Name: fmt.Sprint(rapid.IntRange(1, 6).Draw(t, "name")),
	}
	row := &index.Row{Namespace: id.Namespace, ID: id.Name, Kind: Agent, Team: "kept"}
	row.Handle = static(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "handle"))
	switch rapid.IntRange(0, 4).Draw(t, "op") {
	case 0:
		row.Kind = rapid.SampledFrom([]string{Agent, Service, "other"}).Draw(t, "kind")
		return registry.Register{Row: row}
	case 1:
		return registry.Unregister{ID: id}
	case 2:
		p := registry.Patch{Health: index.Known(index.Health{Status: query.Status(rapid.IntRange(0, 3).Draw(t, "health"))})}
		if rapid.IntRange(0, 3).Draw(t, "hidden") == 0 {
			p.Team = index.Known("b")
		}
		return registry.Update{ID: id, IfVersion: uint64(rapid.IntRange(0, 3).Draw(t, "version")), Patch: p}
	case 3:
		row.Version = 7
		return registry.Restore{Row: row}
	default:
		return registry.Register{Row: row}
	}
}

// model is the naive reading of the ops.
type model map[registry.ID]*index.Row

func (m model) do(op registry.Op) (ok bool) {
	switch op := op.(type) {
	case registry.Register:
		id := registry.IDOf(op.Row)
		old := m[id]
		if op.Row.Kind == "other" || old != nil && old.Handle != op.Row.Handle {
			return false
		}
		next := *op.Row
		next.Version, next.Incarnation = 1, 1
		if old != nil {
			next.Version, next.Incarnation = old.Version+1, old.Incarnation
		}
		m[id] = &next
	case registry.Unregister:
		delete(m, op.ID)
	case registry.Update:
		old := m[op.ID]
		_, hidden := op.Patch.Team.Get()
		if old == nil || op.IfVersion != 0 && op.IfVersion != old.Version || hidden {
			return false
		}
		next := *old
		next.Version++
		next.Health, _ = op.Patch.Health.Get()
		m[op.ID] = &next
	case registry.Restore:
		m[registry.IDOf(op.Row)] = op.Row
	}
	return true
}

func same(t *rapid.T, want model, b *book) {
	require.Equal(t, len(want), b.len())
	for e := range b.from(registry.ID{}) {
		w := want[e.id]
		require.NotNil(t, w, e.id)
		got := *e.full
		got.RegisteredAt = w.RegisteredAt
		require.Equal(t, *w, got)
		require.Empty(t, e.shown.Team)
		require.Equal(t, w.Version, e.shown.Version)
	}
}

// TestBookEqualsANaiveMapAndOldBooksStayAsTheyWere also holds the law of changes: they turn any earlier book into any later one.
func TestBookEqualsANaiveMapAndOldBooksStayAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, b := model{}, newBook(1)
		books, models := []*book{b}, []model{maps.Clone(m)}
		r := rules{types: types, now: time.Unix(1, 0)}
		for range rapid.IntRange(1, 25).Draw(t, "batches") {
			mode := rapid.SampledFrom([]registry.Mode{registry.Each, registry.Atomic}).Draw(t, "mode")
			ops := rapid.SliceOfN(rapid.Custom(drawOp), 1, 4).Draw(t, "ops")
			next, results, err := b.batch(mode, ops, r)
			trial, refused := maps.Clone(m), false
			for i, op := range ops {
				ok := trial.do(op)
				refused = refused || !ok
				if mode == registry.Each {
					require.Equal(t, ok, results[i].Err == nil, "%v", results[i].Err)
				}
			}
			if mode == registry.Each || !refused {
				m = trial
			}
			require.Equal(t, mode == registry.Atomic && refused, err != nil)
			if b = next; next != books[len(books)-1] {
				books, models = append(books, next), append(models, maps.Clone(m))
			}
		}
		for i := range books {
			same(t, models[i], books[i])
		}
		from, to := rapid.IntRange(0, len(books)-1).Draw(t, "from"), rapid.IntRange(0, len(books)-1).Draw(t, "to")
		got := maps.Clone(models[from])
		since := books[from]
		if rapid.Bool().Draw(t, "stranger") { // as after the loss of everything
			since = &book{epoch: 2, version: 1, rows: since.rows}
		}
		for _, c := range books[to].changes(since) {
			if c.After == nil {
				delete(got, registry.IDOf(c.Before))
			} else {
				row := *c.After
				row.RegisteredAt = time.Time{}
				if row.Version == 7 || models[to][registry.IDOf(&row)] == nil {
					got[registry.IDOf(&row)] = &row
				} else {
					got[registry.IDOf(&row)] = models[to][registry.IDOf(&row)]
				}
			}
		}
		require.Equal(t, len(models[to]), len(got))
		for id, row := range models[to] {
			require.Equal(t, row.Version, got[id].Version)
			require.Equal(t, row.Health, got[id].Health)
		}
	})
}

func TestChangesAreRightWhenTheLogDoesNotGoBackSoFar(t *testing.T) {
	b := newBook(1)
	first := b
	for i := range 3 * maxLog {
		b, _, _ = b.batch(registry.Each, []registry.Op{registry.Restore{Row: &index.Row{ID: fmt.Sprint(i % 10), Kind: Agent}}}, rules{})
	}
	require.LessOrEqual(t, len(b.log), 2*maxLog)
	require.Len(t, b.changes(first), 10)
	last := b
	b, _, _ = b.batch(registry.Each, []registry.Op{registry.Unregister{ID: registry.ID{Name: "3"}}}, rules{})
	require.Len(t, b.changes(last), 1)
}
