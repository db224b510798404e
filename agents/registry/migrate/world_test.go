// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/basic"
	"mabeam.dev/agents/registry/migrate"
	"mabeam.dev/agents/registry/migrate/plan"
	"mabeam.dev/supervision"
)

// world is a system with two registries and a migration between them.
type world struct {
	require.TestingT
	sys      *actors.System
	old, new migrate.Side
	m        *migrate.Migration
	book     registry.Book
}

var steps = []plan.Command{plan.Start, plan.Copy, plan.Verify, plan.SwitchReads, plan.SwitchWrites, plan.Retire}

// build starts a world; change may replace what the migration gets to see.
func build(t require.TestingT, sys *actors.System, journal migrate.Journal, change func(*migrate.Spec)) *world {
	w := &world{TestingT: t, sys: sys}
	patient := supervision.Intensity{Max: 1_000_000, Within: time.Second}
	before, children, err := basic.New(sys, basic.Spec{Name: "before"})
	require.NoError(t, err)
	w.old = migrate.Basic(before)
	w.new, children = enhanced(t, sys, children)
	s := migrate.Spec{Old: w.old, New: w.new, Journal: journal}
	if change != nil {
		change(&s)
	}
	m, child, err := migrate.New(sys, s)
	require.NoError(t, err)
	w.m, w.book = m, m.Book()
	_, err = supervision.Start(sys, "node", supervision.Spec{Intensity: patient, Children: append(children, child)})
	require.NoError(t, err)
	return w
}

// live runs a body in a bubble.
func live(t *testing.T, change func(*migrate.Spec), body func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		body(t, build(t, sys, nil, change))
	})
}

func (w *world) do(c plan.Command) migrate.Status {
	s, err := w.m.Do(context.Background(), c)
	require.NoError(w, err, c)
	return s
}

// to goes up to a phase.
func (w *world) to(p plan.Phase) {
	for _, c := range steps[:p] {
		w.do(c)
	}
}

func (w *world) idle() actors.PID {
	return actors.MustSpawn(w.sys, "", actors.Stateless(func(*actors.Context[string], string) error { return nil })).PID()
}

func row(id string, h index.Handle) *index.Row {
	return &index.Row{ID: id, Kind: basic.Agent, Handle: h, Capabilities: []index.Capability{{Name: "review", Version: "1.2"}}}
}

func (w *world) register(id string) actors.PID {
	pid := w.idle()
	_, err := w.book.Register(context.Background(), row(id, pid))
	require.NoError(w, err)
	return pid
}

// full are all rows of a side, with what is hidden.
func full(t require.TestingT, s migrate.Side) map[string]*index.Row {
	_, now, err := s.Changes(nil)
	require.NoError(t, err)
	rows := map[string]*index.Row{}
	for r := range now.All() {
		rows[r.Namespace+":"+r.ID] = r
	}
	return rows
}

// equal says that both sides have the same rows of the living, in full.
func (w *world) equal() {
	_, a, err := w.old.Changes(nil)
	require.NoError(w, err)
	_, b, err := w.new.Changes(nil)
	require.NoError(w, err)
	rep := plan.Compare(a.All(), b.All(), func(h index.Handle) bool { pid, ok := h.(actors.PID); return !ok || pid.Alive() })
	require.True(w, rep.Equal(), "%v", rep.Differences)
}

// ids are those that consumers see.
func (w *world) ids() []string {
	var all []string
	for r := range w.book.All() {
		all = append(all, r.ID)
	}
	return all
}

func names(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%03d", i)
	}
	slices.Sort(all)
	return all
}
