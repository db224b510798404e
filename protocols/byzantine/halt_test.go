// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/supervision"
)

// ledgerless is an App that does nothing.
type ledgerless struct{}

func (ledgerless) Validate([]byte) error           { return nil }
func (ledgerless) Apply(pbft.Place, []byte) []byte { return nil }
func (ledgerless) Snapshot() []byte                { return nil }
func (ledgerless) Restore([]byte) error            { return nil }

// When a member has proof that the group is not safe, nobody is told a decision any more.
func TestAGroupThatIsNotSafeDecidesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		h, err := NewHost("groups", Options{Keys: NewVault([32]byte{1})})
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{h.Child()}})
		require.NoError(t, err)
		g, err := h.Open(t.Context(), Spec{ID: "x", Members: []string{"a", "b", "c", "d"}, App: func() pbft.App { return ledgerless{} }})
		require.NoError(t, err)
		_, err = g.Submit(t.Context(), 0, "", []byte("1"))
		require.NoError(t, err)
		g.halt(fmt.Errorf("found: %w", pbft.ErrSafetyViolated))
		_, err = g.Submit(t.Context(), 0, "", []byte("2"))
		require.ErrorIs(t, err, ErrHalted)
		require.ErrorIs(t, err, pbft.ErrSafetyViolated)
		require.NoError(t, sys.Close(context.Background()))
	})
}

// What a life of a replica that has ended still writes is refused: its successor has read the log.
func TestAnEarlierLifeWritesNoMore(t *testing.T) {
	m := newMemory()
	_, _, first, err := m.Log("x", 0).Open(t.Context())
	require.NoError(t, err)
	require.NoError(t, first.Write(t.Context(), false, [][]byte{{1}, {2}}))
	records, lost, second, err := m.Log("x", 0).Open(t.Context())
	require.NoError(t, err)
	require.False(t, lost)
	require.Equal(t, [][]byte{{1}, {2}}, records)
	require.ErrorIs(t, first.Write(t.Context(), false, [][]byte{{3}}), ErrStale)
	require.NoError(t, second.Write(t.Context(), true, [][]byte{{4}}))
	records, _, _, err = m.Log("x", 0).Open(t.Context())
	require.NoError(t, err)
	require.Equal(t, [][]byte{{4}}, records)
	m.Drop("x")
	records, _, _, err = m.Log("x", 0).Open(t.Context())
	require.NoError(t, err)
	require.Empty(t, records)
}
