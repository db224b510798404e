// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/migrate"
	"mabeam.dev/supervision"
)

// enhanced is the registry that takes over, and the children that run it, behind others.
func enhanced(t require.TestingT, sys *actors.System, behind []supervision.Child) (migrate.Side, []supervision.Child) {
	r, child, err := registry.New(sys, registry.Options{Name: "after"})
	require.NoError(t, err)
	return migrate.Enhanced(r), append(behind, child)
}
