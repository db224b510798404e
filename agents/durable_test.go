// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/health"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// lasting is a node with a durable team on a store that outlives it.
type lasting struct {
	sys  *actors.System
	dir  *agents.Directory
	team *agents.Team
}

func startLasting(t require.TestingT, sys *actors.System, store events.Store) *lasting {
	journal := events.NewJournal(store, events.JournalOptions{})
	dir, dirChild := agents.NewDirectory(sys, "agents")
	sweep := dir.Sweep("sweep", agents.Sweep{})
	often := supervision.Intensity{Max: 100_000, Within: time.Second}
	team, child, err := agents.NewTeam(sys, agents.TeamSpec{Name: "crew", Kind: moody, Directory: dir, Partitions: 2, Intensity: often, Journal: journal})
	require.NoError(t, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{Strategy: supervision.RestForOne, Intensity: often, Children: []supervision.Child{
		supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...), dirChild, sweep, child,
	}})
	require.NoError(t, err)
	return &lasting{sys, dir, team}
}

// names are the living members, sorted.
func (l *lasting) names(t require.TestingT) []string {
	all, err := l.team.Members(context.Background())
	require.NoError(t, err)
	names := []string{}
	for _, pid := range all {
		names = append(names, pid.Name())
	}
	slices.Sort(names)
	return names
}

func TestDurableAgentsAreThereAgainAfterTheNodeWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Options{})
		first := startLasting(t, actors.New(actors.Options{}), store)
		spec := agents.Spec{
			ID: "a", Namespace: "n", Role: "hand", Labels: map[string]string{"zone": "eu"}, Capabilities: agents.Can("text@1.2"), Concurrency: 2,
			Limits: agents.Limits{Memory: 7}, Price: agents.Price{Attempt: 1}, Weight: 2, Shutdown: supervision.After(time.Second),
			Health: health.Policy{Target: time.Second, Errors: health.Levels[float64]{Degraded: 0.5}}, Settings: json.RawMessage(`{"a":1}`),
			Durable: true, Restart: supervision.Transient,
		}
		added, err := first.team.Add(t.Context(), spec)
		require.NoError(t, err)
		for _, id := range []string{"b", "c"} {
			_, err := first.team.Add(t.Context(), agents.Spec{ID: id, Durable: true})
			require.NoError(t, err)
		}
		_, err = first.team.Add(t.Context(), agents.Spec{ID: "passing"})
		require.NoError(t, err)
		_, err = first.team.Add(t.Context(), agents.Spec{ID: "a", Durable: true})
		require.ErrorIs(t, err, agents.ErrKept)
		_, err = first.team.Add(t.Context(), agents.Spec{ID: "w", Durable: true, Wrap: func(w agents.Worker) agents.Worker { return w }})
		require.ErrorIs(t, err, agents.ErrNotDurable)
		b, err := first.dir.Lookup(t.Context(), "b")
		require.NoError(t, err)
		require.NoError(t, first.team.Remove(t.Context(), "b", b.PID))
		require.NoError(t, first.sys.Close(context.Background()))

		second := startLasting(t, actors.New(actors.Options{}), store)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"a", "c"}, second.names(t))
		info, ok := second.dir.Info("a")
		require.True(t, ok)
		assert.Equal(t, added.Spec, info.Spec, "nothing of the spec is lost")

		// A partition that is restarted gets its members back.
		info.PID.Parent().Kill()
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"a", "c"}, second.names(t))

		// One that has ended for good is struck off without a process.
		c, _ := second.dir.Info("c")
		require.NoError(t, second.team.Remove(t.Context(), "c", c.PID))
		require.Error(t, second.team.Remove(t.Context(), "c", c.PID))
		a, _ := second.dir.Info("a")
		a.Ref.Tell(agents.Drain{})
		synctest.Wait()
		require.Empty(t, second.names(t))
		require.NoError(t, second.team.Remove(t.Context(), "a", a.PID))
		require.NoError(t, second.sys.Close(context.Background()))

		third := startLasting(t, actors.New(actors.Options{}), store)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Empty(t, third.names(t))
		require.NoError(t, third.sys.Close(context.Background()))
	})
}

func TestATeamWithoutAJournalKeepsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		team, child, err := agents.NewTeam(sys, agents.TeamSpec{Name: "crew", Kind: moody})
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
		require.NoError(t, err)
		_, err = team.Add(t.Context(), agents.Spec{ID: "a", Durable: true})
		require.ErrorIs(t, err, agents.ErrNotDurable)
	})
}

// Whatever is killed in whatever order, in the end those live who were added and not removed, each once.
func TestInAnyOrderOfTurnsTheDurableMembersAreThoseThatWereKept(t *testing.T) {
	sim.Explore(t, 60, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{})
		l := startLasting(s, sys, memory.New(memory.Options{}))
		dice := s.Rand("orders")
		ctx := context.Background()
		want := map[string]bool{}
		victims := []string{"crew.keeper", "crew.ledger", "crew", "journal"}
		for range 30 {
			id := fmt.Sprint("m", dice.IntN(6))
			switch dice.IntN(6) {
			case 0:
				if pid := sys.WhereIs(victims[dice.IntN(len(victims))]); pid.Alive() {
					pid.Kill()
				}
			case 1:
				if info, ok := l.dir.Info(id); ok && info.PID.Alive() {
					info.PID.Parent().Kill()
				}
			case 2:
				if info, ok := l.dir.Info(id); ok {
					info.PID.Kill()
				}
			case 3:
				if info, ok := l.dir.Info(id); ok && want[id] {
					if err := l.team.Remove(ctx, id, info.PID); err == nil {
						delete(want, id)
					} else {
						want[id] = false // nobody knows
					}
				}
			default:
				if _, known := want[id]; !known {
					_, err := l.team.Add(ctx, agents.Spec{ID: id, Durable: true})
					want[id] = err == nil // else nobody knows
				}
			}
			s.Advance(time.Duration(dice.IntN(200)) * time.Millisecond)
		}
		s.Advance(time.Minute)
		names := l.names(s)
		require.Equal(s, names, slices.Compact(slices.Clone(names)), "each once")
		for id, sure := range want {
			if sure {
				require.Contains(s, names, id)
			}
		}
		for _, id := range names {
			_, known := want[id]
			require.True(s, known, id)
		}
		require.NoError(s, sys.Close(ctx))
	})
}
