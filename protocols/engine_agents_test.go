// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
)

// Agents get invitations as tasks; their other tasks are done as ever, and one that fails is an agent that does not vote.
func TestAgentsVoteByTheirWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			known := fixed{}
			var last agents.Agent
			for name, choice := range map[string]string{"a": "yes", "b": "yes", "c": "", "d": "maybe", "e": "yes"} {
				kind := agents.Native("voter", "votes", func(agents.Spec) (agents.Worker, error) {
					other := agents.WorkerFunc(func(context.Context, agents.Task) (json.RawMessage, error) { return json.RawMessage(`"other"`), nil })
					return protocols.Voting(other, protocols.VoterFunc(func(_ context.Context, in machine.Invite) (machine.Answer, error) {
						if choice == "" {
							return machine.Answer{}, agents.Permanent("mood", "not today")
						}
						if in.Role != machine.RoleVote {
							return machine.Answer{}, errors.New("what?")
						}
						return machine.Answer{Choice: choice}, nil
					})), nil
				})
				a, err := agents.Spawn(sys, agents.Spec{ID: name}, kind, nil)
				require.NoError(t, err)
				known[name], last = protocols.Member{ID: name, Agent: a.Ref()}, a
			}
			e := engineOf(t, sys, protocols.EngineOptions{Roster: known}, nil)
			r, err := e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: []string{"a", "b", "c", "d", "e"}, Deadline: time.Minute})
			require.NoError(t, err)
			assert.Equal(t, "yes", r.Decision)
			assert.Subset(t, r.Participants, r.Missing)
			synctest.Wait() // its vote may have come after the decision
			out, err := last.Do(ctx, agents.Task{ID: "t", Kind: "other"})
			require.NoError(t, err)
			assert.JSONEq(t, `"other"`, string(out))
		})
	})
}
