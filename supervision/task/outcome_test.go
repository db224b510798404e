// SPDX-License-Identifier: Apache-2.0

package task

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/exit"
)

// Once it is settled that a task has no result, none is taken: who asked once gets the same answer for ever.
func TestAnOutcomeIsSettledOnce(t *testing.T) {
	var late outcome[int]
	_, err := late.result("/t", exit.ReasonKilled)
	var ended *ExitError
	require.ErrorAs(t, err, &ended)
	late.finish(7)
	_, err = late.result("/t", exit.ReasonKilled)
	require.ErrorAs(t, err, &ended)

	var early outcome[int]
	early.finish(7)
	early.finish(8)
	for range 2 {
		v, err := early.result("/t", exit.ReasonKilled)
		require.NoError(t, err)
		assert.Equal(t, 7, v)
	}

	var dropped outcome[*int]
	dropped.finish(new(int))
	dropped.drop()
	v, err := dropped.result("/t", exit.ReasonNormal)
	require.ErrorIs(t, err, ErrGivenUp)
	assert.Nil(t, v, "it is not kept")
	dropped.finish(new(int))
	assert.Nil(t, dropped.mu.value)
}
