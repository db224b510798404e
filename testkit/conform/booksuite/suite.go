// SPDX-License-Identifier: Apache-2.0

package booksuite

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/testkit/sim"
)

// Run holds a registry to every law.
func Run(t *testing.T, start func(s *sim.Sim) registry.Book) {
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			sim.Explore(t, 5, func(s *sim.Sim) { l.holds(&world{s, start(s)}) })
		})
	}
}

var laws = []struct {
	name  string
	holds func(w *world)
}{
	{"who is registered is found until he is unregistered", registered},
	{"a name has one living holder", unique},
	{"the dead are not registered, and leave", dead},
	{"rows are checked", checked},
	{"an update is for the version it was made for", updated},
	{"a batch is done wholly or not at all if it is to be", batched},
	{"what is restored is as it was", restored},
	{"queries see one namespace and one order", found},
	{"a registry is what a naive map is", modelled},
}

// world is a registry in a simulation.
type world struct {
	*sim.Sim
	registry.Book
}

var ctx = context.Background()

func (w *world) idle() actors.PID {
	return actors.MustSpawn(w.System(), "", actors.Stateless(func(*actors.Context[struct{}], struct{}) error { return nil })).PID()
}

// agent is a row of the one type that every registry knows.
func agent(id string, h index.Handle) *index.Row { return &index.Row{ID: id, Kind: "agent", Handle: h} }

func name(id string) registry.ID { return registry.ID{Name: id} }

func (w *world) add(row *index.Row) *index.Row {
	r, err := w.Register(ctx, row)
	require.NoError(w, err)
	return r
}

// plain leaves out when a row was taken over, which a migration may do at any time.
func plain(rows ...*index.Row) []index.Row {
	all := make([]index.Row, 0, len(rows))
	for _, r := range rows {
		c := *r
		c.MigratedAt = time.Time{}
		all = append(all, c)
	}
	return all
}

func (w *world) all() []index.Row { return plain(slices.Collect(w.All())...) }

func registered(w *world) {
	p := w.idle()
	before := w.Now()
	r := w.add(agent("a", p))
	assert.Equal(w, uint64(1), r.Version)
	assert.Equal(w, uint64(1), r.Incarnation)
	assert.False(w, r.RegisteredAt.Before(before))
	assert.Equal(w, query.Unknown, r.Health.Status, "nobody has said how it is")
	got, ok := w.Lookup(name("a"))
	require.True(w, ok)
	assert.Equal(w, plain(r), plain(got))
	assert.Equal(w, plain(r), w.all())
	require.NoError(w, w.Unregister(ctx, name("a")))
	_, ok = w.Lookup(name("a"))
	assert.False(w, ok)
	require.NoError(w, w.Unregister(ctx, name("a")), "it is no error that there is none")
	assert.True(w, p.Alive(), "who is unregistered lives on")
	assert.Empty(w, slices.Collect(w.All()))
}

func unique(w *world) {
	one, two := w.idle(), w.idle()
	w.add(agent("a", one))
	_, err := w.Register(ctx, agent("a", two))
	var taken *registry.DuplicateError
	require.ErrorAs(w, err, &taken)
	require.ErrorIs(w, err, registry.ErrDuplicate)
	assert.Equal(w, name("a"), taken.ID)
	assert.Equal(w, index.Handle(one), taken.Holder)

	again := agent("a", one)
	again.Labels = []index.Label{{Name: "zone", Value: "b"}}
	r := w.add(again)
	assert.Equal(w, uint64(2), r.Version, "who is there may declare himself anew")
	assert.Equal(w, uint64(1), r.Incarnation)
	assert.Equal(w, again.Labels, r.Labels)

	w.add(&index.Row{Namespace: "other", ID: "a", Kind: "agent", Handle: two})
	_, ok := w.Lookup(registry.ID{Namespace: "other", Name: "a"})
	assert.True(w, ok, "namespaces are apart")
}

func dead(w *world) {
	p := w.idle()
	w.add(agent("a", p))
	w.add(agent("b", p))
	stays := w.add(agent("c", w.idle()))
	p.Kill()
	w.Settle()
	assert.Equal(w, plain(stays), w.all(), "it leaves all its rows")
	_, err := w.Register(ctx, agent("a", p))
	require.ErrorIs(w, err, registry.ErrDead)
	w.add(agent("a", w.idle()))
}

func checked(w *world) {
	for _, row := range []*index.Row{
		{Kind: "agent"},
		{ID: "a", Namespace: query.AllNamespaces, Kind: "agent"},
		{ID: "a", Kind: "agent", Labels: []index.Label{{Name: "x"}, {Name: "x"}}},
	} {
		_, err := w.Register(ctx, row)
		require.ErrorIs(w, err, registry.ErrInvalidRow)
		var wrong *registry.InvalidRowError
		require.ErrorAs(w, err, &wrong)
		assert.Equal(w, registry.IDOf(row), wrong.ID)
	}
	_, err := w.Register(ctx, nil)
	require.ErrorIs(w, err, registry.ErrInvalidRow)
	assert.Empty(w, slices.Collect(w.All()))
}

