// SPDX-License-Identifier: Apache-2.0

//go:build unix

package node_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/index"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// council is a node whose agents are given by lines.
const council = `
version: 1
node: {name: council, data: DIR/data}
surfaces: {listen: off, socket: DIR/s}
coordination:
  deadline: 20s
  spaces:
    - {space: locks}
tree:
  children:
AGENTS
`

// seat is a line of the config: an agent that a policy votes for, or the test binary as a program that votes.
func seat(id, policy string) string {
	return fmt.Sprintf("    - {id: %s, kind: told, votes: {%s}}", id, policy)
}

func program(id, role, more string) string {
	return fmt.Sprintf("    - {id: %s, kind: exec, command: [%q], env: {%s: %s, GORACE: atexit_sleep_ms=0}%s}", id, os.Args[0], voterRole, role, more)
}

func (r *rig) council(agents ...string) *node.Node {
	r.t.Helper()
	return r.start(strings.Replace(council, "AGENTS", strings.Join(agents, "\n"), 1))
}

// keys are the public keys that the registry has, by agent. All of them must have one.
func (r *rig) keys(n *node.Node) map[string]index.Keys {
	r.t.Helper()
	_, err := n.Registry().Settle(r.ctx)
	require.NoError(r.t, err)
	all := map[string]index.Keys{}
	for row := range n.Registry().All() {
		require.Len(r.t, row.Keys.Sign, index.KeySize, row.ID)
		require.Len(r.t, row.Keys.Exchange, index.KeySize, row.ID)
		all[row.ID] = row.Keys
	}
	return all
}

func lunch(who ...string) protocols.Spec {
	return protocols.Spec{Question: "Lunch?", Options: []string{"soup", "salad"}, Participants: who}
}

func TestPoliciesAndProgramsDecideTogether(t *testing.T) {
	r := newRig(t)
	n := r.council(
		seat("ann", "policy: prefer, prefer: [fish, soup]"), program("bob", "green", ""), program("cleo", "green", ", votes: {policy: first}"),
		program("dan", "mute", ""), program("eve", "mute", ", votes: {from: program, policy: prefer, prefer: [salad]}"), program("flo", "green", ", votes: {from: program, policy: first}"),
	)
	s := lunch("ann", "bob", "cleo", "dan", "eve", "flo")
	s.Rule.Quorum = consensus.Fraction{Num: 5, Den: 6} // three decide when dan has parted, and cleo may be the last
	got, err := n.Engine().Coordinate(r.ctx, s)
	require.NoError(t, err)
	assert.Equal(t, "salad", got.Decision)
	assert.Equal(t, []string{"ann", "cleo"}, got.Dissent, "a policy votes for a program unless its section says otherwise")
	r.stop(n)
}

func TestAHostileProgramOnlyAbstains(t *testing.T) {
	r := newRig(t)
	refused := make(chan exec.VoteRefused, 1000)
	defer telemetry.Subscribe(r.bus, "refused", func(e exec.VoteRefused) { refused <- e })()
	n := r.council(seat("ann", "policy: prefer, prefer: [salad]"), seat("bob", "policy: prefer, prefer: [salad]"), program("eve", "hostile", ", votes: {from: program}"))
	for range 14 {
		s := lunch("ann", "bob", "eve")
		s.Rule = consensus.Rule{Kind: consensus.Unanimous, Quorum: consensus.Fraction{Num: 1, Den: 1}} // who abstains has answered
		got, err := n.Engine().Coordinate(r.ctx, s)
		require.NoError(t, err)
		assert.Equal(t, "salad", got.Decision)
		assert.Equal(t, 2, got.Tally[0].Voters)
	}
	kinds := map[string]bool{}
	for len(kinds) < 6 {
		kinds[receive(r, refused, "a refusal").Kind] = true
	}
	assert.Equal(t, map[string]bool{"no_option": true, "malformed": true, "out_of_range": true, "wrong_role": true, "duplicate": true, "unknown": true}, kinds)
	r.stop(n)
}

func TestTheLiarIsNamedAndTheProofIsKept(t *testing.T) {
	r := newRig(t)
	proven := make(chan node.LieProven, 100)
	defer telemetry.Subscribe(r.bus, "proven", func(e node.LieProven) { proven <- e })()
	salad := "policy: prefer, prefer: [salad]"
	agents := []string{seat("ann", salad), seat("bob", "policy: first"), seat("cleo", salad), seat("dan", "policy: first")}
	n := r.council(agents...)
	require.NoError(t, n.Engine().Rehearse("dan", byzantine.DoubleVote))
	s := lunch("ann", "bob", "cleo", "dan")
	s.Fault, s.ID, s.Rule = selector.High, "lies", consensus.Rule{Kind: consensus.Plurality, Tie: consensus.LowestOption}
	got, err := n.Engine().Coordinate(r.ctx, s)
	require.NoError(t, err)
	assert.Equal(t, []string{"dan"}, got.Liars)
	assert.Equal(t, node.LieProven{Session: "lies", Agent: "dan", Kind: "two ballots"}, receive(r, proven, "a proof"))
	before := r.keys(n)
	r.stop(n)

	n = r.council(agents...) // with the keys that it had
	assert.Equal(t, before, r.keys(n))
	outcome, err := n.Engine().Verify(got)
	require.NoError(t, err)
	assert.Equal(t, got.Decision, outcome.Decision)
	r.stop(n)
}

