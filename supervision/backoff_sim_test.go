// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
	"mabeam.dev/testkit/sim"
)

// In any order of turns: children that wait, are limited or are restarted as planned, and die, fail to start and are stopped and started by
// hand meanwhile. In the end everything that is to be up is up, nothing waits, and the same seed did the same.
func TestWaitsInAnyOrderOfTurns(t *testing.T) {
	sim.Explore(t, 500, func(s *sim.Sim) {
		rng := s.Rand("plan")
		sys := s.System()
		bad := 0 // starts that are to fail
		spec := supervision.Spec{Strategy: supervision.Strategy(rng.IntN(3)), Intensity: many}
		for i := range 3 {
			c := starting(fmt.Sprintf("c%d", i), func(*cx) error {
				if bad > 0 {
					bad--
					return errBoom
				}
				return nil
			})
			if rng.IntN(3) > 0 {
				c.Backoff = &supervision.Backoff{Initial: time.Second, Max: 10 * time.Second, Jitter: 0.5}
			}
			if rng.IntN(3) == 0 {
				c.Schedule = &supervision.Schedule{Every: 15 * time.Second, Jitter: 0.5}
			}
			if rng.IntN(4) == 0 {
				c.Limit = &supervision.Limit{Intensity: supervision.Intensity{Max: 3, Within: time.Minute}}
			}
			spec.Children = append(spec.Children, c)
		}
		sup, err := supervision.Start(sys, "app", spec)
		require.NoError(s, err)
		ctx := context.Background()
		for range rng.IntN(12) {
			s.Advance(time.Duration(rng.IntN(4000)) * time.Millisecond)
			id := fmt.Sprintf("c%d", rng.IntN(3))
			switch rng.IntN(5) {
			case 0, 1:
				sup.Child(id).Kill()
			case 2:
				bad = rng.IntN(3)
				sup.Child(id).Kill()
			case 3:
				assert.NoError(s, sup.TerminateChild(ctx, id))
			case 4:
				_, _ = sup.RestartChild(ctx, id) // whether it can be is another matter
			}
		}
		bad = 0
		s.Advance(time.Minute)
		for i := range 3 {
			_, _ = sup.RestartChild(ctx, fmt.Sprintf("c%d", i)) // those that were stopped, by hand or by their limit
		}
		s.Advance(14 * time.Second)
		infos, err := sup.Children(ctx)
		assert.NoError(s, err)
		assert.Len(s, infos, 3)
		for _, info := range infos {
			assert.Equal(s, plan.StatusUp, info.Status, info.ID)
			assert.False(s, info.Waits)
			assert.True(s, info.PID.Alive())
		}
		assert.Equal(s, 4, sys.Len())
	})
}
