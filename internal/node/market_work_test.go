// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work"
	"mabeam.dev/market/cost"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// buying is a node whose tasks are bid for: the cheap agent asks two credits, the dear one three, and one does not bid.
const buying = `
version: 1
node: {name: buying, data: DIR/data}
surfaces: {listen: off}
market:
  accounts:
    - {owner: acme, money: {credit: 1000}}
tree:
  children:
    - {id: cheap, kind: told, bidding: {fixed: 2}}
    - {id: dear, kind: told, concurrency: 4, bidding: {fixed: 3, load_per_million: 100000}}
    - {id: idle, kind: told}
work:
  - queue: main
    tasks: DIR/tasks.jsonl
    results: DIR/results.jsonl
    policy: auction
    backoff: 1ms
    auction: {buyer: acme, ceiling: 5, window: 20ms, fee_per_million: 100000}
`

// A task's auctioneer and an agent are killed while tasks are bid for and done: each task ends once, and the books say what was paid for it.
func TestTasksOfANodeAreBoughtAndTheBooksBalance(t *testing.T) {
	const tasks = 12
	r := newRig(t)
	r.tasks(tasks, `"pause"`)
	killed := make(chan struct{}, tasks)
	awarded := make(chan work.TaskAwarded, 1000)
	defer telemetry.Subscribe(r.bus, "test", func(e work.TaskAwarded) { awarded <- e })()
	n := r.start(buying)
	go func() { // ends with the first auction and the first award, which the node has
		defer close(killed)
		first := <-awarded
		for pid := range n.System().Processes() {
			if strings.HasPrefix(pid.Name(), "auction/") || strings.HasSuffix(pid.Path(), "/"+first.Agent) {
				pid.Kill()
			}
		}
	}()
	require.NoError(t, n.Wait(r.ctx))
	<-killed
	earned := money.Amount(0)
	for id, o := range r.outcomes() {
		require.Equal(t, "done", o.Outcome, id)
		last := o.Attempts[len(o.Attempts)-1]
		require.Contains(t, []string{"cheap", "dear"}, last.Agent)
		require.Positive(t, last.Price)
		earned += money.Amount(last.Price)
	}
	require.Len(t, r.outcomes(), tasks)
	of := func(a ledger.Account) money.Amount {
		have, err := n.Ledger().Balance(a, "credit")
		require.NoError(t, err)
		return have
	}
	require.Equal(t, 1000*money.Unit-earned, of(ledger.Available("acme")))
	require.Equal(t, earned, of(ledger.Available("cheap"))+of(ledger.Available("dear"))+of(ledger.Fees))
	require.Zero(t, of(ledger.Available("escrow:cheap"))+of(ledger.Available("escrow:dear")))
	_, err := n.Ledger().Verify(r.ctx)
	require.NoError(t, err)
	rows, total, err := n.Costs().Rollups(r.ctx, cost.ByAgent)
	require.NoError(t, err)
	require.Equal(t, earned, total, "each settlement of a task is a cost")
	charged := money.Amount(0)
	for _, row := range rows {
		require.Contains(t, []string{"acme/cheap", "acme/dear"}, row.Name)
		charged += row.Cost
	}
	require.Equal(t, total, charged)
	each, _, err := n.Costs().Rollups(r.ctx, cost.ByTask)
	require.NoError(t, err)
	require.Len(t, each, tasks)
	for _, row := range each {
		last := r.outcomes()[strings.TrimPrefix(row.Name, "acme/")].Attempts
		require.Equal(t, money.Amount(last[len(last)-1].Price), row.Cost)
	}
	r.stop(n)
}
