// SPDX-License-Identifier: Apache-2.0

package erlang_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/bench/erlang"
)

func TestEveryMeasureRunsOnErlang(t *testing.T) {
	node, err := erlang.Start(t.Context(), t.TempDir())
	if errors.Is(err, erlang.ErrMissing) {
		t.Skip(err)
	}
	require.NoError(t, err)
	assert.Contains(t, node.Version, "Erlang/OTP ")
	for _, name := range []string{"idle", "tell", "pairs", "pingpong", "call", "start", "restart", "name", "table", "group"} {
		figure, err := node.Measure(name, 1000) // enough that memory grows whatever else is freed meanwhile
		require.NoError(t, err, name)
		assert.Positive(t, figure, name)
	}
	_, err = node.Measure("nothing", 1)
	require.ErrorContains(t, err, `measure "nothing"`)
	_, err = node.Measure("tell", 100)
	require.NoError(t, err, "a measure that fails must not end the others")
	require.NoError(t, node.Close())
}

func TestErlangThatIsNotThereIsMissingAndNotBroken(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := erlang.Start(t.Context(), t.TempDir())
	require.ErrorIs(t, err, erlang.ErrMissing)
}
