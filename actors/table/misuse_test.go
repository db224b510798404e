// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

func TestOptionsAreCheckedAllAtOnce(t *testing.T) {
	err := table.Options{Access: 9, Limit: -1}.Validate()
	require.ErrorContains(t, err, "access")
	require.ErrorContains(t, err, "limit")
	require.NoError(t, table.Options{}.Validate())
	r := start(newSystem(t))
	_, err = ask2(t, r, func(c *cx) (any, error) { return table.NewSet[int, int](c, "t", table.Options{Limit: -1}) })
	assert.Error(t, err)
	_, err = ask2(t, r, func(c *cx) (any, error) { return table.NewBag[int, int](c, "t", table.Options{Limit: -1}) })
	assert.Error(t, err)
	_, err = ask2(t, r, func(c *cx) (any, error) {
		return table.NewOrdered[int, int](c, "t", cmp.Less[int], table.Options{Limit: -1})
	})
	assert.Error(t, err)
}

func TestTheZeroReaderIsOfNoTable(t *testing.T) {
	var s table.SetReader[int, int]
	var b table.BagReader[int, int]
	var o table.OrderedReader[int, int]
	_, _, err := s.Lookup(1)
	require.ErrorIs(t, err, table.ErrNoTable)
	_, err = b.Lookup(1)
	require.ErrorIs(t, err, table.ErrNoTable)
	_, _, err = o.Lookup(1)
	require.ErrorIs(t, err, table.ErrNoTable)
	for _, read := range []func() error{
		func() error { _, err := s.Has(1); return err },
		func() error { _, err := s.Len(); return err },
		func() error { _, err := s.All(); return err },
		func() error { _, err := b.Has(1, 1); return err },
		func() error { _, err := b.Len(); return err },
		func() error { _, err := b.All(); return err },
		func() error { _, err := o.Has(1); return err },
		func() error { _, err := o.Len(); return err },
		func() error { _, err := o.Snapshot(); return err },
		func() error { _, err := o.Range(1, 2); return err },
		func() error { _, err := o.Descend(1, 2); return err },
		func() error { _, err := o.All(); return err },
		func() error { _, err := o.Select(nil); return err },
		func() error { _, _, _, err := o.First(); return err },
		func() error { _, _, _, err := o.Last(); return err },
		func() error { _, _, _, err := o.Next(1); return err },
		func() error { _, _, _, err := o.Prev(1); return err },
	} {
		require.ErrorIs(t, read(), table.ErrNoTable)
	}
	require.Equal(t, table.Info{}, s.Info())
	require.Equal(t, "", b.Name())
	require.Equal(t, "", o.Name())
	var snap table.OrderedSnapshot[int, int]
	require.Equal(t, 0, snap.Len())
	require.Empty(t, pairs(snap.All()))
	require.Empty(t, pairs(snap.Range(0, 9)))
	require.Empty(t, pairs(snap.Descend(9, 0)))
	require.Empty(t, pairs(snap.Backward()))
	for _, find := range []func() bool{
		func() bool { _, found := snap.Lookup(1); return found },
		func() bool { _, _, found := snap.First(); return found },
		func() bool { _, _, found := snap.Last(); return found },
		func() bool { _, _, found := snap.Next(1); return found },
		func() bool { _, _, found := snap.Prev(1); return found },
	} {
		require.False(t, find())
	}
}

func TestErrorsNameTheOperationAndTheTable(t *testing.T) {
	r := start(newSystem(t))
	s := set(t, r, "t", table.Options{Limit: 1})
	require.NoError(t, s.Put(1, 1))
	require.EqualError(t, s.Put(2, 2), `table: put "t": full`)
	require.NoError(t, s.Drop())
	require.EqualError(t, s.Put(1, 1), `table: put "t": no such table`)
	_, _, err := s.Lookup(1)
	require.EqualError(t, err, `table: look up in "t": no such table`)
	var op *table.OpError
	require.ErrorAs(t, err, &op)
	require.Equal(t, "t", op.Table)
	r.PID().Kill()
	require.EqualError(t, s.Put(1, 1), `table: put "t": `+trimmed(actors.ErrFenced))
}

func trimmed(err error) string { return err.Error()[len("actors: "):] }

func TestMissingFunctionsArePanicsThatSaySo(t *testing.T) {
	require.PanicsWithValue(t, "table: NewOrdered needs an order", func() {
		_, _ = table.NewOrdered[int, int](nil, "", nil, table.Options{})
	})
	require.PanicsWithValue(t, "table: Receive needs a function", func() {
		_, _ = table.Receive[*table.Set[int, int]](&cx{}, (func(table.Transfer[*table.Set[int, int]]) do)(nil))
	})
}
