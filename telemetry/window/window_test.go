// SPDX-License-Identifier: Apache-2.0

package window

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }

func TestValueLeavesEachWindowWhenItsTimeIsOver(t *testing.T) {
	var v Values
	require.True(t, v.Record(at(0), 5))
	counts := func(seconds float64) []uint64 {
		return []uint64{v.Stats(at(seconds), Short).Count, v.Stats(at(seconds), Minute).Count, v.Stats(at(seconds), Long).Count}
	}
	assert.Equal(t, []uint64{1, 1, 1}, counts(0))
	assert.Equal(t, []uint64{1, 1, 1}, counts(9.9))
	assert.Equal(t, []uint64{0, 1, 1}, counts(10))
	assert.Equal(t, []uint64{0, 1, 1}, counts(59.9))
	assert.Equal(t, []uint64{0, 0, 1}, counts(60))
	assert.Equal(t, []uint64{0, 0, 1}, counts(299.9))
	assert.Equal(t, []uint64{0, 0, 0}, counts(300))
	assert.EqualValues(t, 1, v.Total())
	last, when, ok := v.Last()
	assert.Equal(t, 5.0, last)
	assert.Equal(t, at(0), when)
	assert.True(t, ok)
}

func TestStatsAreThoseOfTheWindow(t *testing.T) {
	var v Values
	for i := range 20 {
		v.Record(at(float64(i)), float64(i))
	}
	s := v.Stats(at(19.5), Short)
	assert.Equal(t, Stats{
		Count: 10, Sum: 145, Mean: 14.5, Min: 10, Max: 19, Last: 19, P50: 14, P90: 18, P95: 19, P99: 19,
		Covered: 9500 * time.Millisecond,
	}, s)
	assert.InDelta(t, 1.05, s.Rate(), 0.01)
}

func TestClockThatStepsBackMovesNothingIntoThePast(t *testing.T) {
	var v Values
	v.Record(at(100), 1)
	v.Record(at(3), 2)
	assert.EqualValues(t, 2, v.Stats(at(100), Short).Count)
	assert.EqualValues(t, 2, v.Stats(at(3), Short).Count)
	assert.Zero(t, v.Stats(at(110), Short).Count)
	_, when, _ := v.Last()
	assert.Equal(t, at(100), when)
}

func TestCounterOfReadingsKnowsAReset(t *testing.T) {
	var c Counter
	for i, reading := range []float64{1000, 1010, 1030, 5, 15} {
		require.True(t, c.Read(at(float64(i)), reading))
	}
	assert.Equal(t, 45.0, c.Total())
	assert.EqualValues(t, 1, c.Resets())
	assert.Equal(t, 45.0, c.Increase(at(4), Short))
	assert.InDelta(t, 45.0/4, c.Rate(at(4), Short), 1e-9)
}

func TestFirstSecondDoesNotExplodeTheRate(t *testing.T) {
	var c Counter
	c.Add(at(0), 7)
	assert.Equal(t, 7.0, c.Rate(at(0), Short))
	assert.Equal(t, 7.0, c.Rate(at(0), Long))
	assert.Zero(t, (&Counter{}).Rate(at(0), Short))
}

func TestWhatCannotBeCountedIsRefused(t *testing.T) {
	var c Counter
	var v Values
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		assert.False(t, c.Add(start, bad))
		assert.False(t, c.Read(start, bad))
		assert.False(t, v.Record(start, bad))
	}
	assert.False(t, c.Add(start, -1))
	assert.False(t, c.Read(start, -1))
	assert.True(t, c.Last().IsZero())
}

func TestSpansAreTheirText(t *testing.T) {
	for _, s := range Spans() {
		text, err := s.MarshalText()
		require.NoError(t, err)
		var back Span
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, s, back)
	}
	var s Span
	require.Error(t, s.UnmarshalText([]byte("2m")))
	_, err := Span(9).MarshalText()
	require.Error(t, err)
}

func TestRecordingOverAndOverNeedsNoNewMemory(t *testing.T) {
	var v Values
	now := start
	step := func() {
		for range 1000 {
			now = now.Add(time.Second)
			v.Record(now, float64(now.Unix()%50))
		}
	}
	step()
	assert.Zero(t, testing.AllocsPerRun(5, step))
}

func BenchmarkRecord(b *testing.B) {
	var v Values
	now := start
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Microsecond)
		v.Record(now, 1.5)
	}
}
