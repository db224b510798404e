// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// echo answers with how many messages it has handled.
func echo(s *sim.Sim, name string) (actors.Ref[inc], *int) {
	n := new(int)
	return actors.MustSpawn(s.System(), name, actors.Stateless(func(_ *actors.Context[inc], m inc) error {
		*n++
		m.reply.Send(*n)
		return nil
	})), n
}

func ask(s *sim.Sim, to actors.Ref[inc]) (int, error) {
	return actors.Call(s.Context(), to, func(r actors.Reply[int]) inc { return inc{r} })
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	for name, tc := range map[string]struct {
		fault sim.Fault
		check func(s *sim.Sim, to actors.Ref[inc], handled *int)
	}{
		"crash": {sim.Fault{Do: sim.Crash, Nth: 2}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, _ = ask(s, to)
			_, err := ask(s, to)
			var ended *actors.CallError
			require.ErrorAs(s, err, &ended)
			var injected *sim.InjectedError
			require.ErrorAs(s, ended.Reason.CrashError().Cause, &injected)
			require.Equal(s, 1, *handled)
		}},
		"crash after": {sim.Fault{Do: sim.CrashAfter, Nth: 1}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			v, err := ask(s, to)
			require.NoError(s, err)
			require.Equal(s, 1, v)
			s.Settle()
			require.False(s, to.PID().Alive())
		}},
		"kill": {sim.Fault{Do: sim.Kill, Nth: 1}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, err := ask(s, to)
			var ended *actors.CallError
			require.ErrorAs(s, err, &ended)
			require.Equal(s, "killed", ended.Reason.String())
			s.Settle()
			require.Equal(s, 1, *handled, "the handler runs, void")
		}},
		"hang": {sim.Fault{Do: sim.Hang, Nth: 1, For: time.Second}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, err := ask(s, to)
			require.NoError(s, err)
			require.Equal(s, time.Second, s.Now().Sub(sim.Birth))
		}},
		"hang until killed": {sim.Fault{Do: sim.Hang, Nth: 1}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, err := ask(s, to)
			require.ErrorIs(s, err, actors.ErrTimeout)
			to.PID().Kill()
			s.Settle()
			require.Equal(s, 1, *handled)
		}},
		"jump": {sim.Fault{Do: sim.Jump, Nth: 1, For: time.Hour}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, err := ask(s, to)
			require.NoError(s, err)
			require.Equal(s, time.Hour, s.Now().Sub(sim.Birth))
		}},
		"drop": {sim.Fault{Do: sim.Drop, Nth: 1}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, err := ask(s, to)
			require.ErrorIs(s, err, actors.ErrTimeout)
			v, err := ask(s, to)
			require.NoError(s, err)
			require.Equal(s, 1, v)
		}},
		"delay": {sim.Fault{Do: sim.Delay, Nth: 1, For: time.Second}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, err := ask(s, to)
			require.NoError(s, err)
			require.Equal(s, time.Second, s.Now().Sub(sim.Birth))
		}},
		"duplicate": {sim.Fault{Do: sim.Duplicate, Nth: 1}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, err := ask(s, to)
			require.NoError(s, err)
			s.Settle()
			require.Equal(s, 2, *handled)
		}},
		"chance": {sim.Fault{Do: sim.Drop, Chance: 1, Times: 2}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			for range 2 {
				_, err := ask(s, to)
				require.ErrorIs(s, err, actors.ErrTimeout)
			}
			_, err := ask(s, to)
			require.NoError(s, err)
		}},
		"another process": {sim.Fault{Do: sim.Drop, Process: "/other", Chance: 1}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, err := ask(s, to)
			require.NoError(s, err)
		}},
		"another message": {sim.Fault{Do: sim.Drop, Message: "*.set", Chance: 1}, func(s *sim.Sim, to actors.Ref[inc], handled *int) {
			_, err := ask(s, to)
			require.NoError(s, err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := sim.Run(1, func(s *sim.Sim) {
				to, handled := echo(s, "echo")
				s.Fault(tc.fault)
				tc.check(s, to, handled)
			})
			require.NoError(t, r.Failure)
			assert.Len(t, r.Faults, 1)
		})
	}
}

