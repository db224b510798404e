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

func TestAnAppendUnderACauseBelongsToItsChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		store := memory.New(memory.Options{})
		j := events.NewJournal(store, events.JournalOptions{})
		_, err := j.Start(sys)
		require.NoError(t, err)
		last := func() (e events.Event) {
			for e, err = range store.ReadAll(ctx, 0) {
				require.NoError(t, err)
			}
			return e
		}
		own := events.ID{9}
		_, err = j.Append(ctx, "s", events.Any, events.New{ID: events.ID{1}, Type: "asked"})
		require.NoError(t, err)
		first := last()
		assert.Zero(t, first.Correlation, "nothing comes from nothing")

		_, err = j.Append(events.WithCause(ctx, events.CauseBy(first)), "s", events.Any, events.New{ID: events.ID{2}, Type: "answered"})
		require.NoError(t, err)
		second := last()
		assert.Equal(t, []events.ID{{1}, {1}}, []events.ID{second.Correlation, second.Causation}, "an event without a correlation begins one")

		_, err = j.Append(events.WithCause(ctx, events.CauseBy(second)), "s", events.Any, events.New{ID: events.ID{3}, Type: "billed"})
		require.NoError(t, err)
		third := last()
		assert.Equal(t, []events.ID{{1}, {2}}, []events.ID{third.Correlation, third.Causation})

		_, err = j.Append(events.WithCause(ctx, events.CauseBy(third)), "s", events.Any, events.New{ID: events.ID{4}, Type: "told", Correlation: own, Causation: own})
		require.NoError(t, err)
		assert.Equal(t, []events.ID{own, own}, []events.ID{last().Correlation, last().Causation}, "what an event says itself stands")
	})
}
