// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// pager follows the log page by page, and asks for the next head when there is nothing more.
type pager struct {
	j    *events.Journal
	seen *[]events.Position // what was read, for the test
	from events.Position
}

// turnPage is the pager's message: the head has risen, or the journal is gone.
type turnPage struct{ err error }

func (p *pager) Init(ctx *actors.Context[turnPage]) error { return p.Receive(ctx, turnPage{}) }

func (p *pager) Receive(ctx *actors.Context[turnPage], m turnPage) error {
	if m.err != nil {
		ctx.After(time.Millisecond, turnPage{})
		return nil
	}
	page, err := p.j.Query(ctx, events.Query{Stream: "work", From: p.from, Limit: 3, Complete: true})
	if err != nil {
		return err
	}
	for _, e := range page.Events {
		*p.seen = append(*p.seen, e.Position)
	}
	p.from = page.Through + 1
	if page.Next != "" {
		ctx.Self().Tell(turnPage{})
		return nil
	}
	events.NextHead(ctx, p.j, page.Head, func(_ events.Position, err error) turnPage { return turnPage{err} })
	return nil
}

// In any order of turns, with a journal and an upkeep that crash at any message: a follower sees every event once and in order, what was acknowledged is stored once, everything old is
// migrated, and retention cuts its stream and no other.
func TestFollowingAndUpkeepInAnyOrderOfTurns(t *testing.T) {
	sim.Explore(t, 200, func(s *sim.Sim) {
		sys := s.System()
		store := memory.New(memory.Options{Now: sys.Now})
		j := events.NewJournal(store, events.JournalOptions{Entropy: seeded{s.Rand("ids").Uint64}})
		c := events.NewCatalog()
		c.Untyped("noise.")
		events.MustRegister[placed](c, placedSchema())
		many := supervision.Intensity{Max: 1000, Within: time.Second}
		sup, err := supervision.Start(sys, "events", supervision.Spec{Intensity: many, Children: []supervision.Child{
			supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
			supervision.Worker("upkeep", func() actors.Behavior[events.UpkeepMessage] {
				return events.NewUpkeep(j, events.UpkeepOptions{Catalog: c, Every: time.Second, Pause: time.Millisecond, Retention: events.Retention{Classes: []events.Class{
					{Name: "noise", Prefixes: []string{"noise"}, MaxEvents: 10, Unowned: true},
				}}})
			}),
		}})
		require.NoError(s, err)
		var seen []events.Position
		_, err = actors.Spawn(sys, "pager", func() actors.Behavior[turnPage] { return &pager{j: j, seen: &seen, from: 1} })
		require.NoError(s, err)
		s.Fault(sim.Fault{Do: sim.Crash, Process: "/events/journal", Chance: 0.05, Times: 3}, sim.Fault{Do: sim.Crash, Process: "/events/upkeep", Chance: 0.1, Times: 3})
		ctx := context.Background()
		acknowledged := 0
		for n := range 30 {
			var noise []events.New
			for k := range 40 {
				noise = append(noise, events.New{ID: number(1000*n + k + 1), Type: "noise.heard"})
			}
			work := events.New{ID: number(1000*n + 999), Type: "order.placed", Schema: 2, Data: fmt.Appendf(nil, `{"item":"%d"}`, n)}
			for { // until it is acknowledged: the ids make that safe
				out, err := j.AppendMany(ctx, events.Append{Stream: "noise", Events: noise}, events.Append{Stream: "work", Events: []events.New{work}})
				if err == nil {
					require.NoError(s, out[1].Err)
					acknowledged++
					break
				}
				s.Advance(time.Millisecond)
			}
			s.Advance(time.Duration(n%3) * time.Millisecond)
		}
		s.Advance(2 * time.Second)
		sup.Child("upkeep").Kill() // the migration is done once after each start
		s.Advance(5 * time.Second)
		var want []events.Position
		for e, err := range store.Read(ctx, "work", 0) {
			require.NoError(s, err)
			want = append(want, e.Position)
			assert.Equal(s, uint32(3), e.Schema, "migrated")
		}
		assert.Len(s, want, acknowledged)
		assert.Equal(s, want, seen)
		infos, err := store.Streams(ctx, "", 10)
		require.NoError(s, err)
		// Of the positions before 1,000 the 24 full groups of 41 hold 960 events of the noise, and the next one 15.
		assert.Equal(s, []events.Version{1200, 976}, []events.Version{infos[0].Last, infos[0].First})
		_, err = events.Verify(ctx, store)
		assert.NoError(s, err)
	})
}

// seeded reads bytes from a source of numbers.
type seeded struct{ next func() uint64 }

func (r seeded) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(r.next())
	}
	return len(b), nil
}

func number(n int) (id events.ID) {
	id[0], id[14], id[15] = 1, byte(n>>8), byte(n)
	id[13] = byte(n >> 16)
	return id
}