func health(s query.Status) registry.Patch {
	return registry.Patch{Health: index.Known(index.Health{Status: s})}
}

func updated(w *world) {
	_, err := w.Update(ctx, name("a"), 0, health(query.Healthy))
	require.ErrorIs(w, err, registry.ErrNotFound)
	w.add(agent("a", w.idle()))
	r, err := w.Update(ctx, name("a"), 1, health(query.Degraded))
	require.NoError(w, err)
	assert.Equal(w, uint64(2), r.Version)
	assert.Equal(w, query.Degraded, r.Health.Status)
	_, err = w.Update(ctx, name("a"), 1, health(query.Healthy))
	var wrong *registry.VersionError
	require.ErrorAs(w, err, &wrong)
	assert.Equal(w, uint64(2), wrong.Have)
	_, err = w.Update(ctx, name("a"), 0, registry.Patch{Labels: index.Known([]index.Label{{}})})
	require.ErrorIs(w, err, registry.ErrInvalidRow)
	got, _ := w.Lookup(name("a"))
	assert.Equal(w, plain(r), plain(got), "what is refused changes nothing")
}

func batched(w *world) {
	p := w.idle()
	ops := []registry.Op{
		registry.Register{Row: agent("a", p)}, registry.Update{ID: name("a"), IfVersion: 9, Patch: health(query.Healthy)}, registry.Register{Row: agent("b", p)},
	}
	results, err := w.Batch(ctx, registry.Atomic, ops...)
	require.ErrorIs(w, err, registry.ErrVersion)
	require.Len(w, results, 3)
	require.ErrorIs(w, results[0].Err, registry.ErrUndone)
	require.ErrorIs(w, results[1].Err, registry.ErrVersion)
	assert.Empty(w, slices.Collect(w.All()))

	results, err = w.Batch(ctx, registry.Each, ops...)
	require.NoError(w, err)
	require.NoError(w, results[0].Err)
	require.ErrorIs(w, results[1].Err, registry.ErrVersion)
	require.NoError(w, results[2].Err)
	assert.Len(w, slices.Collect(w.All()), 2)

	results, err = w.Batch(ctx, registry.Atomic, registry.Unregister{ID: name("a")}, registry.Update{ID: name("b"), Patch: health(query.Healthy)})
	require.NoError(w, err)
	assert.Nil(w, results[0].Row)
	assert.Equal(w, uint64(2), results[1].Row.Version)
	_, err = w.Batch(ctx, registry.Each, make([]registry.Op, registry.MaxBatch+1)...)
	require.ErrorIs(w, err, registry.ErrLimit)
}

func restored(w *world) {
	p := w.idle()
	w.add(agent("a", w.idle()))
	row := agent("a", p)
	row.Version, row.Incarnation, row.RegisteredAt = 41, 7, w.Now().Add(-1)
	results, err := w.Batch(ctx, registry.Each, registry.Restore{Row: row})
	require.NoError(w, err)
	require.NoError(w, results[0].Err, "whoever was there")
	got, _ := w.Lookup(name("a"))
	assert.Equal(w, row.Version, got.Version)
	assert.Equal(w, row.Incarnation, got.Incarnation)
	assert.Equal(w, row.RegisteredAt, got.RegisteredAt)
	r, err := w.Update(ctx, name("a"), 41, health(query.Healthy))
	require.NoError(w, err)
	assert.Equal(w, uint64(42), r.Version)
	p.Kill()
	w.Settle()
	_, ok := w.Lookup(name("a"))
	assert.False(w, ok, "it is watched as any other")
}

func found(w *world) {
	for i := range 9 {
		row := agent(fmt.Sprint("a", 8-i), w.idle())
		row.Labels = []index.Label{{Name: "third", Value: fmt.Sprint(i % 3)}}
		w.add(row)
	}
	w.add(&index.Row{Namespace: "n", ID: "a0", Kind: "agent", Handle: w.idle()})
	var all []string
	for row := range w.All() {
		all = append(all, row.Namespace+"/"+row.ID)
	}
	assert.Equal(w, []string{"/a0", "/a1", "/a2", "/a3", "/a4", "/a5", "/a6", "/a7", "/a8", "n/a0"}, all)

	q := query.Query{Where: query.And(query.Kind.Eq("agent"), query.Label("third").NotIn("1")), OrderBy: []query.Order{query.Label("third").Desc()}, Limit: 4}
	var ids []string
	for {
		page, err := w.Find(q)
		require.NoError(w, err)
		for _, row := range page.Rows {
			ids = append(ids, row.ID)
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	assert.Equal(w, []string{"a0", "a3", "a6", "a2", "a5", "a8"}, ids)
	page, err := w.Find(query.Query{Namespace: query.AllNamespaces, Where: query.ID.Eq("a0")})
	require.NoError(w, err)
	assert.Len(w, page.Rows, 2)
	_, err = w.Find(query.Query{Limit: -1})
	require.ErrorIs(w, err, query.ErrBadQuery)
}
