// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAMeasureAmongManyIsReadAsItWasNamed(t *testing.T) {
	what, n, ok := SplitAmong(Among("one among others", 64))
	assert.True(t, ok)
	assert.Equal(t, "one among others", what)
	assert.Equal(t, 64, n)
	for _, other := range []string{"tell", "lock among friends", " among 3", "lock among 0", "lock among -1"} {
		_, _, ok := SplitAmong(other)
		assert.False(t, ok, other)
	}
}