// Byzantine consensus is among those whose public keys are in the registry: who is there without one is refused, by name.
func TestMembersAreKnownByTheKeysOfTheRegistry(t *testing.T) {
	r := newRig(t)
	n := r.council(seat("ann", "policy: first"), seat("bob", "policy: first"), seat("cleo", "policy: first"), seat("dan", "policy: first"))
	keys := r.keys(n)
	assert.Len(t, keys, 4)
	for agent, k := range keys {
		known, ok := n.Engine().PublicKey(agent)
		assert.True(t, ok)
		assert.Equal(t, k.Sign, known)
	}
	eve, err := agents.Child(agents.Spec{ID: "eve"}, r.kinds["told"], n.Directory()) // started by code that knows nothing of keys
	require.NoError(t, err)
	_, err = supervision.Start(n.System(), "beside", supervision.Spec{Children: []supervision.Child{eve}})
	require.NoError(t, err)
	s := lunch("ann", "bob", "cleo", "eve")
	s.Fault = selector.High
	_, err = n.Engine().Coordinate(r.ctx, s)
	var missing *protocols.KeyError
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, "eve", missing.Agent)
	require.ErrorIs(t, err, byzantine.ErrNoKeys)
	s = lunch("ann", "bob", "cleo", "eve")
	_, err = n.Engine().Start(r.ctx, s)
	require.NoError(t, err, "elsewhere nobody needs a key")
	r.stop(n)
}

// A session is answered over HTTP as in Go, once for each key.
func TestSessionsAreStartedOnceForEachKey(t *testing.T) {
	r := newRig(t)
	n := r.council(seat("ann", "policy: first"), seat("bob", "policy: first"))
	c := admin.DialSocket(r.path("s"))
	order := admin.SessionOrder{ID: "s-1", Question: "Lunch?", Options: []string{"soup", "salad"}, Query: "namespace *"}
	_, err := n.Registry().Settle(r.ctx)
	require.NoError(t, err)
	_, err = c.StartSession(r.ctx, order)
	require.NoError(t, err)
	_, err = n.Engine().Await(r.ctx, "s-1")
	require.NoError(t, err)
	again, err := c.StartSession(r.ctx, order)
	require.NoError(t, err)
	require.NotNil(t, again.Session.Result)
	assert.Equal(t, "soup", again.Session.Result.Decision)
	assert.Equal(t, protocols.StepEnded, again.Session.Steps[len(again.Session.Steps)-1].What)
	history, err := c.SessionHistory(r.ctx, nil)
	require.NoError(t, err)
	assert.Len(t, history.Results, 1)
	for want, o := range map[string]admin.SessionOrder{
		admin.CodeConflict: {ID: "s-1", Question: "Dinner?", Query: "namespace *"},
		admin.CodeSession:  {Question: "Lunch?", Participants: []string{"nobody"}},
		admin.CodeBody:     {Question: "Lunch?", Participants: []string{"ann"}, Deadline: "soon"},
	} {
		_, err := c.StartSession(r.ctx, o)
		var refused *admin.StatusError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, want, refused.Reason)
	}
	_, err = c.CancelSession(r.ctx, "s-1", "too late")
	var refused *admin.StatusError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, admin.CodeSessionEnded, refused.Reason)
	rated, err := c.RateSession(r.ctx, "s-1", .75)
	require.NoError(t, err)
	assert.Equal(t, "s-1", rated.Session)
	shown, err := c.Session(r.ctx, "s-1", 0)
	require.NoError(t, err)
	assert.InDelta(t, .75, *shown.Session.Result.Quality, 0)
	for want, quality := range map[string]float64{admin.CodeConflict: .5, admin.CodeBody: 1.5} {
		_, err = c.RateSession(r.ctx, "s-1", quality)
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, want, refused.Reason)
	}
	_, err = c.RateSession(r.ctx, "s-2", .5)
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, admin.CodeNoSession, refused.Reason)
	stats, err := c.CoordinationStats(r.ctx)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"decided": 1}, stats.Ended)
	r.stop(n)
}

// What is open when the node stops goes on at the next start, and nobody who has answered is asked again where ballots are durable.
func TestSessionsGoOnAfterARestartOfTheNode(t *testing.T) {
	const sessions = 20
	r := newRig(t)
	counted := make(chan protocols.BallotCounted, 1000)
	defer telemetry.Subscribe(r.bus, "counted", func(e protocols.BallotCounted) { counted <- e })()
	agents := []string{seat("ann", "policy: first"), seat("bob", "policy: first"), program("cleo", "silent", "")}
	n := r.council(agents...)
	for i := range sessions {
		s := lunch("ann", "bob", "cleo")
		s.ID, s.Durability, s.Rule = protocols.SessionID(fmt.Sprintf("s-%d", i)), protocols.DurableBallots, consensus.Rule{Kind: consensus.Unanimous, Base: consensus.OfElectorate}
		s.Deadline = time.Hour
		_, err := n.Engine().Start(r.ctx, s)
		require.NoError(t, err)
	}
	for range 2 * sessions {
		assert.NotEqual(t, "cleo", receive(r, counted, "a ballot").Agent)
	}
	r.stop(n)
	agents[2] = seat("cleo", "policy: first")
	n = r.council(agents...)
	for i := range sessions {
		got, err := n.Engine().Await(r.ctx, protocols.SessionID(fmt.Sprintf("s-%d", i)))
		require.NoError(t, err)
		assert.Equal(t, "soup", got.Decision)
		assert.Equal(t, "cleo", receive(r, counted, "a ballot").Agent)
	}
	assert.Empty(t, counted)
	r.stop(n)
}
