// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/protocols/machine"
)

// haggler adds a kind of agents that are for one value alone, and say so.
func (r *rig) haggler(value string) {
	r.kinds.Add(agents.Native("haggler", "Is for one value alone.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) {
			var in machine.Invite
			if err := json.Unmarshal(t.Input, &in); err != nil {
				return nil, err
			}
			if strings.Contains(in.Question, "to "+value+"?") {
				return json.Marshal(machine.Answer{Choice: "yes"})
			}
			return json.Marshal(machine.Answer{Choice: "no", Text: "counter: " + value})
		}), nil
	}))
}

// A ballot against a change may say what its voter would agree to: that is put to the vote in the place of the change.
func TestVotersAnswerASuggestionWithACounterValue(t *testing.T) {
	r := newRig(t)
	r.haggler("0.6")
	n := r.start(`version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off, socket: off}
coordination: {}
tree:
  children:
  - {id: ann, kind: haggler}
  - {id: bob, kind: haggler}
  - {id: cleo, kind: told, votes: {policy: approve}}
variables: {spaces: [{space: tuning, variables: [{variable: a, kind: float, min: 0, max: 1, decision: {support: 0.6}}]}]}
`)
	defer r.stop(n)
	s := n.VariableSpace("tuning")
	got, err := s.Suggest(r.ctx, "cleo", "a", kind.OfFloat(1), "it is too cold")
	require.NoError(t, err)
	assert.Equal(t, "0.6", got.Value.String())
	blame, err := s.Blame(r.ctx, "a")
	require.NoError(t, err)
	assert.Equal(t, "ann", blame.Proposer)
	assert.Equal(t, cognitive.ByAgent, blame.Cause)
}
