// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/fault"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/graph"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/cognitive/team"
	"mabeam.dev/telemetry"
)

// stage is a space for one mistake: x is a float from 0 to 1, sum is made of it, m is a choice, and voted is decided by a panel.
type stage struct {
	*rig
	x     *cognitive.Variable[float64]
	voted *cognitive.Variable[float64]
	panel *panel
	j     *memory
}

// decided proposes and has the panel say something about it.
func (s *stage) decided(o cognitive.Outcome, how ...cognitive.ProposeOption) error {
	end := asked(s.rig, s.voted, 0.9, how...)
	s.panel.decide(cognitive.Verdict{Outcome: o})
	return <-end
}

// mistakes produce each error that a space can give, by its name in the list of all errors.
var mistakes = map[string]func(s *stage) error{
	"cognitive.ErrNotFound": func(s *stage) error {
		_, err := s.s.Propose(s.ctx, "nobody", kind.OfFloat(1))
		return err
	},
	"cognitive.ErrDuplicateName": func(s *stage) error {
		return s.s.Add(s.ctx, "x", kind.Integer{Min: 0, Max: 1})
	},
	"cognitive.ErrComputed": func(s *stage) error {
		_, err := s.s.Propose(s.ctx, "sum", kind.OfFloat(1))
		return err
	},
	"cognitive.ConstraintError": func(s *stage) error {
		require.NoError(s.t, s.s.Constrain(cognitive.Constraint{Name: "cap", Variables: []string{"x"}, Budget: []float64{1}, Limit: 0.5}))
		_, err := s.x.Propose(s.ctx, 0.6)
		return err
	},
	"cognitive.ErrDenied": func(s *stage) error {
		v, err := s.s.AddFloat(s.ctx, "own", kind.Float{Min: 0, Max: 1}, cognitive.With(cognitive.Settings{Agents: []string{"ann"}}))
		require.NoError(s.t, err)
		_, err = v.Propose(s.ctx, 1, cognitive.FromAgent("bob"), cognitive.Because("why not"))
		return err
	},
	"cognitive.VersionConflictError": func(s *stage) error {
		_, err := s.x.Propose(s.ctx, 1, cognitive.Base(cognitive.Version{Seq: 7}))
		return err
	},
	"cognitive.CooldownError": func(s *stage) (err error) {
		for _, option := range []string{"b", "c"} {
			_, err = s.s.Propose(s.ctx, "m", kind.OfChoice(option), cognitive.FromAgent("ann"), cognitive.Because("why not"))
		}
		return err
	},
	"cognitive.ErrRateLimited": func(s *stage) (err error) {
		for i := range 21 {
			_, err = s.x.Propose(s.ctx, float64(i)/100, cognitive.FromAgent("ann"), cognitive.Because("why not"))
		}
		return err
	},
	"cognitive.ErrBusy": func(s *stage) error {
		for range 65 {
			asked(s.rig, s.voted, 0.9)
		}
		return <-asked(s.rig, s.voted, 0.9)
	},
	"cognitive.RejectedError": func(s *stage) error { return s.decided(cognitive.Rejected) },
	"cognitive.ErrNoQuorum":   func(s *stage) error { return s.decided(cognitive.NoQuorum) },
	"cognitive.ErrDeadline":   func(s *stage) error { return s.decided(cognitive.Expired) },
	"cognitive.ErrCancelled":  func(s *stage) error { return s.decided(cognitive.Cancelled) },
	"cognitive.ErrSuperseded": func(s *stage) error {
		asked(s.rig, s.voted, 0.9)
		older := asked(s.rig, s.voted, 0.8, cognitive.FromAdapter("engine", cognitive.Gain{}))
		asked(s.rig, s.voted, 0.7, cognitive.FromAdapter("engine", cognitive.Gain{}))
		return <-older
	},
	"cognitive.ErrDecisionLost": func(s *stage) error {
		end := asked(s.rig, s.voted, 0.9, cognitive.Key("k"))
		s.panel.forgets = true
		s.kill("lab.variables/voted")
		require.ErrorIs(s.t, <-end, cognitive.ErrRestarted)
		synctest.Wait()
		for _, settled := range s.panel.settled {
			require.False(s.t, settled)
		}
		return s.lost()
	},
	"cognitive.ErrSlow": func(s *stage) error {
		e := ear{gate: make(chan struct{})}
		ref := e.listen(s.rig, cognitive.Buffer(3))
		synctest.Wait()
		ref.Tell("wait")
		for i := range 6 {
			_, err := s.x.Propose(s.ctx, float64(i)/10)
			require.NoError(s.t, err)
		}
		close(e.gate)
		synctest.Wait()
		return e.heard[len(e.heard)-1].Err
	},
	"cognitive.ErrStopped": func(s *stage) error {
		require.NoError(s.t, s.s.Remove(s.ctx, "m"))
		require.NoError(s.t, s.sys.Close(context.Background()))
		_, err := s.x.Propose(s.ctx, 1)
		return err
	},
	"cognitive.ErrRestarted": func(s *stage) error {
		end := asked(s.rig, s.voted, 0.9)
		s.kill("lab.variables/voted")
		return <-end
	},
	"cognitive.DegradedError": func(s *stage) error {
		v, err := cognitive.AddComposite[float64](s.ctx, s.s, "frail", cognitive.Composite{Inputs: []string{"x"}, Func: func(in []kind.Value) (kind.Value, error) {
			if in[0].Float() > 0.5 {
				return kind.Value{}, errors.New("that is too much")
			}
			return in[0], nil
		}})
		require.NoError(s.t, err)
		_, err = s.x.Propose(s.ctx, 0.9)
		require.NoError(s.t, err)
		return v.Load().Why
	},
	"cognitive.ErrVersion": func(s *stage) error { // somebody else has written
		_, err := s.j.store(uint64(len(s.j.mu.list)), cognitive.Event{Type: "cognitive.batch", Data: []byte(`{}`)})
		require.NoError(s.t, err)
		told := make(chan error, 1)
		defer telemetry.Subscribe(s.sys.Events(), "test", func(e cognitive.JournalFailed) {
			select {
			case told <- e.Err:
			default:
			}
		})()
		_, err = s.x.Propose(s.ctx, 1)
		require.ErrorIs(s.t, err, cognitive.ErrRestarted, "the space begins anew with what the journal has")
		return <-told
	},
	"cognitive.GuardError": func(s *stage) error {
		_, err := s.x.Propose(s.ctx, 0.0001, cognitive.FromAdapter("engine", cognitive.Gain{}))
		return err
	},
	"cognitive.ErrUnconfirmed": func(s *stage) error {
		v, err := s.s.AddFloat(s.ctx, "sure", kind.Float{Min: 0, Max: 1}, cognitive.With(cognitive.Settings{Confirm: cognitive.Confirm{Share: 1, Within: time.Second}}))
		require.NoError(s.t, err)
		_, err = v.Propose(s.ctx, 1)
		return err
	},
	"cognitive/kind.RangeError": func(s *stage) error {
		_, err := s.x.Propose(s.ctx, 1.5)
		return err
	},
	"cognitive/kind.ErrNotFinite": func(s *stage) error {
		_, err := s.x.Propose(s.ctx, math.NaN())
		return err
	},
	"cognitive/kind.UnknownChoiceError": func(s *stage) error {
		_, err := s.s.Propose(s.ctx, "m", kind.OfChoice("d"))
		return err
	},
	"cognitive/kind.TypeError": func(s *stage) error {
		_, err := s.s.Propose(s.ctx, "x", kind.OfChoice("a"))
		return err
	},
	"cognitive/kind.DefinitionError": func(s *stage) error { return s.s.Add(s.ctx, "odd", kind.Float{Min: 1, Max: 0}) },
	"cognitive/kind.ResolveError": func(*stage) error {
		_, err := kind.Resolve(kind.Latest, nil, nil)
		return err
	},
	"cognitive/graph.CycleError": func(s *stage) error {
		_, err := s.s.Redefine(s.ctx, "sum", cognitive.Redefinition{Composite: &cognitive.Composite{Inputs: []string{"sum"}, Text: "sum"}})
		return err
	},
	"cognitive/graph.UnknownError": func(*stage) error {
		g := graph.New()
		return g.Add("b", "a")
	},
	"cognitive/graph.DependedError": func(s *stage) error { return s.s.Remove(s.ctx, "x") },
	"cognitive/graph.ErrDuplicate": func(*stage) error {
		g := graph.New()
		return errors.Join(g.Add("a"), g.Add("a"))
	},
	"cognitive/expr.CompileError": func(s *stage) error {
		_, err := cognitive.AddComposite[float64](s.ctx, s.s, "odd", cognitive.Composite{Inputs: []string{"x"}, Text: "x +"})
		return err
	},
	"cognitive/expr.ErrCost": func(s *stage) error {
		list := "[" + strings.Repeat("1.0,", 99) + "1.0]"
		v, err := cognitive.AddComposite[bool](s.ctx, s.s, "dear", cognitive.Composite{Inputs: []string{"x"}, Text: "x < 0.5 || " + list + ".all(a, " + list + ".all(b, a + b > x))", Cost: 500})
		require.NoError(s.t, err)
		_, err = s.x.Propose(s.ctx, 1)
		require.NoError(s.t, err)
		return v.Load().Why
	},
	"cognitive/expr.EvalError": func(s *stage) error {
		v, err := cognitive.AddComposite[int64](s.ctx, s.s, "torn", cognitive.Composite{Inputs: []string{"x"}, Text: "1 / (1 - int(x))"})
		require.NoError(s.t, err)
		_, err = s.x.Propose(s.ctx, 1)
		require.NoError(s.t, err)
		return v.Load().Why
	},
	"cognitive/team.ErrInfeasible": func(s *stage) error { return s.selected(kind.Agents{Min: 4, Max: 4}, coders()[:3]) },
	"cognitive/team.RoleError": func(s *stage) error {
		return s.selected(kind.Agents{Min: 1, Max: 4, Roles: []string{"pilot"}}, coders())
	},
	"cognitive/team.BudgetError": func(s *stage) error { return s.selected(kind.Agents{Min: 4, Max: 4, Budget: 9}, coders()) },
	"cognitive/team.ErrNotFound": func(*stage) error { // twenty groups of three of whom one may be there, and one member too many: too much to prove
		q := team.Query{Least: 21, Most: 21, Budget: team.Unlimited}
		for i := range 60 {
			q.Agents = append(q.Agents, team.Agent{Score: int64(i)})
			for other := i - i%3; other < i; other++ {
				q.Apart = append(q.Apart, [2]int{other, i})
			}
		}
		_, err := team.Select(q)
		return err
	},
	"cognitive/team.SpecError": func(*stage) error {
		_, err := team.Select(team.Query{Least: -1})
		return err
	},
}

