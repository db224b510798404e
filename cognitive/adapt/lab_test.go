// SPDX-License-Identifier: Apache-2.0

package adapt_test

import (
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/adapt/lab"
	"mabeam.dev/cognitive/kind"
)

// three is a choice among a, b and c.
var three = kind.OptionsOf("a", "b", "c")

// newLab is a lab of numbers from 0 to 1 with a score, where the spec says nothing else.
func newLab(t require.TestingT, s adapt.Spec, start kind.Value, seed uint64, w lab.World) *lab.Lab {
	if s.Kind == nil {
		s.Kind = lab.Unit
	}
	if s.Strategy == adapt.Custom && s.Objective.Weights == nil {
		s.Objective = lab.Score
	}
	l, err := lab.New(s, start, seed, w)
	require.NoError(t, err)
	return l
}
