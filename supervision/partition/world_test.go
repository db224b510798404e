// SPDX-License-Identifier: Apache-2.0

package partition_test

import (
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/partition"
)

var errFound = errors.New("found")

// part is the behaviour of the tests' partitions: it does what it is told, and knows its number.
type part struct{ number int }

// do is a message that says itself what its receiver is to do.
type do func(c *actors.Context[do], number int) error

func (p *part) Receive(c *actors.Context[do], m do) error { return m(c, p.number) }

func newPart(n int) actors.Behavior[do] { return &part{n} }

var parts = partition.Worker(newPart)

// bubble runs body in a bubble with a system of its own, which is closed at the end.
func bubble(t *testing.T, body func(t *testing.T, sys *actors.System)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		defer func() { require.NoError(t, sys.Close(t.Context())) }()
		body(t, sys)
	})
}

// open starts the supervisor "pool".
func open(t *testing.T, sys *actors.System, spec partition.Spec) *partition.Supervisor {
	t.Helper()
	if spec.Child == nil {
		spec.Child = parts
	}
	s, err := partition.Start(sys, "pool", spec)
	require.NoError(t, err)
	return s
}

// number asks the partition of a key for its number.
func number(t *testing.T, s *partition.Supervisor, key partition.Key) int {
	t.Helper()
	n, err := ask(t, partition.Ref[do](s, key))
	require.NoError(t, err)
	return n
}

func ask(t *testing.T, ref actors.Ref[do]) (int, error) {
	t.Helper()
	return actors.Call(t.Context(), ref, func(r actors.Reply[int]) do {
		return func(_ *actors.Context[do], n int) error { r.Send(n); return nil }
	})
}

// at returns the process of a partition.
func at(t *testing.T, s *partition.Supervisor, n int) actors.PID {
	t.Helper()
	pid, err := s.Partition(partition.Int(n))
	require.NoError(t, err)
	return pid
}

// crash lets the partition of a key crash and waits until every process rests.
func crash(s *partition.Supervisor, key partition.Key) {
	partition.Ref[do](s, key).Tell(func(*actors.Context[do], int) error { return errFound })
	synctest.Wait()
}

// count returns the supervisor's numbers.
func count(t *testing.T, s *partition.Supervisor) supervision.Counts {
	t.Helper()
	n, err := s.Count(t.Context())
	require.NoError(t, err)
	return n
}

// size returns how many partitions keys lead to.
func size(t *testing.T, s *partition.Supervisor) int {
	t.Helper()
	n, err := s.Partitions()
	require.NoError(t, err)
	return n
}

// workers are the numbers of a supervisor of n workers, all of them up.
func workers(n int) supervision.Counts { return supervision.Counts{Specs: n, Active: n, Workers: n} }
