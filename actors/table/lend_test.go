// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

func TestATableThatIsLentComesBackHoweverEarlyItsNewOwnerEnds(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		lender, back, home := receiver(t, sys)
		worker, to, _ := receiver(t, sys)
		s := set(t, lender, "t", table.Options{})
		require.NoError(t, s.Put(1, 1))
		worker.Tell(func(c *cx) error { // it ends before it comes to the message of the transfer
			require.NoError(t, s.Lend(to, nil, back))
			c.PID().Kill()
			return nil
		})
		synctest.Wait()
		require.Len(t, home.got, 1)
		require.True(t, home.last().Inherited)
		require.NoError(t, home.last().Table.Put(2, 2))
		require.Equal(t, map[int]int{1: 1, 2: 2}, contents(must(s.Reader().All())))
		require.True(t, s.Info().Heir.IsZero())
	})
}

func TestALoanThatIsRefusedChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		lender, back, _ := receiver(t, sys)
		heir, next, _ := receiver(t, sys)
		dead, gone, _ := receiver(t, sys)
		dead.PID().Kill()
		s := set(t, lender, "t", table.Options{})
		require.NoError(t, s.SetHeir(next, nil))
		require.ErrorIs(t, s.Lend(gone, nil, back), actors.ErrNoProc)
		require.ErrorIs(t, s.Lend(next, nil, table.Receiver[*table.Set[int, int]]{}), actors.ErrNoProc)
		other := newSystem(t)
		_, strange, _ := receiver(t, other)
		require.ErrorIs(t, s.Lend(next, nil, strange), table.ErrOtherSystem)
		require.Equal(t, heir.PID(), s.Info().Heir)
		require.Equal(t, lender.PID(), s.Info().Owner)
		require.NoError(t, s.GiveAway(next, nil))
		require.ErrorIs(t, s.Lend(next, nil, back), table.ErrNotOwner)
	})
}
