// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/config"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// dummy is a process that does nothing but what its Init is given to do.
type dummy struct{ init func() error }

func (d dummy) Init(*actors.Context[string]) error { return d.init() }

func (d dummy) Receive(_ *actors.Context[string], m string) error { return errors.New(m) }

// part is a service of one dummy process.
func part(s phase.Service, init func() error) service {
	return service{Service: s, make: func(*Node) ([]supervision.Child, error) {
		return []supervision.Child{{ID: s.Name, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
			ref, err := actors.SpawnLink(in, s.Name, func() actors.Behavior[string] { return dummy{init} })
			return ref.PID(), err
		}}}, nil
	}}
}

func fine() error { return nil }

// inNode runs a node of certain services, in a bubble and without surfaces.
func inNode(t *testing.T, parts []service, body func(t *testing.T, n *Node, err error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg := config.Config{Node: config.Node{Name: "n", Start: time.Second, Drain: time.Second}}
		n, err := Start(context.Background(), Options{
			Config: cfg, Logger: slog.New(slog.DiscardHandler), Store: memory.New(memory.Options{}), NoSurfaces: true, Stdout: io.Discard, parts: parts,
		})
		body(t, n, err)
		if err == nil {
			_, err := n.Stop(context.Background())
			assert.NoError(t, err)
		}
	})
}

// states draws how phases and services are, with the reasons.
func states(n *Node) []string {
	var all []string
	line := func(name, state, why string) {
		if why != "" {
			state += ": " + why
		}
		all = append(all, name+" "+state)
	}
	for _, p := range n.Health().Phases {
		line(p.Name, p.State, p.Why)
		for _, s := range p.Services {
			line("  "+s.Name, s.State, s.Why)
		}
	}
	return all
}

func named(n *Node, phase, service string) admin.Service {
	for _, p := range n.Health().Phases {
		for _, s := range p.Services {
			if p.Name == phase && s.Name == service {
				return s
			}
		}
	}
	return admin.Service{}
}

func TestOptionalServiceThatDoesNotStartLeavesTheNodeDegradedAndIsTriedUntilItDoes(t *testing.T) {
	var tries, heal atomic.Int64
	inNode(t, []service{
		part(phase.Service{Name: "base", Phase: phase.Journal}, fine),
		part(phase.Service{Name: "extra", Phase: phase.Journal, Need: phase.Optional}, func() error {
			if tries.Add(1); heal.Load() == 0 {
				return errors.New("not today")
			}
			return nil
		}),
		part(phase.Service{Name: "later", Phase: phase.Work}, fine),
	}, func(t *testing.T, n *Node, err error) {
		require.NoError(t, err)
		synctest.Wait()
		assert.True(t, n.Health().Ready, "degraded is ready")
		assert.Equal(t, []string{"journal degraded: extra: not today", "  base up", "  extra down: not today", "work up", "  later up"}, states(n))
		since := named(n, "journal", "extra").Since
		assert.Equal(t, n.born, since)

		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Greater(t, tries.Load(), int64(5))
		assert.Less(t, tries.Load(), int64(12), "the waits grow")
		assert.Equal(t, since, named(n, "journal", "extra").Since, "it has been down all the time")
		before := n.sys.WhereIs("base")

		heal.Store(1)
		time.Sleep(31 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"journal up", "  base up", "  extra up", "work up", "  later up"}, states(n))
		assert.Equal(t, before, n.sys.WhereIs("base"), "nobody else was touched")
	})
}

func TestRequiredServiceThatDoesNotStartEndsTheStartWithItsCause(t *testing.T) {
	began := false
	inNode(t, []service{
		part(phase.Service{Name: "base", Phase: phase.Journal}, fine),
		part(phase.Service{Name: "must", Phase: phase.Registry}, func() error { return io.ErrUnexpectedEOF }),
		part(phase.Service{Name: "later", Phase: phase.Work}, func() error { began = true; return nil }),
	}, func(t *testing.T, _ *Node, err error) {
		var failed *PhaseError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, PhaseError{phase.Registry, "must", io.ErrUnexpectedEOF}, *failed)
		require.EqualError(t, err, "node: start registry/must: unexpected EOF")
		assert.False(t, began, "a later phase has not begun")
	})
}

func TestPhaseThatTakesTooLongEndsTheStartAndNamesWhoWasStarting(t *testing.T) {
	inNode(t, []service{
		part(phase.Service{Name: "quick", Phase: phase.Registry}, fine),
		part(phase.Service{Name: "slow", Phase: phase.Registry}, func() error {
			<-time.After(10 * time.Second)
			return nil
		}),
	}, func(t *testing.T, _ *Node, err error) {
		require.ErrorIs(t, err, ErrBudget)
		require.EqualError(t, err, "node: start registry/slow: node: the phase was not up in its time, 1s (node.start in the config)")
		time.Sleep(time.Minute) // the abandoned Init returns
	})
}

