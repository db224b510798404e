// SPDX-License-Identifier: Apache-2.0

package barrier

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestASpecIsDescribedInWords(t *testing.T) {
	for want, s := range map[string]Spec{
		"a barrier of 3":                     {Parties: 3},
		"a barrier of 3 that shrinks":        {Parties: 3, Policy: Shrink},
		"a double barrier of 2":              {Kind: Double, Parties: 2},
		"a phaser":                           {Kind: Phaser},
		"a phaser that shrinks":              {Kind: Phaser, Policy: Shrink},
		"a double barrier of 9 that shrinks": {Kind: Double, Parties: 9, Policy: Shrink},
	} {
		assert.Equal(t, want, s.String())
	}
}
