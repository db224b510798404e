// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAHistoryHasTheLastCommitsOldestFirst(t *testing.T) {
	var h history
	var naive []*Commit
	assert.Empty(t, h.all())
	for i := range 3*historyLimit + 7 {
		c := &Commit{Version: Version{Seq: uint64(i)}}
		h.add(c)
		naive = append(naive, c)
		assert.True(t, slices.Equal(naive[max(0, len(naive)-historyLimit):], h.all()), "after %d", i+1)
	}
}