func TestServicesStartBehindWhatTheyDependOn(t *testing.T) {
	var order []string
	note := func(name string) func() error {
		return func() error { order = append(order, name); return nil }
	}
	inNode(t, []service{
		part(phase.Service{Name: "work", Phase: phase.Work}, note("work")),
		part(phase.Service{Name: "upkeep", Phase: phase.Journal, After: []string{"store"}}, note("upkeep")),
		part(phase.Service{Name: "store", Phase: phase.Journal}, note("store")),
		part(phase.Service{Name: "series", Phase: phase.Telemetry}, note("series")),
	}, func(t *testing.T, _ *Node, err error) {
		require.NoError(t, err)
		assert.Equal(t, []string{"series", "store", "upkeep", "work"}, order)
	})
}

func TestWhatNobodyDeclaredRightIsRefused(t *testing.T) {
	inNode(t, []service{
		part(phase.Service{Name: "a", Phase: phase.Work, After: []string{"b"}}, fine),
		part(phase.Service{Name: "b", Phase: phase.Work, After: []string{"a"}}, fine),
	}, func(t *testing.T, _ *Node, err error) {
		var circle *phase.CycleError
		require.ErrorAs(t, err, &circle)
		assert.Equal(t, "a -> b -> a", circle.Circle())
	})
}

func TestHealthOfALivingServiceIsHeard(t *testing.T) {
	var why atomic.Pointer[string]
	s := part(phase.Service{Name: "disk", Phase: phase.Journal}, fine)
	s.health = func(*Node) string {
		if text := why.Load(); text != nil {
			return *text
		}
		return ""
	}
	inNode(t, []service{s}, func(t *testing.T, n *Node, err error) {
		require.NoError(t, err)
		assert.Equal(t, []string{"journal up", "  disk up"}, states(n))
		full := "no space"
		why.Store(&full)
		assert.Equal(t, []string{"journal degraded: disk: no space", "  disk degraded: no space"}, states(n))
		assert.True(t, n.Health().Ready)
	})
}

// The three losses: who lives anew when a service crashes.
func TestCrashCostsWhatTheDeclarationSays(t *testing.T) {
	for name, c := range map[string]struct {
		need    phase.Need
		loss    phase.Loss
		crashes int
		rebuilt bool // the neighbour and the later phase live anew
		waits   bool // it is not back at once
	}{
		"escalates, once":        {loss: phase.Escalates, crashes: 1},
		"escalates, too often":   {loss: phase.Escalates, crashes: 4, rebuilt: true},
		"rebuilds":               {loss: phase.Rebuilds, crashes: 1, rebuilt: true},
		"alone":                  {loss: phase.Alone, crashes: 1, waits: true},
		"optional, however":      {need: phase.Optional, loss: phase.Rebuilds, crashes: 1, waits: true},
		"alone, again and again": {loss: phase.Alone, crashes: 6, waits: true},
	} {
		t.Run(name, func(t *testing.T) {
			inNode(t, []service{
				part(phase.Service{Name: "early", Phase: phase.Journal}, fine),
				part(phase.Service{Name: "it", Phase: phase.Registry, Need: c.need, Loss: c.loss}, fine),
				part(phase.Service{Name: "neighbour", Phase: phase.Registry}, fine),
				part(phase.Service{Name: "later", Phase: phase.Work}, fine),
			}, func(t *testing.T, n *Node, err error) {
				require.NoError(t, err)
				first := map[string]actors.PID{}
				for _, name := range []string{"early", "it", "neighbour", "later"} {
					first[name] = n.sys.WhereIs(name)
				}
				for range c.crashes {
					n.sys.WhereIs("it").Kill()
					synctest.Wait()
					if c.waits {
						assert.False(t, n.sys.WhereIs("it").Alive())
						assert.Equal(t, c.need == phase.Optional, n.Health().Ready, "without an optional service the node is ready")
						assert.Equal(t, "down: killed", named(n, "registry", "it").State+": "+named(n, "registry", "it").Why)
						time.Sleep(30 * time.Second)
					} else {
						time.Sleep(time.Second)
					}
					synctest.Wait()
					assert.True(t, n.Health().Ready)
				}
				assert.NotEqual(t, first["it"], n.sys.WhereIs("it"))
				assert.Equal(t, first["early"], n.sys.WhereIs("early"), "an earlier phase is never touched")
				for _, name := range []string{"neighbour", "later"} {
					assert.Equal(t, c.rebuilt, first[name] != n.sys.WhereIs(name), name)
					assert.True(t, n.sys.WhereIs(name).Alive(), name)
				}
			})
		})
	}
}
