// SPDX-License-Identifier: Apache-2.0

package work

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/events"
)

// The correlations of tasks whose ids differ only at the end lie next to each other in an index, and all of them are different.
func TestCorrelationsOfNeighboursAreDifferentAndLieTogether(t *testing.T) {
	seen := map[events.ID]string{}
	regions := map[[4]byte]bool{}
	for i := range 10_000 {
		name := fmt.Sprintf("task-%07d", i)
		id := correlation("work/q", name)
		assert.Equal(t, id, correlation("work/q", name))
		assert.Empty(t, seen[id], name)
		seen[id] = name
		regions[[4]byte(id[:4])] = true
	}
	assert.Len(t, regions, 10)
	for _, short := range []string{"", "a", "ab", "abc"} {
		id := correlation("work/q", short)
		assert.Empty(t, seen[id])
		seen[id] = short
		assert.NotEqual(t, id, correlation("work/r", short), "of another queue")
	}
}
