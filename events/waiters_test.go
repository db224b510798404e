// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
)

// still is a store whose head never moves.
type still struct{ Store }

func (still) Head(context.Context) (Position, error) { return 0, nil }

func TestQuestionsNobodyWaitsForAreDropped(t *testing.T) {
	var w waiters
	for range 10_000 {
		assert.NoError(t, w.add(t.Context(), still{}, await{})) // an await without a caller stands for one whose caller is gone
	}
	assert.LessOrEqual(t, len(w.open), leastSweep)
}
