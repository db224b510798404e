// SPDX-License-Identifier: Apache-2.0

//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/admin"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
)

// sessionNode is a node with two agents that answer at once, and a program that answers when there is a file, which is after the kill.
const sessionNode = `
version: 1
node: {name: sessions, data: ./data}
log: {level: info, format: text}
surfaces: {listen: off}
coordination: {}
tree:
  children:
    - {id: ann, kind: echo, votes: {policy: first}}
    - {id: bob, kind: echo, votes: {policy: first}}
    - {id: cleo, kind: exec, command: [sh, ./late.sh]}
`

// lateVoter answers no question before there is a file named go.
const lateVoter = `
echo '{"type":"hello","protocol":1,"features":["vote"]}'
while IFS= read -r line; do
	case $line in
	'{"type":"stop"'*) exit 0 ;;
	'{"type":"vote_request"'*) ;;
	*) continue ;;
	esac
	id=${line#*'"id":"'} id=${id%%'"'*}
	if [ -e go ]; then
		echo '{"type":"vote","id":"'"$id"'","choice":"soup"}'
	fi
done
`

func TestAHundredSessionsSurviveKill9AndAskNobodyTwice(t *testing.T) {
	const sessions = 100
	r := newRig(t)
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "node.yaml"), []byte(sessionNode), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "late.sh"), []byte(lateVoter), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), guard)
	defer cancel()
	client := admin.DialSocket(admin.SocketPath(r.dir, "sessions"))
	id := func(i int) string { return fmt.Sprintf("s-%d", i) }
	start := func(i int) {
		_, err := client.StartSession(ctx, admin.SessionOrder{
			ID: id(i), Question: "Lunch?", Options: []string{"soup", "salad"}, Participants: []string{"ann", "bob", "cleo"}, Deadline: "1h",
			Durability: string(protocols.DurableBallots), Rule: consensus.Rule{Kind: consensus.Unanimous, Base: consensus.OfElectorate},
		})
		require.NoError(t, err)
	}
	p := r.start("run", "--linger", "-c", "node.yaml")
	require.True(t, p.line("node sessions:"), p.told())
	for i := range sessions {
		start(i)
	}
	for i := range sessions { // the two have answered, and that is durable
		for seen := 0; seen < 2; {
			a, err := client.Session(ctx, id(i), 0)
			require.NoError(t, err)
			seen = a.Session.Answers
		}
	}
	require.NoError(t, p.cmd.Process.Kill())
	p.wait()
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "go"), nil, 0o600))

	p = r.start("run", "--linger", "-c", "node.yaml")
	require.True(t, p.line("node sessions:"), p.told())
	for i := range sessions {
		start(i) // the same one
	}
	for i := range sessions {
		var a admin.SessionAnswer
		for a.Session.Result == nil {
			var err error
			a, err = client.Session(ctx, id(i), 0)
			require.NoError(t, err)
		}
		assert.Equal(t, "soup", a.Session.Result.Decision)
		assert.Equal(t, 3, a.Session.Result.Tally[0].Voters)
		var voted []string
		for _, step := range a.Session.Steps {
			if step.What == protocols.StepBallot {
				voted = append(voted, step.Agent)
			}
		}
		assert.Equal(t, "cleo", strings.Join(voted, " "), "nobody who has answered is asked again")
	}
	history, err := client.SessionHistory(ctx, map[string][]string{"limit": {"1000"}})
	require.NoError(t, err)
	assert.Len(t, history.Results, sessions, "each has one outcome")
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	p.wait()
}
