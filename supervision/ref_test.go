// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// who asks a process which incarnation it is, or tells it to crash.
type who struct{ reply actors.Reply[actors.PID] }

func teller() actors.Behavior[who] {
	return actors.Stateless(func(ctx *actors.Context[who], m who) error {
		if !m.reply.Open() {
			return errors.New("as told")
		}
		m.reply.Send(ctx.PID())
		return nil
	})()
}

func ask(ref actors.Ref[who]) (actors.PID, error) {
	return actors.Call(context.Background(), ref, func(r actors.Reply[actors.PID]) who { return who{r} })
}

func TestChildRefReachesThePresentIncarnationOrNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		sup, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{supervision.Worker("a", teller)}})
		require.NoError(t, err)
		ref := supervision.ChildRef[who](sup, "a")

		first, err := ask(ref)
		require.NoError(t, err)
		assert.Equal(t, sup.Child("a"), first)
		ref.Tell(who{})
		synctest.Wait()
		second, err := ask(ref)
		require.NoError(t, err)
		assert.NotEqual(t, first, second)

		require.NoError(t, sup.TerminateChild(t.Context(), "a"))
		_, err = ask(ref)
		require.ErrorIs(t, err, actors.ErrNoProc)
		ref.Tell(who{})
		assert.EqualValues(t, 1, sys.Totals().DeadLetters)
		_, err = sup.RestartChild(t.Context(), "a")
		require.NoError(t, err)
		_, err = ask(ref)
		require.NoError(t, err)

		assert.ErrorIs(t, supervision.ChildRef[int](sup, "a").TryTell(1), actors.ErrWrongType)
		assert.ErrorIs(t, supervision.ChildRef[who](sup, "b").TryTell(who{}), actors.ErrNoProc)
		sup.PID().Stop()
		synctest.Wait()
		assert.ErrorIs(t, ref.TryTell(who{}), actors.ErrNoProc)
	})
}

// A handler that leaves with its context's error because a stop took effect ends with the stop's reason: it did as it was asked.
func TestAHandlerThatReturnsItsContextsErrorOnAStopEndsWithShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		waits := actors.Stateless(func(ctx *actors.Context[int], _ int) error {
			<-ctx.Done()
			return ctx.Err()
		})
		sup, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{supervision.Worker("a", waits)}})
		require.NoError(t, err)
		supervision.ChildRef[int](sup, "a").Tell(1)
		synctest.Wait()
		pid := sup.Child("a")
		require.NoError(t, sup.TerminateChild(t.Context(), "a"))
		reason, _ := pid.Reason()
		assert.Equal(t, "shutdown", reason.String())
	})
}
