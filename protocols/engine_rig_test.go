// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/supervision"
)

// people is a roster of processes that are found by their names.
type people struct {
	sys    *actors.System
	prefix string
	known  map[string]protocols.Member // what is known of them besides
}

func (p people) Member(id string) (protocols.Member, bool) {
	m, ok := p.known[id]
	m.ID, m.Process = id, actors.Named[protocols.Invitation](p.sys, p.prefix+id)
	return m, ok
}

func (p people) Match(query string) ([]string, error) {
	if query == "bad" {
		return nil, errors.New("no query")
	}
	var all []string
	for id := range p.known {
		all = append(all, id)
	}
	slices.Sort(all)
	return all, nil
}

// log is a journal in memory that can be told to fail.
type log struct {
	mu struct {
		sync.Mutex
		records map[string][][]byte
		fail    error
	}
}

func newLog() *log {
	l := &log{}
	l.mu.records = map[string][][]byte{}
	return l
}

func (l *log) failing(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.fail = err
}

func (l *log) Append(_ context.Context, stream string, expect uint64, records ...[]byte) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.fail != nil {
		return 0, l.mu.fail
	}
	if uint64(len(l.mu.records[stream])) != expect {
		return 0, errors.New("another version")
	}
	l.mu.records[stream] = append(l.mu.records[stream], records...)
	return expect + uint64(len(records)), nil
}

func (l *log) Read(_ context.Context, stream string, from uint64, yield func(uint64, []byte) error) error {
	l.mu.Lock()
	all, err := slices.Clone(l.mu.records[stream]), l.mu.fail
	l.mu.Unlock()
	if err != nil {
		return err
	}
	for i := int(min(from, uint64(len(all)))); i < len(all); i++ {
		if err := yield(uint64(i)+1, all[i]); err != nil {
			return err
		}
	}
	return nil
}

// says is a participant that answers every invitation in the same way.
func says(choice string) func() actors.Behavior[protocols.Invitation] {
	return actors.Stateless(func(_ *actors.Context[protocols.Invitation], in protocols.Invitation) error {
		switch {
		case !in.Asks():
		case choice == "abstain":
			in.Abstain("")
		case choice == "decline":
			in.Decline("")
		case choice == "silent":
		case choice == "crash":
			return errors.New("I always crash")
		default:
			in.Answer(opinion(choice, in.Invite))
		}
		return nil
	})
}

// opinion is the answer of a participant that always holds the same, in every role.
func opinion(choice string, in machine.Invite) machine.Answer {
	switch in.Role {
	case machine.RoleRun:
		return machine.Answer{Text: choice}
	case machine.RoleRate:
		v := int64(0)
		if choice == "yes" {
			v = machine.One
		}
		return machine.Answer{Value: &v}
	case machine.RoleTrial:
		var trial struct{ Point struct{ X int } }
		if json.Unmarshal(in.Input, &trial) != nil {
			return machine.Answer{Error: "what is that?"}
		}
		return machine.Answer{Output: fmt.Appendf(nil, `{"value":%d}`, (trial.Point.X-2)*(trial.Point.X-2))}
	case machine.RolePropose:
		return machine.Answer{Choice: choice, Text: choice}
	case machine.RoleCritique:
		a := machine.Answer{}
		for _, item := range in.Items {
			s := machine.Score{Item: item.ID}
			if strings.Contains(item.Text, "good") {
				s.Value = machine.One
			}
			a.Scores = append(a.Scores, s)
		}
		return a
	default:
		return machine.Answer{Choice: choice}
	}
}

// council starts an engine and participants with their choices, in order of the names a, b, c...
func council(t require.TestingT, sys *actors.System, o protocols.EngineOptions, choices ...string) (*protocols.Engine, []string) {
	known := map[string]protocols.Member{}
	var names []string
	for i, choice := range choices {
		name := string(rune('a' + i))
		names = append(names, name)
		known[name] = protocols.Member{}
		if choice == "nobody" {
			continue
		}
		actors.MustSpawn(sys, name, says(choice))
	}
	return engineOf(t, sys, o, known), names
}

func engineOf(t require.TestingT, sys *actors.System, o protocols.EngineOptions, known map[string]protocols.Member) *protocols.Engine {
	o.Name = "coordination"
	if o.Roster == nil {
		o.Roster = people{sys: sys, known: known}
	}
	e, err := protocols.NewEngine(o)
	require.NoError(t, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{e.Child()}, Intensity: supervision.Intensity{Max: 1000, Within: time.Second}})
	require.NoError(t, err)
	return e
}

// within runs f in a system that is closed behind it.
func within(t *testing.T, f func(ctx context.Context, sys *actors.System)) {
	sys := actors.New(actors.Options{})
	f(context.Background(), sys)
	require.NoError(t, sys.Close(context.Background()))
}
