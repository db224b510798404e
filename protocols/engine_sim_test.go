// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

var (
	seeds = flag.Int("seeds", sim.Seeds(200), "how many seeds simulations run")
	start = flag.Uint64("start", 1, "the first of them")
)

// explore runs body under the seeds that the flags name.
func explore(t *testing.T, body func(*sim.Sim)) {
	n := max(1, *seeds)
	if *start == 1 {
		sim.Explore(t, n, body)
		return
	}
	for seed := *start; seed < *start+uint64(n); seed++ {
		require.NoError(t, sim.Run(seed, body).Failure, "seed %d: run with -start=%d -seeds=1", seed, seed)
	}
}

// votes are what the participants of a simulated session always say, and what must come of it.
type votes struct {
	spec    protocols.Spec
	choices []string
	want    string // decision; empty for none
}

func sessions() map[string]votes {
	return map[string]votes{
		"simple":       {protocols.Spec{Question: "?"}, []string{"yes", "no", "yes", "yes", "abstain"}, "yes"},
		"unanimous":    {protocols.Spec{Question: "?", Rule: consensus.Rule{Kind: consensus.Unanimous}}, []string{"yes", "yes", "no"}, ""},
		"quorum":       {protocols.Spec{Question: "?", Rule: consensus.Rule{Kind: consensus.AtLeast, K: 2, Quorum: consensus.NoQuorum}}, []string{"no", "yes", "no"}, "no"},
		"weighted":     {protocols.Spec{Question: "?", Expertise: true}, []string{"yes", "no", "yes"}, "yes"},
		"score":        {protocols.Spec{Question: "?", Expertise: true, Rule: consensus.Rule{Kind: consensus.Weighted}}, []string{"yes", "yes", "no"}, "approve"},
		"refinement":   {protocols.Spec{Question: "?", Type: selector.Refine}, []string{"a good plan", "a good plan", "a good plan"}, "a good plan"},
		"debate":       {protocols.Spec{Question: "?", Type: selector.MLReasoning, Params: []byte(`{"debate":{"rounds":2}}`)}, []string{"42", "42", "41"}, "42"},
		"chain":        {protocols.Spec{Question: "?", Type: selector.MLReasoning, Params: []byte(`{"chain":{}}`)}, []string{"42", "42", "42"}, "42"},
		"ensemble":     {protocols.Spec{Question: "?", Type: selector.MLEnsemble}, []string{"cat", "cat", "dog"}, "cat"},
		"market":       {protocols.Spec{Question: "?", Type: selector.Economic, Params: []byte(`{"auction":{}}`)}, []string{"yes"}, "a"},
		"search":       {protocols.Spec{Question: "?", Type: selector.MLOptimize, Params: []byte(`{"settings":{"candidates":[{"x":0},{"x":1},{"x":2},{"x":3},{"x":4}]}}`)}, []string{"yes", "yes"}, `{"x":2}`},
		"tournament":   {protocols.Spec{Question: "?", Type: selector.MLOptimize, Params: []byte(`{"search":"tournament","settings":{"candidates":[{"x":0},{"x":2},{"x":3}]}}`)}, []string{"yes", "yes"}, `{"x":2}`},
		"delegated":    {protocols.Spec{Question: "?", Params: []byte(`{"fanOut":3,"mode":"delegated"}`)}, []string{"no", "no", "no", "no", "no", "yes", "no"}, "no"},
		"hierarchical": {protocols.Spec{Question: "?", Params: []byte(`{"fanOut":3}`)}, []string{"no", "no", "yes", "no", "no", "yes", "no", "yes"}, "no"},
		"reasoning":    {protocols.Spec{Question: "?", Type: selector.MLReasoning}, []string{"42", "42", "41"}, "42"},
		"workflow": {protocols.Spec{Question: "?", Type: selector.Orchestration, Params: []byte(`{"nodes":[
			{"id":"one","agent":"a","idempotent":true,"retries":5},
			{"id":"two","agent":"b","idempotent":true,"retries":5,"after":["one"]},
			{"id":"three","agent":"a","idempotent":true,"retries":5,"inputs":[{"name":"x","node":"two"}]}]}`)}, []string{"yes", "yes"}, "done"},
	}
}

