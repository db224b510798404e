// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
)

func TestUpkeepMigratesThenSweepsAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		store := memory.New(memory.Options{})
		j := events.NewJournal(store, events.JournalOptions{})
		_, err := j.Start(sys)
		require.NoError(t, err)
		fill := func(n int) {
			var ev []events.New
			for i := range n {
				ev = append(ev, events.New{Type: "order.placed", Schema: 2, Data: fmt.Appendf(nil, `{"item":"%d"}`, i)})
			}
			_, err := j.Append(t.Context(), "telemetry/x", events.Any, ev...)
			require.NoError(t, err)
		}
		fill(1200)
		c, _ := catalog(t)
		o := events.UpkeepOptions{Catalog: c, Every: time.Hour, Pause: time.Second, Retention: events.Retention{Classes: []events.Class{
			{Name: "telemetry", Prefixes: []string{"telemetry/"}, MaxEvents: 100, Unowned: true},
		}}}
		_, err = actors.Spawn(sys, "upkeep", func() actors.Behavior[events.UpkeepMessage] { return events.NewUpkeep(j, o) })
		require.NoError(t, err)
		first := func() events.Event {
			for e, err := range j.Replay(t.Context(), 0) {
				require.NoError(t, err)
				return e
			}
			return events.Event{}
		}
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		assert.Equal(t, uint32(3), first().Schema, "the first batch of the migration")
		assert.Equal(t, events.Position(1), first().Position)
		old := 0
		for e, err := range j.Replay(t.Context(), 0) {
			require.NoError(t, err)
			if e.Schema == 2 {
				old++
			}
		}
		assert.Equal(t, 1200-events.MigrationBatch, old, "one batch at a time")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.Equal(t, events.Position(1000), first().Position, "then the sweep")
		fill(1000)
		time.Sleep(30 * time.Minute)
		assert.Equal(t, events.Position(1000), first().Position)
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, events.Position(2000), first().Position, "and the next one, an hour later")
	})
}

func TestUpkeepRefusesAMalformedRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		j := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		_, err := actors.Spawn(sys, "upkeep", func() actors.Behavior[events.UpkeepMessage] {
			return events.NewUpkeep(j, events.UpkeepOptions{Retention: events.Retention{Classes: []events.Class{{}}}})
		})
		assert.ErrorIs(t, err, events.ErrInvalid)
	})
}
