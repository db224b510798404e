// SPDX-License-Identifier: Apache-2.0

package barrier

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever members do: each arrival has one outcome or waits, a generation passes in one step and once, and nobody waits at a barrier that is broken
// or full.
func TestAGenerationPassesAsAWholeOrNotAtAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := Spec{Kind: Kind(rapid.IntRange(0, 2).Draw(t, "kind")), Policy: Policy(rapid.IntRange(0, 1).Draw(t, "policy"))}
		if spec.Kind != Phaser {
			spec.Parties = rapid.IntRange(1, 4).Draw(t, "parties")
		}
		b, err := New(spec)
		require.NoError(t, err)
		now, ids, last := birth, 0, uint64(0)
		open := map[string]bool{}
		members := rapid.SampledFrom([]string{"ann", "bob", "cid", "dan", "eve"})
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			var out []Effect
			need := b.Status().Need
			switch rapid.IntRange(0, 11).Draw(t, "what") {
			case 0, 1, 2, 3, 4, 5:
				ids++
				a := Arrival{ID: fmt.Sprint(ids), Member: members.Draw(t, "member")}
				if rapid.IntRange(0, 3).Draw(t, "limited") == 0 {
					a.Wait = time.Duration(rapid.IntRange(1, 3).Draw(t, "s")) * time.Second
				}
				open[a.ID] = true
				out = b.Arrive(now, a)
			case 6:
				out = b.Down(now, members.Draw(t, "member"))
			case 7:
				out = b.Cancel(now, fmt.Sprint(rapid.IntRange(0, ids).Draw(t, "id")))
			case 8:
				if st := b.Status(); st.Broken != nil || rapid.IntRange(0, 3).Draw(t, "reset") == 0 {
					out = b.Reset(now, "chief")
				}
			case 9:
				now = now.Add(time.Second)
				out = b.Tick(now)
			case 10:
				if spec.Kind == Phaser {
					_ = b.Register(members.Draw(t, "member"))
				}
			default:
				if spec.Kind == Phaser {
					out, _ = b.Deregister(members.Draw(t, "member"))
				}
			}
			passed := 0
			for _, e := range out {
				require.True(t, open[e.ID], "a second outcome of %s", e.ID)
				delete(open, e.ID)
				if e.Err != nil {
					continue
				}
				require.Equal(t, passed, e.Index)
				require.Greater(t, e.Generation, last)
				passed++
			}
			if passed > 0 {
				last = out[len(out)-1].Generation
				require.True(t, passed == need || spec.Policy == Shrink && passed < need || spec.Kind == Phaser && passed < need, "%d of %d passed", passed, need)
				require.Empty(t, open, "nobody of the generation is left behind")
			}
			st := b.Status()
			require.Len(t, st.Arrived, len(open))
			if st.Broken != nil {
				require.Empty(t, st.Arrived)
				require.ErrorIs(t, st.Broken, ErrBroken)
			} else if st.Need > 0 {
				require.Less(t, len(st.Arrived), st.Need)
			}
			if rapid.Bool().Draw(t, "restored") {
				b = again(t, b)
				require.Equal(t, st, b.Status())
			}
		}
	})
}

func TestErrorsOfBarriersSayWhatTheyAre(t *testing.T) {
	late := &BrokenError{Generation: 3, Culprit: "ann", Cause: TimedOut}
	require.True(t, late.Timeout())
	require.ErrorIs(t, fmt.Errorf("wait: %w", late), ErrBroken)
	require.ErrorIs(t, &GenerationError{Have: 2, Got: 1}, ErrGeneration)
	require.Equal(t, "unknown", Cause(9).String())
	require.ErrorIs(t, new(Barrier).UnmarshalJSON([]byte(`{`)), ErrInvalidSpec)
	require.ErrorIs(t, new(Barrier).UnmarshalJSON([]byte(`{"version":2}`)), ErrInvalidSpec)
	require.ErrorIs(t, new(Latch).UnmarshalJSON([]byte(`{"left":-1}`)), ErrInvalidSpec)
	_, err := NewLatch(-1)
	require.ErrorIs(t, err, ErrInvalidSpec)
	require.False(t, errors.Is(late, ErrGeneration))
}