// town is an engine and supervised participants in a simulation, and somebody who wants a decision until there is one.
func town(s *sim.Sim, v votes, class protocols.Durability) (e *protocols.Engine, done *bool, l *log) {
	sys := s.NewSystem(actors.Options{})
	l = newLog()
	known := map[string]protocols.Member{}
	var people []supervision.Child
	for i, choice := range v.choices {
		name := string(rune('a' + i))
		known[name] = protocols.Member{}
		v.spec.Participants = append(v.spec.Participants[:i:i], name)
		people = append(people, supervision.Worker(name, says(choice)))
	}
	e, err := protocols.NewEngine(protocols.EngineOptions{
		Name: "coordination", Journal: l, Roster: lodgers{sys, known}, Grace: 5 * time.Second,
		Services: map[string]protocols.Service{"exchange": protocols.ServiceFunc(hall)},
	})
	require.NoError(s, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{
		Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children:  []supervision.Child{supervision.Sub("people", supervision.Spec{Intensity: supervision.Intensity{Max: 1000, Within: time.Second}, Children: people}), e.Child()},
	})
	require.NoError(s, err)
	v.spec.ID, v.spec.Deadline, v.spec.Durability = "s", 5*time.Minute, class
	done = new(bool)
	actors.MustSpawn(sys, "asker", actors.Stateless(func(c *actors.Context[int], _ int) error {
		for c.Err() == nil {
			ctx, stop := c.WithTimeout(15 * time.Minute)
			r, err := e.Coordinate(ctx, v.spec)
			stop()
			if err == nil || errors.As(err, new(*protocols.NoDecisionError)) {
				require.Equal(s, v.want, r.Decision, "%+v", r)
				*done = true
				return nil
			}
			if !errors.Is(err, protocols.ErrUnavailable) {
				require.NoError(s, err)
			}
			_ = sys.Sleep(c, 100*time.Millisecond) // it ends with the process, as the loop does
		}
		return nil
	})).Tell(0)
	return e, done, l
}

// hall sells everything to a at once.
func hall(context.Context, string, []byte) ([]byte, error) {
	return []byte(`{"winner":"a","price":7,"units":1}`), nil
}

// lodgers finds participants under their supervisor.
type lodgers struct {
	sys   *actors.System
	known map[string]protocols.Member
}

func (p lodgers) Member(id string) (protocols.Member, bool) {
	m, ok := p.known[id]
	for pid := range p.sys.Processes() {
		if strings.HasSuffix(pid.Path(), "/people/"+id) && pid.Alive() {
			if ref, err := actors.RefOf[protocols.Invitation](pid); err == nil {
				m.ID, m.Process = id, ref
			}
		}
	}
	return m, ok
}

func (p lodgers) Match(string) ([]string, error) { return nil, nil }

func decided(s *sim.Sim, e *protocols.Engine, v votes, class protocols.Durability, l *log) {
	r, err := e.Await(context.Background(), "s")
	if v.want == "" {
		require.ErrorAs(s, err, new(*protocols.NoDecisionError))
	} else {
		require.NoError(s, err)
	}
	require.Equal(s, v.want, r.Decision)
	ends := 0
	l.mu.Lock()
	for _, text := range l.mu.records["coordination"] {
		if strings.Contains(string(text), `"kind":"ended"`) {
			require.Contains(s, string(text), fmt.Sprintf(`"state":"%s"`, r.State), "every record of the end is of one decision")
			ends++
		}
	}
	l.mu.Unlock()
	if class == protocols.Durable || class == protocols.DurableBallots {
		require.NotZero(s, ends)
	}
}

var engines = []string{"/node/coordination/engine", "/node/coordination/historian", "/node/coordination/sessions/*", "/node/coordination/sessions"}

// Each of the processes is ended at each of its steps, before and after: the outcome is that of the undisturbed run.
func TestAnEndAtEachStepOfASessionChangesNothing(t *testing.T) {
	for name, v := range sessions() {
		for _, class := range []protocols.Durability{protocols.Volatile, protocols.Durable, protocols.DurableBallots} {
			if name != "simple" && (name == "workflow") != (class == protocols.DurableBallots) || name != "simple" && class == protocols.Volatile {
				continue // the machine makes no difference
			}
			t.Run(name+"/"+string(class), func(t *testing.T) {
				for _, process := range engines {
					for _, kind := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
						if name != "simple" && kind != sim.CrashAfter {
							continue
						}
						for step := 1; step <= 40; step++ {
							r := sim.Run(uint64(step), func(s *sim.Sim) {
								e, done, l := town(s, v, class)
								s.Fault(sim.Fault{Do: kind, Process: process, Nth: step})
								s.Advance(6 * time.Minute)
								s.Calm()
								require.True(s, *done)
								decided(s, e, v, class, l)
							})
							require.NoError(t, r.Failure, "%v of %s at step %d", kind, process, step)
							if !strings.HasSuffix(r.Faults[0], "(happened 1 times)") {
								break // there is no such step
							}
						}
					}
				}
			})
		}
	}
}

