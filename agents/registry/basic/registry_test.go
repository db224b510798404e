// SPDX-License-Identifier: Apache-2.0

package basic_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/basic"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// start starts a registry under a supervisor that forgives much.
func start(t require.TestingT, sys *actors.System, s basic.Spec) *basic.Registry {
	r, children, err := basic.New(sys, s)
	require.NoError(t, err)
	_, err = supervision.Start(sys, "sup", supervision.Spec{Children: children, Intensity: supervision.Intensity{Max: 1000, Within: time.Second}})
	require.NoError(t, err)
	return r
}

// live runs a body in a bubble.
func live(t *testing.T, body func(t *testing.T, sys *actors.System, r *basic.Registry)) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		body(t, sys, start(t, sys, basic.Spec{}))
	})
}

func idle(sys *actors.System) actors.PID {
	return actors.MustSpawn(sys, "", actors.Stateless(func(*actors.Context[string], string) error { return nil })).PID()
}

func row(id string, h index.Handle) *index.Row {
	return &index.Row{ID: id, Kind: basic.Service, Handle: h}
}

func ids(rows []*index.Row) []string {
	all := make([]string, 0, len(rows))
	for _, r := range rows {
		all = append(all, registry.IDOf(r).String())
	}
	return all
}

// Holds: META-11
func TestNamesAreUniqueInTheirNamespaceAndUnregisteringTwiceIsNoError(t *testing.T) {
	live(t, func(t *testing.T, sys *actors.System, r *basic.Registry) {
		ctx := t.Context()
		one, two := idle(sys), idle(sys)
		got, err := r.Register(ctx, row("a", one))
		require.NoError(t, err)
		assert.Equal(t, uint64(1), got.Version)
		_, err = r.Register(ctx, row("a", two))
		var dup *registry.DuplicateError
		require.ErrorAs(t, err, &dup)
		assert.Equal(t, index.Handle(one), dup.Holder)
		_, err = r.Register(ctx, &index.Row{Namespace: "test", ID: "a", Kind: basic.Agent, Handle: two})
		require.NoError(t, err, "another namespace")
		assert.Equal(t, []string{"", "test"}, r.Namespaces())
		assert.Equal(t, []string{`"a"`}, ids(r.Match("", func(*index.Row) bool { return true })))

		require.NoError(t, r.Unregister(ctx, registry.ID{Name: "a"}))
		require.NoError(t, r.Unregister(ctx, registry.ID{Name: "a"}))
		_, ok := r.Lookup(registry.ID{Name: "a"})
		assert.False(t, ok)
		_, ok = r.Lookup(registry.ID{Namespace: "test", Name: "a"})
		assert.True(t, ok)
		assert.True(t, one.Alive(), "who is unregistered lives on")
	})
}

// Holds: META-2
func TestOnlyKnownTypesAreRegistered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		r := start(t, sys, basic.Spec{Types: []string{"reviewer"}})
		for _, kind := range []string{basic.Agent, basic.Service, basic.CoordinationService, "reviewer"} {
			_, err := r.Register(t.Context(), &index.Row{ID: kind, Kind: kind})
			require.NoError(t, err)
		}
		for _, kind := range []string{"", "Agent", "review"} {
			_, err := r.Register(t.Context(), &index.Row{ID: "x", Kind: kind})
			require.ErrorIs(t, err, registry.ErrInvalidRow, "%q", kind)
		}
		_, err := r.Register(t.Context(), &index.Row{ID: "x", Kind: "servce"})
		require.ErrorContains(t, err, `did you mean "service"?`)
	})
}

func TestHealthIsUnknownUntilSomebodySaysIt(t *testing.T) {
	live(t, func(t *testing.T, sys *actors.System, r *basic.Registry) {
		id := registry.ID{Name: "a"}
		_, err := r.Register(t.Context(), row("a", idle(sys)))
		require.NoError(t, err)
		m, ok := r.Metadata(id)
		require.True(t, ok)
		assert.Equal(t, basic.Metadata{Type: basic.Service, Values: map[string]string{}}, m)

		require.NoError(t, r.SetMetadata(t.Context(), id, basic.Metadata{Health: query.Degraded, Values: map[string]string{"zone": "b"}}))
		m, _ = r.Metadata(id)
		assert.Equal(t, basic.Metadata{Type: basic.Service, Health: query.Degraded, Values: map[string]string{"zone": "b"}}, m)
		assert.Equal(t, basic.Stats{
			Version: 2, Rows: 1, Namespaces: map[string]int{"": 1}, Types: map[string]int{basic.Service: 1}, Health: map[query.Status]int{query.Degraded: 1},
		}, r.Stats())
		require.ErrorIs(t, r.SetMetadata(t.Context(), registry.ID{Name: "b"}, basic.Metadata{}), registry.ErrNotFound)
	})
}

func TestWhatIsNotShownIsKeptAndAskingForItIsAnError(t *testing.T) {
	live(t, func(t *testing.T, sys *actors.System, r *basic.Registry) {
		ctx := t.Context()
		full := row("a", idle(sys))
		full.Capabilities = []index.Capability{{Name: "review"}}
		full.State = query.Ready
		got, err := r.Register(ctx, full)
		require.NoError(t, err)
		assert.Empty(t, got.Capabilities)

		for _, text := range []string{`capability = review`, `health = healthy or (kind = service and not queue < 3)`, `missing(p99)`, `kind = x order by node`} {
			q, err := query.Parse(text)
			require.NoError(t, err)
			_, err = r.Find(q)
			require.ErrorIs(t, err, registry.ErrMode, text)
		}
		q, err := query.Parse(`kind = service and health = unknown and missing(label.zone) order by registered_at limit 1`)
		require.NoError(t, err)
		page, err := r.Find(q)
		require.NoError(t, err)
		assert.Equal(t, []string{`"a"`}, ids(page.Rows))

		_, err = r.Update(ctx, registry.ID{Name: "a"}, 0, registry.Patch{Usage: index.Known(index.Usage{})})
		require.ErrorIs(t, err, registry.ErrMode)
		changes, _, ok := r.Changes(basic.Mark{})
		require.True(t, ok)
		require.Len(t, changes, 1)
		assert.Equal(t, "review", changes[0].After.Capabilities[0].Name)
	})
}

