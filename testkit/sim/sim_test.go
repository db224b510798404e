// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/testkit/sim"
)

type inc struct{ reply actors.Reply[int] }

func TestACallInASimulation(t *testing.T) {
	hashes := map[uint64]int{}
	for seed := range uint64(50) {
		for range 2 {
			r := sim.Run(seed, func(s *sim.Sim) {
				n := 0
				ref := actors.MustSpawn(s.System(), "counter", actors.Stateless(func(c *actors.Context[inc], m inc) error {
					n++
					m.reply.Send(n)
					return nil
				}))
				for range 5 {
					actors.MustSpawn(s.System(), "", actors.Stateless(func(c *actors.Context[int], m int) error {
						_, err := actors.Call(c, ref, func(r actors.Reply[int]) inc { return inc{r} })
						_ = c.System().Sleep(c, time.Second)
						return err
					})).Tell(1)
				}
				v, err := actors.Call(t.Context(), ref, func(r actors.Reply[int]) inc { return inc{r} })
				require.NoError(s, err)
				require.Positive(s, v)
				s.Settle()
				require.Equal(s, 6, n)
				s.Advance(time.Minute)
			})
			require.NoError(t, r.Failure)
			assert.Equal(t, time.Minute, r.Elapsed)
			hashes[r.Trace.Hash()]++
		}
	}
	for _, n := range hashes {
		assert.Zero(t, n%2)
	}
	t.Log(len(hashes))
}