func TestASessionHasOneOutcomeInAnyOrderOfTurnsAndFaults(t *testing.T) {
	for name, v := range sessions() {
		t.Run(name, func(t *testing.T) {
			explore(t, func(s *sim.Sim) {
				class := protocols.DurableBallots
				if name == "market" {
					class = []protocols.Durability{protocols.Durable, protocols.DurableBallots}[s.Rand("class").IntN(2)]
				} else if name != "workflow" {
					class = []protocols.Durability{protocols.Volatile, protocols.Buffered, protocols.Durable, protocols.DurableBallots}[s.Rand("class").IntN(4)]
				}
				e, done, l := town(s, v, class)
				s.Fault(sim.Space{
					Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.Hang, sim.Delay},
					Processes: append([]string{"/node/people/a", "/node/people/b"}, engines...), MaxFor: time.Second,
				}.Draw(s.Rand("plan"), 3)...)
				s.Advance(6 * time.Minute)
				s.Calm()
				require.True(s, *done)
				decided(s, e, v, class, l)
			})
		})
	}
}

// A program that is gone leaves its journal: the next one goes on with what was open, and knows what was decided.
func TestTheNextProgramGoesOnWithWhatTheJournalHas(t *testing.T) {
	l := newLog()
	var first protocols.Result
	classes := []protocols.Durability{protocols.DurableBallots, protocols.Durable} // the second one lasts until its deadline
	result := sim.Run(1, func(s *sim.Sim) {
		e, names := council(s, s.NewSystem(actors.Options{}), protocols.EngineOptions{Journal: l}, "yes", "silent", "silent", "yes")
		var err error
		first, err = e.Coordinate(context.Background(), protocols.Spec{ID: "decided", Question: "?", Participants: names[:1]})
		require.NoError(s, err)
		for _, class := range classes {
			_, err = e.Start(context.Background(), protocols.Spec{ID: protocols.SessionID(class), Question: "?", Participants: names, Durability: class, Deadline: time.Hour})
			require.NoError(s, err)
		}
		s.Settle()
	})
	require.NoError(t, result.Failure)
	result = sim.Run(2, func(s *sim.Sim) {
		e, names := council(s, s.NewSystem(actors.Options{}), protocols.EngineOptions{Journal: l}, "silent", "yes", "yes", "no")
		s.Settle()
		again, err := e.Await(context.Background(), "decided")
		require.NoError(s, err)
		require.Equal(s, first.Decision, again.Decision)
		_, err = e.Start(context.Background(), protocols.Spec{ID: "decided", Question: "another?", Participants: names[:1]})
		require.ErrorAs(s, err, new(*protocols.ConflictError))
		for _, class := range classes {
			r, err := e.Await(context.Background(), protocols.SessionID(class))
			if class == protocols.Durable { // all are asked again: two yes, one no, and one does not answer before the deadline
				require.NoError(s, err)
				require.Equal(s, []string{names[0]}, r.Missing)
				require.Equal(s, "yes", r.Decision)
				continue
			}
			require.NoError(s, err) // a and d have said yes before, and are not asked again
			require.Equal(s, "yes", r.Decision)
			require.Empty(s, r.Dissent)
			require.NotContains(s, r.Missing, names[0])
			require.NotContains(s, r.Missing, names[3])
		}
	})
	require.NoError(t, result.Failure)
}

// An engine that is killed amid a hundred sessions loses none of them.
func TestAnEngineKilledAmidAHundredSessionsLosesNone(t *testing.T) {
	result := sim.Run(7, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{})
		e, names := council(s, sys, protocols.EngineOptions{Journal: newLog()}, "yes", "no", "yes")
		for i := range 100 {
			_, err := e.Start(context.Background(), protocols.Spec{ID: protocols.SessionID(fmt.Sprint(i)), Question: "?", Participants: names})
			require.NoError(s, err)
			if i == 50 {
				for pid := range sys.Processes() {
					if strings.HasPrefix(pid.Path(), "/node/coordination/engine") || strings.HasPrefix(pid.Path(), "/node/coordination/sessions") {
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
		}
	})
	require.NoError(t, result.Failure)
}

// A session that always crashes fails, and whoever waits is told.
func TestASessionThatAlwaysCrashesFails(t *testing.T) {
	result := sim.Run(3, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{})
		e, names := council(s, sys, protocols.EngineOptions{}, "yes", "yes")
		require.NoError(s, e.Register(protocols.Protocol{Name: "broken", New: func(protocols.Setup) (machine.Stepper, error) { return broken{}, nil }}))
		_, err := e.Coordinate(context.Background(), protocols.Spec{Question: "?", Participants: names, Protocol: "broken"})
		require.ErrorAs(s, err, new(*protocols.SessionFailedError))
		_, err = e.CoordinateLegacy(context.Background(), names, "?")
		require.NoError(s, err)
	})
	require.NoError(t, result.Failure)
}

type broken struct{}

func (broken) Step(machine.Event) []machine.Effect { panic("I am broken") }
