// SPDX-License-Identifier: Apache-2.0

//go:build unix

package node_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/agents/work"
	"mabeam.dev/internal/node"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// programs is a node with a native agent that asks two credits, and programs.
const programs = `
version: 1
node: {name: programs, data: DIR/data}
surfaces: {listen: off}
market:
  accounts:
    - {owner: acme, money: {credit: 1000}}
tree:
  children:
    - {id: native, kind: told, concurrency: 8, bidding: {fixed: 2}}
PROGRAMS
work:
  - queue: main
    tasks: DIR/tasks.jsonl
    results: DIR/results.jsonl
    policy: auction
    backoff: 1ms
    auction: {buyer: acme, ceiling: 5, window: 10ms, within: 90s}
`

// child is a line of the config for the test binary in a role.
func child(role, bidding string) string {
	return fmt.Sprintf("    - {id: %s, kind: exec, concurrency: 8, command: [%q], env: {%s: %s, GORACE: atexit_sleep_ms=0}, bidding: {%s}}", role, os.Args[0], bidderRole, role, bidding)
}

// contest gives a node one task after the other until both of its agents have been called for one, and returns the award of that one, with the node.
func contest(r *rig, line string) (*node.Node, work.TaskAwarded) {
	r.t.Helper()
	seen := make(chan any, 10_000)
	r.t.Cleanup(telemetry.Subscribe(r.bus, "called", func(e work.BidsCalled) { seen <- e }))
	r.t.Cleanup(telemetry.Subscribe(r.bus, "awarded", func(e work.TaskAwarded) { seen <- e }))
	text := strings.NewReplacer("PROGRAMS", line, "DIR/tasks.jsonl", `"-"`, "10ms", "1s").Replace(programs) // no bid is late, however slow the machine is
	o := r.options(text)
	in, feed := io.Pipe()
	o.Stdin = in
	n, err := node.Start(r.ctx, o)
	require.NoError(r.t, err)
	invited := map[uint64]int{}
	for i := 0; ; i++ {
		_, err := fmt.Fprintf(feed, `{"id":"t%d","kind":"x","input":"hi"}`+"\n", i)
		require.NoError(r.t, err)
		for open := true; open; {
			switch e := receive(r, seen, "an event").(type) {
			case work.BidsCalled:
				invited[e.Call] = e.Invited
			case work.TaskAwarded:
				if invited[e.Deal] == 2 {
					require.NoError(r.t, feed.Close())
					require.NoError(r.t, n.Wait(r.ctx))
					return n, e
				}
				open = false
			}
		}
	}
}

func TestAProgramThatBidsLessThanAPolicyWins(t *testing.T) {
	r := newRig(t)
	n, award := contest(r, child("cheap", "from: program"))
	require.Equal(t, "cheap", award.Agent)
	require.Equal(t, 2*money.Unit, money.Amount(award.Price), "the price of the second best")
	o := r.outcomes()[award.Task]
	require.Equal(t, "done", o.Outcome)
	require.Equal(t, "cheap", o.Attempts[0].Agent)
	have, err := n.Ledger().Balance(ledger.Available("cheap"), "credit")
	require.NoError(t, err)
	require.GreaterOrEqual(t, have, 2*money.Unit)
	r.stop(n)
}

func TestAHostileProgramOnlyPasses(t *testing.T) {
	const tasks = 40
	r := newRig(t)
	r.tasks(tasks, `"hi"`)
	passed := make(chan work.BidPassed, 1000)
	defer telemetry.Subscribe(r.bus, "passed", func(e work.BidPassed) { passed <- e })()
	refused := make(chan exec.BidRefused, 1000)
	defer telemetry.Subscribe(r.bus, "refused", func(e exec.BidRefused) { refused <- e })()
	ended := make(chan exec.ProgramEnded, 1000)
	defer telemetry.Subscribe(r.bus, "ended", func(e exec.ProgramEnded) { ended <- e })()
	n := r.start(strings.Replace(programs, "PROGRAMS", child("hostile", "from: program"), 1))
	require.NoError(t, n.Wait(r.ctx))
	require.Len(t, r.outcomes(), tasks)
	for id, o := range r.outcomes() {
		require.Equal(t, "done", o.Outcome, id)
		require.Equal(t, "native", o.Attempts[len(o.Attempts)-1].Agent, id)
	}
	first := receive(r, passed, "a pass")
	assert.Equal(t, "hostile", first.Agent)
	var bad *protocol.BidError
	require.ErrorAs(t, first.Err, &bad)
	kinds := map[string]bool{}
	for len(kinds) < 7 {
		kinds[receive(r, refused, "a refused bid").Kind] = true
	}
	assert.Equal(t, map[string]bool{
		"malformed": true, "not_positive": true, "precision": true, "overflow": true, "bad_task": true, "duplicate": true, "unknown": true,
	}, kinds)
	assert.Empty(t, ended, "no crash")
	r.stop(n)
}

func TestAProgramThatDoesNotBidFallsBackOnItsPolicyOrPasses(t *testing.T) {
	for bidding, winner := range map[string]string{"from: program, fixed: 1": "mute", "from: program": "native"} {
		r := newRig(t)
		passed := make(chan work.BidPassed, 1000)
		t.Cleanup(telemetry.Subscribe(r.bus, "passed", func(e work.BidPassed) { passed <- e }))
		n, award := contest(r, child("mute", bidding))
		require.Equal(t, winner, award.Agent)
		if winner == "native" {
			require.ErrorIs(t, receive(r, passed, "a pass").Err, protocol.ErrNotBidder)
		}
		r.stop(n)
	}
}
