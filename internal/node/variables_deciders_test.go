// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/telemetry"
)

// modes are all ways in which changes are agreed to.
var modes = []string{"vote", "weighted", "hierarchical", "consensus", "pivotal", "second_price"}

// deciders is a node with four agents that are for every change, four that are against, and a variable for each mode and side.
func deciders() string {
	var agents, accounts, variables strings.Builder
	electorates := map[string][]string{}
	for _, side := range []string{"for", "against"} {
		prefer := map[string]string{"for": `"yes", "1"`, "against": `"no", "0"`}[side]
		for i := range 4 {
			id := fmt.Sprintf("%s-%d", side, i)
			electorates[side] = append(electorates[side], id)
			fmt.Fprintf(&agents, "  - {id: %s, kind: told, votes: {policy: prefer, prefer: [%s]}}\n", id, prefer)
			fmt.Fprintf(&accounts, "  - {owner: %s, money: {credit: 100}}\n", id)
		}
		for _, mode := range modes {
			more := ""
			if mode == "pivotal" || mode == "second_price" {
				more = ", budget: 4"
			}
			fmt.Fprintf(&variables, "    - {variable: %s-%s, kind: float, min: 0, max: 1, decision: {mode: %s, electorate: [%s]%s}}\n",
				mode, side, mode, strings.Join(electorates[side], ", "), more)
		}
	}
	return "version: 1\nnode: {name: n, data: DIR/data}\nsurfaces: {listen: off, socket: off}\ncoordination: {}\nmarket:\n  accounts:\n" + accounts.String() +
		"tree:\n  children:\n" + agents.String() + "variables:\n  spaces:\n  - space: tuning\n    variables:\n" +
		"    - {variable: free, kind: float, min: 0, max: 1, decision: {mode: none}}\n" + variables.String()
}

// Every way of deciding keeps the word of cognitive.Decider: what all are for is accepted and what nobody is for is not, whoever asks again gets the same
// answer, and what is over stays so.
func TestEveryDeciderKeepsItsWord(t *testing.T) {
	r := newRig(t)
	booked := make(chan market.BatchCommitted, 1<<12)
	defer telemetry.Subscribe(r.bus, "booked", func(e market.BatchCommitted) { booked <- e })()
	n := r.start(deciders())
	defer r.stop(n)
	for {
		if b, err := n.Ledger().Balance(ledger.Available("against-3"), "credit"); err == nil && b > 0 {
			break
		}
		receive(r, booked, "batch of the ledger")
	}
	s, d := n.VariableSpace("tuning"), n.Decider()
	for _, mode := range modes {
		for side, moved := range map[string]bool{"for": true, "against": false} {
			name := mode + "-" + side
			info, err := s.Info(name)
			require.NoError(t, err)
			q := cognitive.Question{
				ID: "asked-" + name, Space: "tuning", Variable: name, Present: kind.OfFloat(0), Proposed: kind.OfFloat(1), Base: info.Seen.Version, Deadline: n.System().Now().Add(time.Minute),
				Policy: info.Settings.Decision,
			}
			q.Policy.Within, q.Policy.Support, q.Policy.Quorum = time.Minute, 0.7, 0.5
			_, state := d.Lookup(q.ID)
			require.NotEqual(t, cognitive.SessionDecided, state, "%s: nobody has been asked", name)
			told := make(chan cognitive.Verdict, 10)
			_, err = d.Start(q, func(v cognitive.Verdict) { told <- v })
			require.NoError(t, err)
			first := receive(r, told, "verdict about "+name)
			accepted := first.Outcome == cognitive.Accepted && !first.Chosen.Equal(q.Present)
			assert.Equal(t, moved, accepted, "%s: %v", name, first)
			_, err = d.Start(q, func(v cognitive.Verdict) { told <- v })
			require.NoError(t, err)
			assert.Equal(t, first, receive(r, told, "verdict about "+name+" again"))
			d.Cancel(q.ID, cognitive.ErrCancelled)
			found, state := d.Lookup(q.ID)
			assert.Equal(t, cognitive.SessionDecided, state, name)
			assert.Equal(t, first, found, "%s: what is over is left alone", name)
			assert.Empty(t, told, "%s: it is told once to each who asks", name)

			_, err = s.Propose(r.ctx, name, kind.OfFloat(1))
			if moved {
				require.NoError(t, err, name)
			} else if err != nil { // who stands in the way for money has it committed that the value stays
				require.ErrorIs(t, err, cognitive.ErrRejected, name)
			}
			assert.Equal(t, moved, s.Snapshot().Value(name).Float() == 1, name)
		}
	}
	_, err := s.Propose(r.ctx, "free", kind.OfFloat(1))
	require.NoError(t, err)
	blame, err := s.Blame(r.ctx, "free")
	require.NoError(t, err)
	assert.Empty(t, blame.Decision, "where the mode is none nobody is asked")
}
