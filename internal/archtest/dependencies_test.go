// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryDirectDependencyHasItsReason(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	assert.Empty(t, UnexplainedDependencies(string(data)))
	assert.True(t, slices.IsSortedFunc(Dependencies, func(a, b Dependency) int { return strings.Compare(a.Module, b.Module) }))
	for _, d := range Dependencies {
		assert.NotEmpty(t, d.Why, d.Module)
	}
}

func TestDependencyWithoutReasonAndReasonWithoutDependencyAreFound(t *testing.T) {
	const goMod = `module m

go 1.26

require (
	github.com/rs/zerolog v1.0.0
	example.com/new v1.0.0
	example.com/far v1.0.0 // indirect
)

require example.com/alone v1.0.0
`
	assert.Equal(t, []string{"github.com/rs/zerolog", "example.com/new", "example.com/alone"}, DirectRequirements(goMod))
	got := UnexplainedDependencies(goMod)
	assert.Contains(t, got, "go.mod requires example.com/new, and Dependencies does not say why")
	assert.Contains(t, got, "go.mod requires example.com/alone, and Dependencies does not say why")
	assert.Contains(t, got, "Dependencies explains go.uber.org/goleak, which go.mod does not require directly")
	assert.Len(t, got, 2+len(Dependencies)-1)
}
