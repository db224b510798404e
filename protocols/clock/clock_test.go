// SPDX-License-Identifier: Apache-2.0

package clock

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var birth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// event has all three times, and the set of events that can have caused it: the definition that vectors are to match.
type event struct {
	past    map[int]bool
	lamport uint64
	vector  Vector
	hlc     Timestamp
}

// Processes with clocks that differ send and receive: the order of causes is that of the vectors, and no other clock contradicts it.
func TestClocksFollowTheOrderOfCauses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 3
		var lamports [n]Lamport
		var vectors [n]Vector
		var clocks [n]*HLC
		var pasts [n]map[int]bool
		var skew [n]time.Duration
		var bounds [n]Timestamp
		for i := range n {
			pasts[i], clocks[i] = map[int]bool{}, NewHLC(HLCOptions{Lease: 50 * time.Millisecond}, 0)
			skew[i] = time.Duration(rapid.IntRange(0, 400).Draw(t, "skew")) * time.Millisecond
		}
		var events []event
		now := birth
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			i := rapid.IntRange(0, n-1).Draw(t, "process")
			now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "ms")) * time.Millisecond)
			var e event
			var keep Timestamp
			var err error
			if len(events) > 0 && rapid.Bool().Draw(t, "receive") {
				m := events[rapid.IntRange(0, len(events)-1).Draw(t, "message")]
				maps.Copy(pasts[i], m.past)
				require.NoError(t, vectors[i].Merge(m.vector))
				e.lamport = lamports[i].Observe(m.lamport)
				e.hlc, keep, err = clocks[i].Observe(now.Add(skew[i]), m.hlc)
			} else {
				e.lamport = lamports[i].Tick()
				e.hlc, keep, err = clocks[i].Now(now.Add(skew[i]))
			}
			require.NoError(t, err)
			if keep != 0 {
				bounds[i] = keep
			}
			require.Less(t, e.hlc, bounds[i], "the bound is kept before")
			vectors[i].Tick(fmt.Sprint(i))
			pasts[i][len(events)] = true
			e.past, e.vector = maps.Clone(pasts[i]), Vector{Counts: maps.Clone(vectors[i].Counts)}
			for j, f := range events {
				o, err := e.vector.Compare(f.vector)
				require.NoError(t, err)
				if e.past[j] {
					require.Equal(t, After, o)
					require.Greater(t, e.lamport, f.lamport)
					require.Greater(t, e.hlc, f.hlc)
				} else {
					require.Equal(t, Concurrent, o)
				}
			}
			events = append(events, e)
			require.LessOrEqual(t, e.hlc.Time().Sub(now), 500*time.Millisecond, "no clock runs away")
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				clocks[i] = NewHLC(HLCOptions{Lease: time.Millisecond}, bounds[i])
				skew[i] = max(skew[i]-time.Second, 0)
			}
		}
	})
}

func TestAClockIsMonotoneAcrossRestartsAndBackwardSteps(t *testing.T) {
	c := NewHLC(HLCOptions{}, 0)
	first, keep, err := c.Now(birth)
	require.NoError(t, err)
	require.NotZero(t, keep)
	back, again, err := c.Now(birth.Add(-time.Hour))
	require.NoError(t, err)
	assert.Greater(t, back, first)
	assert.Zero(t, again, "the bound is far enough")
	d := NewHLC(HLCOptions{}, keep)
	after, _, err := d.Now(birth.Add(-time.Hour))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, after, keep)
	assert.Equal(t, after, d.Last())
	assert.Equal(t, "2000-01-01T00:00:00.000Z+1", back.String())
	for range 1 << 16 {
		back, _, err = c.Now(birth)
		require.NoError(t, err)
	}
	assert.Equal(t, birth.Add(time.Millisecond), back.Time(), "a full logical part carries")
}

func TestTimesThatClocksRefuse(t *testing.T) {
	c := NewHLC(HLCOptions{}, 0)
	ahead, err := At(birth.Add(501 * time.Millisecond))
	require.NoError(t, err)
	_, _, err = c.Observe(birth, ahead)
	var d *DriftError
	require.ErrorAs(t, err, &d)
	assert.ErrorIs(t, err, ErrClockDrift)
	assert.Zero(t, c.Last(), "nothing is taken from it")
	_, _, err = c.Observe(birth.Add(time.Millisecond), ahead)
	assert.NoError(t, err)
	_, err = At(time.Unix(-1, 0))
	assert.ErrorIs(t, err, ErrRange)
	_, _, err = c.Now(time.Unix(-1, 0))
	assert.ErrorIs(t, err, ErrRange)
	_, _, err = NewHLC(HLCOptions{}, ^Timestamp(0)).Now(birth)
	assert.ErrorIs(t, err, ErrRange)
}

func TestVectorsOfDifferentEpochsAreComparedAfterPruning(t *testing.T) {
	var v, w Vector
	v.Tick("ann")
	v.Tick("bob")
	require.NoError(t, w.Merge(v))
	w.Tick("ann")
	require.NoError(t, w.Prune(1, []string{"ann"}))
	_, err := v.Compare(w)
	assert.ErrorIs(t, err, ErrEpoch)
	assert.ErrorIs(t, v.Merge(w), ErrEpoch)
	assert.ErrorIs(t, w.Prune(0, nil), ErrEpoch)
	require.NoError(t, v.Prune(1, []string{"ann"}))
	o, err := v.Compare(w)
	require.NoError(t, err)
	assert.Equal(t, Before, o)
	assert.Equal(t, []string{"ann"}, v.Members())
	o, err = v.Compare(v)
	require.NoError(t, err)
	assert.Equal(t, "equal", o.String())
	assert.Equal(t, "unknown", Order(9).String())
}
