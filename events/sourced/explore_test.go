// SPDX-License-Identifier: Apache-2.0

package sourced

import (
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

var seeds = flag.Int("seeds", 400, "seeds of each exploration")

// In any order of turns, and whatever is killed, crashes or hangs: three clients that repeat each command until it is answered have each of them done once, and the state is what a replay gives.
func TestEachCommandIsDoneOnceInAnyOrderOfTurnsAndFaults(t *testing.T) {
	const clients, commands = 3, 4
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{Events: telemetry.NewBus()})
		fenced := 0
		defer telemetry.Subscribe(sys.Events(), "test", func(EntityFenced) { fenced++ })()
		j := events.NewJournal(memory.New(memory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
		x, err := New(account{}, options{Name: "account", Journal: j, Stream: "acc", Codec: JSON[changed]("account.changed"), SnapshotEvery: 3})
		require.NoError(s, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{
			Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
			Children: []supervision.Child{
				supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
				supervision.Worker(x.Name(), x.Behavior, x.ProcessOptions()...),
			},
		})
		require.NoError(s, err)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: []string{"/node/journal", "/node/account"}, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 4)...)
		answered := 0
		for i := range clients {
			actors.MustSpawn(sys, string(rune('a'+i)), actors.Stateless(func(c *actors.Context[int], _ int) error {
				for n := range commands {
					for {
						ctx, stop := c.WithTimeout(5 * time.Second)
						done, err := x.Do(ctx, id(i*commands+n+1), 2)
						stop()
						if err == nil {
							assert.Len(s, done.Events, 2)
							answered++
							break
						}
						if err := sys.Sleep(c, time.Second); err != nil {
							return err
						}
					}
				}
				return nil
			})).Tell(0)
		}
		s.Advance(time.Minute)
		s.Calm()
		s.Advance(10 * time.Minute)
		assert.Equal(s, clients*commands, answered)
		v, err := x.View(s.Context())
		require.NoError(s, err)
		assert.Equal(s, View[balance]{Phase: Ready, State: balance{2 * answered, 2 * answered}, Version: events.Version(2 * answered)}, v)
		assert.NoError(s, x.Verify(s.Context()))
		assert.Zero(s, fenced, "it took an earlier incarnation for somebody else")
		per := map[events.ID]int{}
		for e, err := range j.Read(s.Context(), "acc", 0) {
			require.NoError(s, err)
			per[e.Causation]++
		}
		for _, n := range per {
			assert.Equal(s, 2, n)
		}
	})
}