func TestReorderedMessagesArriveInAnotherOrderUnderSomeSeed(t *testing.T) {
	orders := map[string]bool{}
	for seed := range uint64(100) {
		r := sim.Run(seed, func(s *sim.Sim) {
			var got []int
			ref := actors.MustSpawn(s.System(), "", actors.Stateless(func(_ *actors.Context[int], m int) error {
				got = append(got, m)
				return nil
			}))
			s.Fault(sim.Fault{Do: sim.Reorder, Chance: 0.5})
			for i := range 4 {
				ref.Tell(i)
			}
			s.Settle()
			require.Len(s, got, 4)
			orders[fmt.Sprint(got)] = true
		})
		require.NoError(t, r.Failure)
	}
	assert.Greater(t, len(orders), 5)
}

func TestAPartitionLosesMessagesBothWaysUntilItHeals(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		got := map[string]int{}
		var a, b actors.Ref[string]
		hears := func(name string) func() actors.Behavior[string] {
			return actors.Stateless(func(c *actors.Context[string], m string) error {
				got[name]++
				switch m {
				case "to b":
					b.From(c).Tell("hello")
				case "to a":
					a.From(c).Tell("hello")
				}
				return nil
			})
		}
		a = actors.MustSpawn(s.System(), "a", hears("a"))
		b = actors.MustSpawn(s.System(), "b", hears("b"))
		s.Partition("/a", "/b")
		a.Tell("to b")
		b.Tell("to a")
		s.Settle()
		require.Equal(s, map[string]int{"a": 1, "b": 1}, got)
		s.Heal()
		a.Tell("to b")
		b.Tell("to a")
		s.Settle()
		require.Equal(s, map[string]int{"a": 3, "b": 3}, got)
	})
	require.NoError(t, r.Failure)
}

func TestAFaultThatSaysNothingIsRefused(t *testing.T) {
	for _, f := range []sim.Fault{
		{Do: sim.Drop}, {Do: sim.Drop, Chance: 1.5}, {Do: sim.Drop, Nth: -1}, {Do: sim.Delay, Nth: 1}, {Do: sim.Crash, Nth: 1, Process: "[a"}, {Do: 200, Nth: 1},
	} {
		require.Error(t, f.Validate())
	}
}

// fragile is a tree whose workers are crashed, hung and killed as the seed says.
func fragile(s *sim.Sim) *supervision.Supervisor {
	spec := supervision.Spec{Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 1000, Within: time.Second}}
	for i := range 4 {
		spec.Children = append(spec.Children, supervision.Worker(fmt.Sprint("w", i), func() actors.Behavior[inc] {
			n := 0
			return actors.Stateless(func(_ *actors.Context[inc], m inc) error { n++; m.reply.Send(n); return nil })()
		}))
	}
	sup, err := supervision.Start(s.System(), "app", spec)
	require.NoError(s, err)
	return sup
}

func TestExploreATreeUnderFaultsThatIsWholeAgainWhenTheyEnd(t *testing.T) {
	space := sim.Space{
		Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.Hang, sim.FailStart, sim.HangStart, sim.Drop, sim.Duplicate, sim.Delay},
		Processes: []string{"/app/w0", "/app/w1", "/app/w2", "/app/w3"},
	}
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		sup := fragile(s)
		s.Fault(space.Draw(s.Rand("plan"), 6)...)
		for i := range 20 {
			to := supervision.ChildRef[inc](sup, fmt.Sprint("w", i%4))
			_, _ = ask(s, to) // whatever becomes of it
		}
		s.Calm()
		s.Advance(time.Minute)
		for i := range 4 {
			_, err := ask(s, supervision.ChildRef[inc](sup, fmt.Sprint("w", i)))
			require.NoError(s, err)
		}
	})
}
