// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAMarketUnderStressRisesAtOnceAndCalmsDownStepByStep(t *testing.T) {
	s, err := NewStress(StressSpec{Calm: 10, Caution: 50, Halt: 200, Hold: 100})
	require.NoError(t, err)
	for _, c := range []struct {
		at, worst int64
		want      Level
	}{
		{0, 49, Normal},
		{1, 50, Caution},
		{2, 30, Caution},
		{500, 30, Caution},
		{501, 200, Halt},
		{502, 10, Halt},
		{601, 0, Halt},
		{602, 0, Recovering},
		{650, 60, Halt},
		{651, 0, Halt},
		{751, 0, Recovering},
		{752, 11, Recovering},
		{753, 0, Recovering},
		{853, 0, Normal},
		{854, 1000, Halt},
	} {
		was := s.Level()
		s, err = DecodeStress(s.spec, s.Encode())
		require.NoError(t, err)
		level, changed := s.Measure(c.at, 0, c.worst, 0)
		require.Equal(t, c.want, level, "at %d", c.at)
		require.Equal(t, was != level, changed)
	}
	_, err = NewStress(StressSpec{Calm: 5, Caution: 5, Halt: 6})
	require.Error(t, err)
	_, err = DecodeStress(s.spec, []byte(`{"level": 9}`))
	require.Error(t, err)
	assert.Equal(t, "normal caution halt recovering stake.Level(9)", fmt.Sprintf("%v %v %v %v %v", Normal, Caution, Halt, Recovering, Level(9)))
}
