// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols"
)

// The log of a space is replaced by its state again and again, and its process ends before, between and behind: nothing is lost, and nothing done twice.
func TestASpaceIsMadeAgainFromAnyPlaceOfItsLog(t *testing.T) {
	for _, step := range []int{1_300, 4_095, 4_097} {
		bubble(t, protocols.SpaceOptions{Remember: 100}, func(t *testing.T, w world) {
			held, err := w.Lock("x").Acquire(as("ann"))
			require.NoError(t, err)
			got := make(chan *protocols.Grant, 1)
			go func() { // ends when it has the lock
				g, err := w.Lock("x").Acquire(as("bob"))
				assert.NoError(t, err)
				got <- g
			}()
			synctest.Wait()
			c := w.Counter("c")
			for n := 1; n <= 4*4_096; n++ {
				v, err := c.Add(context.Background(), 1)
				require.NoError(t, err)
				require.EqualValues(t, n, v)
				if n%step == 0 {
					w.kill(t, "space")
				}
			}
			st, err := w.Lock("x").Status(context.Background())
			require.NoError(t, err)
			require.Len(t, st.Waiters, 1)
			require.NoError(t, held.Release(as("ann")))
			require.NoError(t, (<-got).Release(as("bob")))
		})
	}
}
