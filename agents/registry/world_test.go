// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// do is a message that says itself what its receiver is to do.
type do func(c *cx) error

type (
	cx  = actors.Context[do]
	ref = actors.Ref[do]
)

func receive(c *cx, m do) error { return m(c) }

// tb is what a test and a simulation have in common.
type tb interface {
	require.TestingT
	Helper()
}

// world is a system with a registry.
type world struct {
	tb
	sys *actors.System
	bus *telemetry.Bus
	reg *registry.Registry
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// patient lets a test end children as often as it likes.
var patient = supervision.Intensity{Max: 1_000_000, Within: time.Second}

// newWorld starts a registry in a system.
func newWorld(t testing.TB, o registry.Options) *world {
	w := &world{tb: t, bus: telemetry.NewBus()}
	w.sys = actors.New(actors.Options{Events: w.bus, Logger: quiet})
	t.Cleanup(func() { require.NoError(t, w.sys.Close(context.Background())) })
	w.run(o)
	return w
}

func (w *world) run(o registry.Options) {
	reg, child, err := registry.New(w.sys, o)
	require.NoError(w, err)
	w.reg = reg
	_, err = supervision.Start(w.sys, "node", supervision.Spec{Intensity: patient, Children: []supervision.Child{child}})
	require.NoError(w, err)
}

// live runs a body in a bubble.
func live(t *testing.T, o registry.Options, body func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, o)
		synctest.Wait()
		body(w)
	})
}

// start starts a process that does what it is told.
func (w *world) start() ref { return actors.MustSpawn(w.sys, "", actors.Stateless(receive)) }

// owner and holder are the registry's processes.
func (w *world) owner() actors.PID  { return w.sys.WhereIs(w.reg.Name()) }
func (w *world) holder() actors.PID { return w.sys.WhereIs(w.reg.Name() + ".holder") }

func (w *world) register(row *index.Row) *index.Row {
	w.Helper()
	now, err := w.reg.Register(context.Background(), row)
	require.NoError(w, err)
	return now
}

func (w *world) lookup(name string) *index.Row {
	w.Helper()
	row, ok := w.reg.Lookup(registry.ID{Name: name})
	require.True(w, ok, "%s is registered", name)
	return row
}

func (w *world) known(name string) bool {
	_, ok := w.reg.Lookup(registry.ID{Name: name})
	return ok
}

// ids returns the names that a query finds.
func (w *world) ids(text string) []string {
	w.Helper()
	q, err := query.Parse(text)
	require.NoError(w, err)
	page, err := w.reg.Find(q)
	require.NoError(w, err)
	out := []string{}
	for _, row := range page.Rows {
		out = append(out, row.ID)
	}
	return out
}

func id(name string) registry.ID { return registry.ID{Name: name} }

// agent is a row of somebody who is ready, with capabilities.
func agent(name string, h index.Handle, capabilities ...string) *index.Row {
	row := &index.Row{ID: name, Kind: "worker", State: query.Ready, Handle: h}
	for _, c := range capabilities {
		row.Capabilities = append(row.Capabilities, index.Capability{Name: c})
	}
	return row
}

// count has heard called with each event of a type.
func count[E telemetry.Event](bus *telemetry.Bus, heard func(E)) (stop func()) {
	return telemetry.Subscribe(bus, "test", heard)
}
