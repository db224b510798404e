// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestClassesAreThreePercentApartAndInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Min(0).Draw(t, "duration"))
		c := class(d)
		require.LessOrEqual(t, least(c), d)
		require.LessOrEqual(t, float64(d-least(c)), float64(d)/32)
		require.Equal(t, c, class(least(c)))
		require.LessOrEqual(t, c, class(d+1-(d>>62)))
	})
}

func TestThe99thPercentileLeavesOneCallInAHundredAbove(t *testing.T) {
	var m meter
	for i := range 990 {
		m.count(time.Duration(i%8), nil)
	}
	for range 10 {
		m.count(time.Second, nil)
	}
	require.Equal(t, 7*time.Nanosecond, m.figures().P99)
	m.count(time.Second, nil)
	require.InEpsilon(t, time.Second, m.figures().P99, 0.04)
	m.reset()
	require.Zero(t, m.figures())
}
