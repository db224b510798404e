// SPDX-License-Identifier: Apache-2.0

package group_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
)

// What a read allocates does not depend on how many members there are: Members its list, All the functions that iterating takes.
func TestReadsAllocateTheSameForAnyNumberOfMembers(t *testing.T) {
	sys := system()
	defer func() { require.NoError(t, sys.Close(context.Background())) }()
	s := scopeOf(sys)
	p := actors.MustSpawn(sys, "p", actors.Stateless(func(*cx, do) error { return nil })).PID()
	for range 1000 {
		require.NoError(t, s.JoinAll("g", p))
	}
	n := 0
	assert.Zero(t, testing.AllocsPerRun(100, func() { n += s.Len("g") }), "Len")
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		for range s.All("g") {
			n++
		}
	}), 3.0, "All")
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { n += len(s.Members("g")) }), 1.0, "Members")
	assert.Positive(t, n)
}
