// SPDX-License-Identifier: Apache-2.0

package nearest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/internal/nearest"
)

func TestWordIsTheNearestCandidateWithinTwoEdits(t *testing.T) {
	restarts := []string{"permanent", "transient", "temporary"}
	for _, tc := range []struct {
		word string
		of   []string
		want string
	}{
		{"permanant", restarts, "permanent"},
		{"Transient", restarts, "transient"},
		{"tempoarry", restarts, "temporary"}, // neighbours swapped twice
		{"sometimes", restarts, ""},
		{"", restarts, ""},
		{"ab", []string{"xy"}, ""},         // short words would match everything
		{"id", []string{"is", "it"}, "is"}, // the first among equals
		{"cat", []string{"cart", "cat"}, "cat"},
		{"x", nil, ""},
	} {
		assert.Equal(t, tc.want, nearest.Word(tc.word, tc.of), tc.word)
	}
}