// lost is what became of the decision that nobody remembered: the space has noted it.
func (s *stage) lost() error {
	for _, ev := range s.j.mu.list {
		if strings.Contains(string(ev.Data), cognitive.ErrDecisionLost.Error()) {
			return cognitive.ErrDecisionLost
		}
	}
	return nil
}

func (s *stage) selected(k kind.Agents, from roster) error {
	_, err := s.s.AddAgents(s.ctx, "team", k, cognitive.With(cognitive.Settings{Initial: kind.OfTeam("ann", "bob", "cid", "dan")}))
	require.NoError(s.t, err)
	_, _, err = s.s.SelectTeam(s.ctx, "team", from, cognitive.TeamChange{})
	return err
}

// The list of all errors says which there are: one that nothing here produces fails, and so does a mistake that no longer gives its error.
func TestEveryErrorThatASpaceCanGiveIsGiven(t *testing.T) {
	listed := map[string]bool{}
	for _, e := range fault.All() {
		area, _, _ := strings.Cut(e.Name, ".")
		if !slices.Contains([]string{"cognitive", "cognitive/kind", "cognitive/graph", "cognitive/expr", "cognitive/team"}, area) {
			continue
		}
		listed[e.Name] = true
		t.Run(e.Name, func(t *testing.T) {
			produce := mistakes[e.Name]
			require.NotNil(t, produce, "nothing gives it")
			assert.NotEmpty(t, e.Meaning)
			p, j := newPanel(), &memory{}
			bubble(t, cognitive.SpaceOptions{Journal: j, Decider: p, Applier: &crew{size: 1}}, func(r *rig) {
				s := &stage{rig: r, panel: p, j: j}
				var err error
				s.x, err = r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1})
				require.NoError(t, err)
				s.voted, err = r.s.AddFloat(r.ctx, "voted", kind.Float{Min: 0, Max: 1}, cognitive.Decide(cognitive.Policy{Mode: "vote", Within: time.Minute, Proposers: []cognitive.Cause{cognitive.ByUser}}))
				require.NoError(t, err)
				_, err = r.s.AddChoice(r.ctx, "m", kind.OptionsOf("a", "b", "c"))
				require.NoError(t, err)
				_, err = cognitive.AddComposite[float64](r.ctx, r.s, "sum", cognitive.Composite{Inputs: []string{"x", "voted"}, Text: "x + voted"})
				require.NoError(t, err)
				got := produce(s)
				require.Error(t, got)
				assert.Contains(t, fault.Of(got).Chain, e.Code, "%v", got)
				assert.NotContains(t, got.Error(), "%!", "its text")
			})
		})
	}
	for name := range mistakes {
		assert.True(t, listed[name], "%s is in no list", name)
	}
}
