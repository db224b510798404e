// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// parliament is an engine and supervised participants in a simulation, some of whom lie, and somebody who wants a decision until there is one.
func parliament(s *sim.Sim, spec protocols.Spec, class protocols.Durability, o byzantine.Options, choices ...string) (e *protocols.Engine, got *protocols.Result) {
	sys := s.NewSystem(actors.Options{})
	known := map[string]protocols.Member{}
	var people []supervision.Child
	for i, choice := range choices {
		name := string(rune('a' + i))
		known[name] = protocols.Member{}
		spec.Participants = append(spec.Participants, name)
		people = append(people, supervision.Worker(name, says(choice)))
	}
	o.Keys = byzantine.NewVault(secret)
	e, err := protocols.NewEngine(protocols.EngineOptions{
		Name: "coordination", Journal: newLog(), Roster: lodgers{sys, known}, Grace: 5 * time.Second, Byzantine: o,
	})
	require.NoError(s, err)
	often := supervision.Intensity{Max: 1000, Within: time.Second}
	_, err = supervision.Start(sys, "node", supervision.Spec{
		Intensity: often, Children: []supervision.Child{supervision.Sub("people", supervision.Spec{Intensity: often, Children: people}), e.Child()},
	})
	require.NoError(s, err)
	spec.ID, spec.Question, spec.Deadline, spec.Durability, spec.Fault = "s", "?", 5*time.Minute, class, selector.High
	got = new(protocols.Result)
	actors.MustSpawn(sys, "asker", actors.Stateless(func(c *actors.Context[int], _ int) error {
		for c.Err() == nil {
			ctx, stop := c.WithTimeout(15 * time.Minute)
			r, err := e.Coordinate(ctx, spec)
			stop()
			if !errors.Is(err, protocols.ErrUnavailable) {
				require.NoError(s, err)
				*got = r
				return nil
			}
			_ = sys.Sleep(c, 100*time.Millisecond) // it ends with the process, as the loop does
		}
		return nil
	})).Tell(0)
	return e, got
}

// proven checks that the participants' decision was reached, and that the certificate shows it.
func proven(s *sim.Sim, e *protocols.Engine, r *protocols.Result, want string) {
	require.Equal(s, want, r.Decision, "%+v", *r)
	out, err := e.Verify(*r)
	require.NoError(s, err)
	require.Equal(s, want, out.Decision)
	again, err := e.Await(context.Background(), "s")
	require.NoError(s, err)
	require.Equal(s, want, again.Decision)
}

var groups = []string{
	"/node/coordination/groups/group/a", "/node/coordination/groups/group/b", "/node/coordination/groups/group/clerk", "/node/coordination/groups",
	"/node/coordination/sessions/*", "/node/coordination/sessions", "/node/coordination/engine", "/node/coordination/historian",
}

// Replicas, the clerk, their supervisors, the session and the engine are each ended at each of their steps: the decision is that of the undisturbed run.
func TestAnEndAtEachStepOfAGroupChangesNothing(t *testing.T) {
	for name, spec := range map[string]protocols.Spec{"vote": {}, "ratified": {Protocol: selector.Simple}} {
		for _, process := range groups {
			t.Run(name+strings.ReplaceAll(strings.TrimPrefix(process, "/node/coordination"), "/", "."), func(t *testing.T) {
				steps := 0
				for _, kind := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
					for step := 1; step <= 60; step++ {
						r := sim.Run(uint64(step), func(s *sim.Sim) {
							e, got := parliament(s, spec, protocols.Volatile, byzantine.Options{}, "yes", "no", "yes", "yes")
							s.Fault(sim.Fault{Do: kind, Process: process, Nth: step})
							s.Advance(6 * time.Minute)
							s.Calm()
							proven(s, e, got, "yes")
						})
						require.NoError(t, r.Failure, "%v of %s at step %d", kind, process, step)
						if !strings.HasSuffix(r.Faults[0], "(happened 1 times)") {
							break // there is no such step
						}
						steps++
					}
				}
				require.Positive(t, steps)
			})
		}
	}
}

// Whoever crashes and whoever lies, as long as no more than f do, in whatever order of turns.
func TestACouncilDecidesInAnyOrderOfTurnsFaultsAndLies(t *testing.T) {
	explore(t, func(s *sim.Sim) {
		rng := s.Rand("plan")
		o := byzantine.Options{}
		if all := byzantine.Behaviours(); rng.IntN(4) > 0 {
			o.Rehearse = map[string]byzantine.Behaviour{string(rune('a' + rng.IntN(4))): all[rng.IntN(len(all))]}
		}
		spec := protocols.Spec{}
		if rng.IntN(3) == 0 {
			spec.Protocol = selector.Simple
		}
		class := []protocols.Durability{protocols.Volatile, protocols.Buffered, protocols.Durable, protocols.DurableBallots}[rng.IntN(4)]
		e, got := parliament(s, spec, class, o, "yes", "yes", "yes", "yes")
		ends := []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill}
		all := append([]string{"/node/people/a", "/node/coordination/groups/group/c", "/node/coordination/groups/*"}, groups...)
		s.Fault(sim.Space{Kinds: ends, Processes: all}.Draw(rng, 3)...) // a session stands three crashes of its own
		s.Fault(sim.Space{Kinds: ends, Processes: all[:len(all)-4], MaxNth: 30}.Draw(rng, 3)...)
		if rng.IntN(2) == 0 { // and the network is rough
			for _, kind := range []sim.FaultKind{sim.Drop, sim.Delay, sim.Duplicate, sim.Reorder} {
				s.Fault(sim.Fault{Do: kind, Message: "byzantine.parcel", Chance: 0.1, For: time.Duration(1+rng.IntN(200)) * time.Millisecond})
			}
		}
		s.Advance(6 * time.Minute)
		s.Calm()
		proven(s, e, got, "yes")
		for _, liar := range got.Liars {
			require.NotEqual(s, byzantine.Honest, o.Rehearse[liar], "%q is honest", liar)
		}
	})
}

// An engine that is killed amid a hundred sessions, of all kinds, loses none of them.
func TestAnEngineKilledAmidAHundredCouncilsLosesNone(t *testing.T) {
	result := sim.Run(7, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{})
		e, names := council(s, sys, protocols.EngineOptions{
			Journal: newLog(), Byzantine: byzantine.Options{Keys: byzantine.NewVault(secret), Rehearse: map[string]byzantine.Behaviour{"c": byzantine.Equivocate}},
		}, "yes", "no", "yes", "yes")
		for i := range 100 {
			spec := protocols.Spec{ID: protocols.SessionID(fmt.Sprint(i)), Question: "?", Participants: names, Deadline: 2 * time.Minute}
			if i%3 == 0 {
				spec.Fault = selector.High
			}
			if i%6 == 0 {
				spec.Protocol = selector.Simple
			}
			_, err := e.Start(context.Background(), spec)
			require.NoError(s, err)
			if i == 60 {
				for pid := range sys.Processes() {
					if strings.HasPrefix(pid.Path(), "/node/coordination") {
						pid.Kill()
					}
				}
				s.Settle()
			}
		}
		for i := range 100 {
			r, err := e.Await(context.Background(), protocols.SessionID(fmt.Sprint(i)))
			require.NoError(s, err)
			require.Equal(s, "yes", r.Decision)
			if i%3 == 0 {
				_, err := e.Verify(r)
				require.NoError(s, err)
			}
			require.Nil(s, e.Group(r.Session))
		}
	})
	require.NoError(t, result.Failure)
}
