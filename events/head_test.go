// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
)

// heads is a process that follows the head and says where it is.
type heads struct {
	j    *events.Journal
	told chan<- events.Position // buffered; the test receives
}

type head struct {
	at  events.Position
	err error
}

func (h *heads) Init(ctx *actors.Context[head]) error {
	events.NextHead(ctx, h.j, 0, func(at events.Position, err error) head { return head{at, err} })
	return nil
}

func (h *heads) Receive(ctx *actors.Context[head], m head) error {
	if m.err != nil {
		return m.err
	}
	h.told <- m.at
	events.NextHead(ctx, h.j, m.at, func(at events.Position, err error) head { return head{at, err} })
	return nil
}

func TestHeadIsToldAfterEachCommitAndAtOnceToWhoIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		j := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		_, err := j.Start(sys)
		require.NoError(t, err)
		told := make(chan events.Position, 10)
		_, err = actors.Spawn(sys, "follower", func() actors.Behavior[head] { return &heads{j, told} })
		require.NoError(t, err)
		synctest.Wait()
		assert.Empty(t, told, "nothing was appended")
		for n := range 3 {
			_, err := j.Append(t.Context(), "s", events.Any, fact("a"), fact("b"))
			require.NoError(t, err)
			assert.Equal(t, events.Position(2*n+2), <-told)
		}
		at, err := j.WaitHead(t.Context(), 5)
		assert.NoError(t, err)
		assert.Equal(t, events.Position(6), at)
	})
}

func TestWaitForTheHeadEndsWithTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		j := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		_, err := j.WaitHead(t.Context(), 0)
		assert.ErrorIs(t, err, actors.ErrNoProc)
		pid, err := j.Start(sys)
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() { // the test waits for it by receiving
			_, err := j.WaitHead(t.Context(), 0)
			ended <- err
		}()
		synctest.Wait()
		pid.Kill()
		var died *actors.CallError
		assert.ErrorAs(t, <-ended, &died)
	})
}
