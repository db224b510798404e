// SPDX-License-Identifier: Apache-2.0

//go:build unix

package node_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/exec/guest"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/agents/work"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// bidderRole is set where the test binary is to be an agent's program.
const bidderRole = "NODE_TEST_BIDDER"

// bids is the program: one that asks a credit and a half, one whose bids are all wrong, or one that does not bid.
func bids(role string) {
	echo := func(_ context.Context, t guest.Task) (any, error) { return t.Input, nil }
	var hello guest.Hello
	switch role {
	case "cheap":
		hello.OnBid = func(_ context.Context, r guest.BidRequest) (guest.Bid, error) {
			if len(r.Tasks) != 1 || r.Tasks[0].Kind != "x" || r.Tasks[0].Bytes != 4 || r.Currency != "credit" || r.Ceiling != 5*money.Unit || r.Deadline <= 0 {
				return guest.Bid{}, errors.New("not what was called for")
			}
			return guest.Bid{Price: 3 * money.Unit / 2}, nil
		}
	case "hostile":
		garbage()
		return
	}
	if err := guest.Serve(context.Background(), os.Stdin, os.Stdout, hello, echo); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// garbage answers each request with every bid that does not count, and more than one of them.
func garbage() {
	wrong := []string{
		`"price":-1`, `"price":0`, `"price":1.0000001`, `"price":99999999999999999999`, `"price":"all"`, `"price":{}`, `"bundles":[{"tasks":["none"],"price":1}]`, `"x":1`,
	}
	fmt.Println(`{"type":"hello","protocol":1,"features":["bid"]}`)
	in := bufio.NewScanner(os.Stdin)
	for n := 0; in.Scan(); {
		var m struct{ Type, ID string }
		if json.Unmarshal(in.Bytes(), &m) != nil || m.Type == "stop" {
			return
		}
		if m.Type == "bid_request" {
			fmt.Printf(`{"type":"bid","id":%q,%s}`+"\n", m.ID, wrong[n%len(wrong)])
			fmt.Printf(`{"type":"bid","id":%q,"price":"0.1"}`+"\n", m.ID)
			fmt.Printf(`{"type":"bid","id":"nobody","price":"0.1"}` + "\n")
			n++
		}
	}
}

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
    - {id: native, kind: told, bidding: {fixed: 2}}
PROGRAMS
work:
  - queue: main
    tasks: DIR/tasks.jsonl
    results: DIR/results.jsonl
    policy: auction
    backoff: 1ms
    auction: {buyer: acme, ceiling: 5, window: 10ms}
`

// child is a line of the config for the test binary in a role.
func child(role, bidding string) string {
	return fmt.Sprintf("    - {id: %s, kind: exec, command: [%q], env: {%s: %s, GORACE: atexit_sleep_ms=0}, bidding: {%s}}", role, os.Args[0], bidderRole, role, bidding)
}

func TestAProgramThatBidsLessThanAPolicyWins(t *testing.T) {
	r := newRig(t)
	r.tasks(1, `"hi"`)
	n := r.start(strings.Replace(programs, "PROGRAMS", child("cheap", "from: program"), 1))
	require.NoError(t, n.Wait(r.ctx))
	o := r.outcomes()["t0"]
	require.Equal(t, "done", o.Outcome)
	require.Equal(t, "cheap", o.Attempts[0].Agent)
	require.Equal(t, int64(2*money.Unit), int64(o.Attempts[0].Price), "the price of the second best")
	have, err := n.Ledger().Balance(ledger.Available("cheap"), "credit")
	require.NoError(t, err)
	require.Equal(t, 2*money.Unit, have)
	r.stop(n)
}

func TestAHostileProgramOnlyPasses(t *testing.T) {
	const tasks = 16
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
		r.tasks(1, `"hi"`)
		passed := make(chan work.BidPassed, 100)
		end := telemetry.Subscribe(r.bus, "passed", func(e work.BidPassed) { passed <- e })
		n := r.start(strings.Replace(programs, "PROGRAMS", child("mute", bidding), 1))
		require.NoError(t, n.Wait(r.ctx))
		require.Equal(t, winner, r.outcomes()["t0"].Attempts[0].Agent)
		if winner == "native" {
			require.ErrorIs(t, receive(r, passed, "a pass").Err, protocol.ErrNotBidder)
		}
		end()
		r.stop(n)
	}
}
