// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/table"
)

// allocations returns how many a call of f makes.
func allocations(f func()) float64 { return testing.AllocsPerRun(1000, f) }

func TestALookupAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	owner := start(newSystem(t))
	counted := table.Options{CountReads: true}
	s, b, o := set(t, owner, "", counted), bag(t, owner, "", counted), ordered(t, owner, "", counted)
	for k := range 1000 {
		require.NoError(t, s.Put(k, k))
		require.NoError(t, b.Put(k, k))
		require.NoError(t, o.Put(k, k))
	}
	rs, rb, ro := s.Reader(), b.Reader(), o.Reader()
	k := 0
	next := func() int { k = (k + 7) % 1100; return k }
	for name, f := range map[string]func(){
		"set":           func() { _, _, _ = rs.Lookup(next()) },
		"set has":       func() { _, _ = rs.Has(next()) },
		"bag":           func() { _, _ = rb.Lookup(next()) },
		"ordered":       func() { _, _, _ = ro.Lookup(next()) },
		"ordered first": func() { _, _, _, _ = ro.First() },
		"ordered next":  func() { _, _, _, _ = ro.Next(next()) },
		"snapshot":      func() { _, _ = ro.Snapshot() },
		"length":        func() { _, _ = rs.Len() },
	} {
		want := 0.0
		if name == "ordered next" {
			want = 3 // what the loop below it keeps its place with
		}
		require.LessOrEqual(t, allocations(f), want, name)
	}
}

// A write makes one block, which holds the key with its value, and nothing else.
func TestAWriteToASetAllocatesItsEntryAlone(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	owner := start(newSystem(t))
	s := set(t, owner, "", table.Options{Limit: 10_000})
	public := set(t, owner, "", table.Options{Access: table.Public})
	for k := range 1000 {
		require.NoError(t, s.Put(k, k))
		require.NoError(t, public.Put(k, k))
	}
	k := 0
	next := func() int { k = (k + 7) % 1000; return k }
	require.LessOrEqual(t, allocations(func() { _ = s.Put(next(), k) }), 1.0)
	require.LessOrEqual(t, allocations(func() { _ = public.Put(next(), k) }), 1.0)
	require.LessOrEqual(t, allocations(func() { _, _ = s.PutNew(next(), k) }), 0.0)
	require.LessOrEqual(t, allocations(func() { _, _ = table.UpdateCounter(s, next(), 1, table.Counter[int]{}) }), 2.0)
	require.LessOrEqual(t, allocations(func() { _ = s.Delete(-next() - 1) }), 0.0)
}
