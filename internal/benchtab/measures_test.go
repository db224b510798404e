// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatIsChosenIsMeasuredInOrderUpToTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	note := func(name string) func(*Table) error {
		return func(t *Table) error {
			t.Note(name, 1, "x", ValueAtMost(1))
			return nil
		}
	}
	all := []Measure[Table]{{"read", note("read")}, {"write", note("write")}, {"reread", note("reread")}, {"fail", func(*Table) error { return broken }}}
	for only, want := range map[string][]string{"read": {"read", "reread"}, "write": {"write"}, "nothing": nil} {
		c, tab := NewCommand("some", io.Discard), New("some")
		done, err := Do(c, tab, all, only)
		require.NoError(t, err)
		assert.Equal(t, want, done)
		assert.Len(t, tab.rows, len(want))
	}
	done, err := Do(NewCommand("some", io.Discard), New("some"), all, "")
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "some: fail")
	assert.Equal(t, []string{"read", "write", "reread"}, done)
}

func TestTheMedianOfRoundsEndsWithTheirFirstError(t *testing.T) {
	n := 0
	_, err := Rounds(3, func() error { n++; return nil })
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	_, err = Rounds(3, func() error { n++; return io.EOF })
	require.ErrorIs(t, err, io.EOF)
	assert.Equal(t, 4, n)
}
