// SPDX-License-Identifier: Apache-2.0

package council_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/testkit/council"
)

func TestEveryRequestIsDecidedOnceInBothModes(t *testing.T) {
	for _, mode := range []wire.Mode{wire.Signed, wire.MAC} {
		c, err := council.New(5, mode, nil)
		require.NoError(t, err)
		decided := 0
		for range 200 { // more than a checkpoint's interval
			require.NoError(t, c.Decide([][]byte{[]byte("a"), []byte("b")}, func() { decided++ }))
		}
		assert.Equal(t, 200, decided)
	}
}

// The votes that lead to a decision are in the log when the client has its certificate: those of a quorum, for both phases.
func TestNothingIsDecidedBeforeTheVotesAreInTheLog(t *testing.T) {
	var kept int
	c, err := council.New(4, wire.Signed, func(records []wire.Record) error { kept += len(records); return nil })
	require.NoError(t, err)
	require.NoError(t, c.Decide([][]byte{[]byte("a")}, func() { assert.GreaterOrEqual(t, kept, 6) }))
	full := errors.New("the disk is full")
	c, err = council.New(4, wire.Signed, func([]wire.Record) error { return full })
	require.NoError(t, err)
	require.ErrorIs(t, c.Decide([][]byte{[]byte("a")}, func() { t.Error("it was decided") }), full)
}

func TestAGroupThatIsNoneIsRefused(t *testing.T) {
	_, err := council.New(0, wire.Signed, nil)
	require.Error(t, err)
}

func Example() {
	c, err := council.New(4, wire.Signed, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = c.Decide([][]byte{[]byte("ship it")}, func() { fmt.Println("decided") })
	fmt.Println(err)
	// Output:
	// decided
	// <nil>
}
