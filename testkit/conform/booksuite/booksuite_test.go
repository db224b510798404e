// SPDX-License-Identifier: Apache-2.0

package booksuite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/basic"
	"mabeam.dev/agents/registry/migrate"
	"mabeam.dev/agents/registry/migrate/plan"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/conform/booksuite"
	"mabeam.dev/testkit/sim"
)

func run(s *sim.Sim, children ...supervision.Child) {
	_, err := supervision.Start(s.System(), "registries", supervision.Spec{Children: children, Intensity: supervision.Intensity{Max: 100, Within: time.Second}})
	require.NoError(s, err)
}

func startBasic(s *sim.Sim) registry.Book {
	r, children, err := basic.New(s.System(), basic.Spec{})
	require.NoError(s, err)
	run(s, children...)
	return r
}

func startIndexed(s *sim.Sim) registry.Book {
	r, child, err := registry.New(s.System(), registry.Options{})
	require.NoError(s, err)
	run(s, child)
	return r
}

// startMigrating starts a migration that has come so far.
func startMigrating(s *sim.Sim, phase plan.Phase) registry.Book {
	before, children, err := basic.New(s.System(), basic.Spec{Name: "before"})
	require.NoError(s, err)
	after, child, err := registry.New(s.System(), registry.Options{Name: "after"})
	require.NoError(s, err)
	m, mover, err := migrate.New(s.System(), migrate.Spec{Old: migrate.Basic(before), New: migrate.Enhanced(after)})
	require.NoError(s, err)
	run(s, append(children, child, mover)...)
	for c := plan.Start; c <= plan.Retire; c++ {
		status, err := m.Status(s.Context())
		require.NoError(s, err)
		if status.Phase == phase {
			break
		}
		_, err = m.Do(s.Context(), c)
		require.NoError(s, err)
	}
	return m.Book()
}

// TestEveryRegistryKeepsTheSameLaws runs the basic registry, the one with indexes, and what consumers hold in every phase of a migration.
//
// Holds: REG-19
func TestEveryRegistryKeepsTheSameLaws(t *testing.T) {
	t.Run("basic", func(t *testing.T) { booksuite.Run(t, startBasic) })
	t.Run("indexed", func(t *testing.T) { booksuite.Run(t, startIndexed) })
	for p := plan.Idle; p <= plan.Retired; p++ {
		t.Run(fmt.Sprint("migration ", p), func(t *testing.T) {
			booksuite.Run(t, func(s *sim.Sim) registry.Book { return startMigrating(s, p) })
		})
	}
}

func Example() {
	// In the package of a registry:
	_ = func(t *testing.T) { booksuite.Run(t, startBasic) }
	fmt.Println("laws of names, versions, deaths, batches and queries")
	// Output: laws of names, versions, deaths, batches and queries
}
