// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
)

func TestACallThatFailsTellsWhichProcessBrokeAndOverWhat(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		back := actors.MustSpawn(w, "back", plain())
		front := actors.MustSpawn(w, "front", plain())
		broken := fault.New(2104, "store: no space")
		_, err := actors.Call(t.Context(), front, func(actors.Reply[int]) do {
			return func(c *cx) error {
				_, err := actors.Call(c, back, func(actors.Reply[int]) do { return func(*cx) error { return broken } })
				return fmt.Errorf("ask the back: %w", err)
			}
		})
		f := fault.Of(err)
		assert.Equal(t, []fault.Code{3106, 3101, 3106, 3101, 2104}, f.Chain, "a call, whose callee crashed, over a call, whose callee crashed, over a full disk")
		assert.Equal(t, fault.Place{Process: "/back", Handling: "actors_test.do"}, f.Place)
		assert.ErrorIs(t, err, broken)

		slow := actors.MustSpawn(w, "slow", plain())
		_, err = actors.Call(t.Context(), slow, func(actors.Reply[int]) do { return func(*cx) error { return nil } })
		f = fault.Of(err)
		assert.Equal(t, []any{fault.Code(3107), fault.Place{Process: "/slow"}}, []any{f.Code, f.Place}, "who did not answer")
	})
}

func TestOnlyStopValuesThemselvesDoNotCrash(t *testing.T) {
	for _, err := range []error{nil, actors.Stop, actors.StopShutdown, actors.Ignore, actors.StopWith("done"), actors.StopBecause(actors.Reason{})} {
		assert.False(t, actors.Crashes(err), "%v", err)
	}
	for _, err := range []error{errors.New("odd"), fmt.Errorf("x: %w", actors.Stop), fault.At(actors.StopShutdown, fault.Place{Agent: "a"})} {
		assert.True(t, actors.Crashes(err), "%v", err)
	}
}
