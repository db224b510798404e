// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatIsNoSnapshotIsRefused(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `{"version":2,"epoch":1}`, `{"version":1}`,
		`{"version":1,"epoch":1,"arrivals":1,"claims":[{"id":"1","name":"x","owner":"o","seq":1}]}`,
		`{"version":1,"epoch":1,"names":[{"name":"x"}],"claims":[{"id":"1","name":"x","owner":"o","seq":1}]}`,
	} {
		_, err := Decode([]byte(text))
		assert.ErrorIs(t, err, ErrSnapshot, text)
	}
}

func TestErrorsOfLocksSayWhatTheyAre(t *testing.T) {
	assert.ErrorIs(t, ErrTimeout, context.DeadlineExceeded)
	assert.ErrorIs(t, &DeadlockError{}, ErrDeadlock)
	assert.ErrorIs(t, &StaleTokenError{}, ErrStaleToken)
	assert.ErrorIs(t, &RequestError{}, ErrInvalidRequest)
	for _, text := range []string{Mode(9).String(), Kind(99).String()} {
		assert.Equal(t, "unknown", text)
	}
}

func TestAGuardRefusesWhatIsOlderThanWhatItSaw(t *testing.T) {
	var g Guard
	require.NoError(t, g.Check(Token{1, 5}))
	require.NoError(t, g.Check(Token{1, 5}), "one holder has many effects")
	require.NoError(t, g.Check(Token{2, 1}), "a later epoch counts for more")
	var stale *StaleTokenError
	require.ErrorAs(t, g.Check(Token{1, 9}), &stale)
	assert.Equal(t, StaleTokenError{Have: Token{2, 1}, Got: Token{1, 9}}, *stale)
	assert.True(t, Token{}.IsZero())
}

func TestANegativeLeaseIsNoRenewal(t *testing.T) {
	s := New(Options{})
	out := s.Acquire(birth, Request{ID: "1", Name: "x", Owner: "ann"})
	_, err := s.Renew(birth, "ann", "1", "x", out[0].Token, -time.Second)
	require.ErrorIs(t, err, ErrInvalidRequest)
	_, err = s.Renew(birth, "bob", "1", "x", out[0].Token, time.Second)
	require.ErrorIs(t, err, ErrNotHolder)
	_, err = s.Downgrade(birth, "ann", "2", "x", out[0].Token)
	require.ErrorIs(t, err, ErrNotHolder)
	_, ok := s.Next()
	assert.False(t, ok)
	_, err = s.Resize(birth, "x", 3)
	require.ErrorIs(t, err, ErrInvalidRequest)
	_, err = s.Resize(birth, "", 3)
	require.ErrorIs(t, err, ErrInvalidRequest)
}

// What a step needs is used again by the next, also where many own and wait.
func TestALockThatGoesFromHandToHandMakesNoGarbage(t *testing.T) {
	s := New(Options{})
	owners := [...]string{"ann", "bob", "cid"}
	var ids [1 << 13]string
	for i := range ids {
		ids[i] = strconv.Itoa(i)
	}
	n, held := 0, Effect{}
	take := func(effects []Effect) {
		for _, e := range effects {
			if e.Kind == Granted {
				held = e
			}
		}
	}
	take(s.Acquire(birth, Request{ID: ids[0], Name: "x", Owner: owners[0]}))
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		n++
		take(s.Acquire(birth, Request{ID: ids[n], Name: "x", Owner: owners[n%3]}))
		effects, err := s.Release(birth, held.Owner, held.ID, "x", held.Token)
		if err != nil {
			t.Fatal(err)
		}
		take(effects)
	}))
	assert.Equal(t, ids[n], held.ID)
}
