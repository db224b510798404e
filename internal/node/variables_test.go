// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/internal/node"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
)

const tuned = `version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off, socket: off}
variables:
  spaces:
  - space: tuning
    variables:
    - {variable: sum, kind: composite, inputs: [a, b], expression: 'a + double(b)'}
    - {variable: a, kind: float, min: 0, max: 1, initial: 0.5}
    - {variable: b, kind: integer, min: 0, max: 10, step: 2}
    - {variable: m, kind: choice, options: [x, y], cooldown: 0s}
    - {variable: scratch, kind: float, min: 0, max: 1, durability: ephemeral}
    constraints:
    - {constraint: cap, variables: [a, b], expression: 'a + double(b) <= 8.5'}
`

func TestVariablesOfTheConfigAreThereAndOutliveTheNode(t *testing.T) {
	r := newRig(t)
	n := r.start(tuned)
	s := n.VariableSpace("tuning")
	require.NotNil(t, s)
	assert.Nil(t, n.VariableSpace("other"))
	assert.Equal(t, "0.5", s.Snapshot().Value("sum").String())
	for i := range 5 {
		_, err := s.Propose(r.ctx, "a", kind.OfFloat(0.1*float64(i)), cognitive.Because("trying"))
		require.NoError(t, err)
	}
	_, err := s.Propose(r.ctx, "scratch", kind.OfFloat(1))
	require.NoError(t, err)
	_, err = s.Propose(r.ctx, "b", kind.OfInteger(10))
	var broken *cognitive.ConstraintError
	require.ErrorAs(t, err, &broken)
	assert.Equal(t, "cap", broken.Name)
	before, err := s.Info("a")
	require.NoError(t, err)
	r.stop(n)

	n = r.start(tuned)
	defer r.stop(n)
	s = n.VariableSpace("tuning")
	after, err := s.Info("a")
	require.NoError(t, err)
	assert.Equal(t, before.Seen, after.Seen, "value and version")
	assert.Equal(t, "0.4", s.Snapshot().Value("sum").String())
	assert.Equal(t, "0", s.Snapshot().Value("scratch").String(), "nobody kept it")
	list, err := s.History(r.ctx, "a", cognitive.Query{})
	require.NoError(t, err)
	assert.Len(t, list, 6)
	assert.Equal(t, "trying", list[5].Reason)
}

func TestAValueThatTheConfigNoLongerAllowsStaysAndIsTold(t *testing.T) {
	r := newRig(t)
	n := r.start(tuned)
	_, err := n.VariableSpace("tuning").Propose(r.ctx, "a", kind.OfFloat(0.9))
	require.NoError(t, err)
	r.stop(n)
	o := r.options(tuned)
	narrow := 0.6
	o.Config.Variables.Spaces[0].Variables[1].Max = &narrow
	n, err = node.Start(r.ctx, o)
	require.NoError(t, err)
	defer r.stop(n)
	assert.Equal(t, "0.9", n.VariableSpace("tuning").Snapshot().Value("a").String())
	var told string
	for _, p := range n.Health().Phases {
		for _, s := range p.Services {
			if s.Name == "variables" {
				told = s.Why
			}
		}
	}
	assert.Contains(t, told, "tuning/a")
}

const voters = `version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off, socket: off}
coordination: {}
tree:
  children:
  - {id: ann, kind: told, votes: {policy: approve}}
  - {id: bob, kind: told, votes: {policy: approve}, weight: 5}
  - {id: cleo, kind: told, votes: {policy: approve}}
  - {id: dora, kind: told, votes: {policy: prefer, prefer: ["no"]}, weight: 9}
variables:
  spaces:
  - space: tuning
    variables:
    - {variable: all, kind: float, min: 0, max: 1, decision: {support: 0.75}}
    - {variable: most, kind: float, min: 0, max: 1, decision: {support: 0.9}}
    - {variable: weighty, kind: float, min: 0, max: 1, decision: {mode: weighted, support: 0.5}}
    - {variable: tree, kind: float, min: 0, max: 1, decision: {mode: hierarchical, support: 0.5}}
    - {variable: safe, kind: float, min: 0, max: 1, decision: {mode: consensus, support: 0.5}}
    - {variable: few, kind: float, min: 0, max: 1, decision: {electorate: [ann, bob]}}
    - {variable: strange, kind: float, min: 0, max: 1, decision: {electorate: [ann, nobody]}}
    - {variable: large, kind: float, min: 0, max: 1, decision: {support: 0.9, above: 0.5}}
`

func TestAgentsDecideAboutVariables(t *testing.T) {
	r := newRig(t)
	n := r.start(voters)
	defer r.stop(n)
	s := n.VariableSpace("tuning")
	for name, want := range map[string]error{
		"all": nil, "most": cognitive.ErrRejected, "weighty": cognitive.ErrRejected, "tree": nil, "safe": nil, "few": nil, "strange": cognitive.ErrRejected,
		"large": cognitive.ErrRejected,
	} {
		_, err := s.Propose(r.ctx, name, kind.OfFloat(1), cognitive.From("test"), cognitive.Because("why not"))
		require.ErrorIs(t, err, want, name)
		assert.Equal(t, want == nil, s.Snapshot().Value(name).Float() == 1, name)
	}
	_, err := s.Propose(r.ctx, "large", kind.OfFloat(0.4))
	require.NoError(t, err, "too little to ask anybody")
	_, err = s.Propose(r.ctx, "most", kind.OfFloat(1), cognitive.Force())
	require.NoError(t, err, "an operator asks nobody")
	blame, err := s.Blame(r.ctx, "all")
	require.NoError(t, err)
	status, err := n.Engine().Status(protocols.SessionID(blame.Decision))
	require.NoError(t, err)
	assert.Equal(t, []string{"variable", "tuning/all"}, status.Tags)
	assert.Equal(t, "May tuning/all go from 0 to 1? test: why not", status.Question)
	var rejected *cognitive.RejectedError
	_, err = s.Propose(r.ctx, "weighty", kind.OfFloat(1))
	require.ErrorAs(t, err, &rejected)
	assert.Equal(t, 9.0, rejected.Tally["no"], "the rest need not have been waited for")
}

// pensive adds a kind of agents that vote for when the test lets them.
func (r *rig) pensive() {
	r.kinds.Add(agents.Native("pensive", "Votes when it may.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
			select {
			case r.began <- t:
			default:
			}
			select {
			case <-r.held:
				return json.Marshal(machine.Answer{Choice: "yes"})
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}), nil
	}))
}

func TestADecisionSurvivesTheCrashOfWhoAsksAndOfTheVariable(t *testing.T) {
	r := newRig(t)
	r.pensive()
	n := r.start(`version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off, socket: off}
coordination: {}
tree: {children: [{id: ann, kind: pensive}]}
variables: {spaces: [{space: tuning, variables: [{variable: a, kind: float, min: 0, max: 1, decision: {within: 1m}}]}]}
`)
	defer r.stop(n)
	s := n.VariableSpace("tuning")
	end := make(chan error, 1)
	go func() { // it ends with the proposal
		_, err := s.Propose(r.ctx, "a", kind.OfFloat(1))
		end <- err
	}()
	receive(r, r.began, "vote")
	require.True(t, n.KillDecider())
	close(r.held)
	require.NoError(t, receive(r, end, "answer"))
	assert.Equal(t, "1", s.Snapshot().Value("a").String())
}