func TestDeadProcessesAreNotRegisteredAndLeaveAllTheirRows(t *testing.T) {
	live(t, func(t *testing.T, sys *actors.System, r *basic.Registry) {
		p := idle(sys)
		for i := range 3 {
			_, err := r.Register(t.Context(), row(fmt.Sprint(i), p))
			require.NoError(t, err)
		}
		before := r.Stats().Version
		p.Kill()
		synctest.Wait()
		assert.Empty(t, slices.Collect(r.All()))
		assert.Equal(t, before+1, r.Stats().Version, "in one commit")
		_, err := r.Register(t.Context(), row("a", p))
		require.ErrorIs(t, err, registry.ErrDead)
	})
}

func TestReadOnlyRefusesWritesButHearsOfDeathsAndTakesImports(t *testing.T) {
	live(t, func(t *testing.T, sys *actors.System, r *basic.Registry) {
		ctx := t.Context()
		p := idle(sys)
		_, err := r.Register(ctx, row("a", p))
		require.NoError(t, err)
		require.NoError(t, r.SetReadOnly(ctx, true))
		require.NoError(t, r.SetReadOnly(ctx, true))
		_, err = r.Register(ctx, row("b", p))
		require.ErrorIs(t, err, registry.ErrReadOnly)
		require.ErrorIs(t, r.Unregister(ctx, registry.ID{Name: "a"}), registry.ErrReadOnly)

		sys.WhereIs("registry.basic").Kill()
		synctest.Wait()
		require.ErrorIs(t, r.Unregister(ctx, registry.ID{Name: "a"}), registry.ErrReadOnly, "also after a crash")
		require.NoError(t, r.Import(ctx, registry.Restore{Row: &index.Row{ID: "c", Kind: "any", Version: 9}}))
		p.Kill()
		synctest.Wait()
		assert.Equal(t, []string{`"c"`}, ids(slices.Collect(r.All())))
		require.NoError(t, r.SetReadOnly(ctx, false))
		require.NoError(t, r.Unregister(ctx, registry.ID{Name: "c"}))
	})
}

// Holds: META-12
func TestRowsOutliveTheOwnerAndTheDeadOfMeanwhileAreGone(t *testing.T) {
	live(t, func(t *testing.T, sys *actors.System, r *basic.Registry) {
		ctx := t.Context()
		stays, goes := idle(sys), idle(sys)
		_, err := r.Batch(ctx, registry.Atomic, registry.Register{Row: row("a", stays)}, registry.Register{Row: row("b", goes)})
		require.NoError(t, err)
		for range 3 {
			sys.WhereIs("registry.basic").Kill()
			row, ok := r.Lookup(registry.ID{Name: "a"})
			require.True(t, ok, "nobody notices")
			require.Equal(t, index.Handle(stays), row.Handle)
			goes.Kill()
			synctest.Wait()
			assert.Equal(t, []string{`"a"`}, ids(slices.Collect(r.All())))
			sys.WhereIs("registry.basic.holder").Kill() // its successor is the heir of the next crash
			synctest.Wait()
		}
		sys.WhereIs("registry.basic.holder").Kill()
		sys.WhereIs("registry.basic").Kill()
		synctest.Wait()
		_, ok := r.Lookup(registry.ID{Name: "a"})
		assert.False(t, ok, "both at once")
		_, err = r.Register(ctx, row("a", stays))
		require.NoError(t, err)
		assert.Len(t, slices.Collect(r.All()), 1)
	})
}

// In any order of turns, with the owner, the holder and agents killed wherever they are: what was acknowledged is there unless its process ended or
// both had the table's bad luck, and nobody who has ended is left.
func TestRegistryAgreesWithTheLivingInAnyOrderOfTurns(t *testing.T) {
	sim.Explore(t, 200, func(s *sim.Sim) {
		sys := s.System()
		r := start(s, sys, basic.Spec{})
		var living []actors.PID
		acknowledged := map[string]actors.PID{}
		s.Fault(sim.Fault{Do: sim.Kill, Process: "/sup/registry.basic", Chance: 0.05})
		for i := range 12 {
			pid := idle(sys)
			living = append(living, pid)
			id := fmt.Sprint(i)
			if _, err := r.Register(context.Background(), row(id, pid)); err == nil {
				acknowledged[id] = pid
			} else {
				require.ErrorIs(s, err, registry.ErrUnavailable)
			}
			if i%4 == 3 {
				living[i-1].Kill()
			}
		}
		s.Settle()
		for id, pid := range acknowledged {
			_, ok := r.Lookup(registry.ID{Name: id})
			assert.Equal(s, pid.Alive(), ok, id)
		}
		for row := range r.All() {
			assert.True(s, row.Handle.(actors.PID).Alive())
		}
	})
}

func TestLookupAllocatesNothing(t *testing.T) {
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	r := start(t, sys, basic.Spec{})
	_, err := r.Register(t.Context(), row("a", idle(sys)))
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() { r.Lookup(registry.ID{Name: "a"}) }))
}
