// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work/lines"
	"mabeam.dev/internal/admin"
	"mabeam.dev/market/money"
)

const taskMarketNode = `
version: 1
node: {name: t, data: ./data}
surfaces: {listen: off}
market:
  accounts: [{owner: acme, money: {credit: 1000}}]
tree:
  children:
    - {id: cheap, kind: echo, bidding: {fixed: 1, load_per_million: 500000}}
    - {id: dear, kind: echo, concurrency: 4, bidding: {fixed: 1.25}}
work:
  - queue: main
    tasks: tasks.jsonl
    results: results.jsonl
    policy: auction
    backoff: 1ms
    auction: {buyer: acme, ceiling: 3, window: 10ms, fee_per_million: 100000}
`

// A node whose tasks are bought by auction is killed with -9 at moments that it does not expect, and started again in the same folder until its work is done.
// Every task is in exactly one result line, every award is paid once or given back, and the books balance.
func TestKill9OfANodeThatBuysTasksEndsAndPaysEachOnce(t *testing.T) {
	rounds := number(t, killsEnv, 2)
	seed := number(t, seedEnv, uint64(time.Now().UnixNano()))
	t.Logf("%s=%d %s=%d", seedEnv, seed, killsEnv, rounds)
	random := rand.New(rand.NewPCG(seed, 13))
	length := time.Duration(0)
	for round := range rounds + 1 {
		r := newRig(t)
		const tasks = 60
		var text strings.Builder
		for i := range tasks {
			fmt.Fprintf(&text, `{"id":"t%d","kind":"echo","input":%d}`+"\n", i, i)
		}
		require.NoError(t, os.WriteFile(filepath.Join(r.dir, "tasks.jsonl"), []byte(text.String()), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(r.dir, "market.yaml"), []byte(taskMarketNode), 0o600))
		kills := 0
		for start := 1; ; start++ {
			begin := time.Now()
			p := r.start("run", "-c", "market.yaml", "--progress", "none")
			if round > 0 && start <= 4 { // the first round, which nobody disturbs, tells how long it takes
				timer := time.AfterFunc(time.Duration(random.Int64N(int64(length/2))), func() { _ = p.cmd.Process.Kill() })
				defer timer.Stop()
			}
			if code := p.wait(); code == -1 {
				kills++
				continue
			} else {
				require.Zero(t, code, p.told())
			}
			if round == 0 {
				length = time.Since(begin)
			}
			break
		}
		earned := r.bought(tasks)
		r.settled(tasks, earned)
		t.Logf("round %d: %d kills, %s paid", round, kills, money.Format(earned))
	}
}

// bought returns what the results say that was paid, if each task is there once.
func (r *rig) bought(tasks int) (earned money.Amount) {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, "results.jsonl"))
	require.NoError(r.t, err)
	seen := map[string]bool{}
	for line := range bytes.Lines(data) {
		o, err := lines.ParseOutcome(line)
		require.NoError(r.t, err)
		require.False(r.t, seen[o.ID], "%s is there twice", o.ID)
		seen[o.ID] = true
		require.Equal(r.t, "done", o.Outcome)
		last := o.Attempts[len(o.Attempts)-1]
		require.Positive(r.t, last.Price)
		earned += money.Amount(last.Price)
	}
	require.Len(r.t, seen, tasks)
	return earned
}

// settled starts the node once more, with nothing to do, and holds its books against what the results say.
func (r *rig) settled(tasks int, earned money.Amount) {
	r.t.Helper()
	idle := strings.Replace(taskMarketNode, "    tasks: tasks.jsonl\n", "", 1)
	require.NoError(r.t, os.WriteFile(filepath.Join(r.dir, "market.yaml"), []byte(idle), 0o600))
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	defer cancel()
	p := r.start("run", "-c", "market.yaml", "--progress", "none")
	require.True(r.t, p.line("^node t: "), p.told())
	client := admin.DialSocket(admin.SocketPath(r.dir, "t"))
	all, err := client.Market(ctx)
	for refused := (*admin.StatusError)(nil); errors.As(err, &refused) && refused.Code == 503; { // it is starting
		all, err = client.Market(ctx)
	}
	require.NoError(r.t, err)
	assert.True(r.t, all.Balanced)
	assert.Empty(r.t, all.Auctions, "every auction is over")
	assert.Empty(r.t, all.Holds, "nothing is stuck")
	has := map[string]money.Amount{}
	for _, a := range all.Accounts {
		has[a.Owner], err = money.Parse(a.Total)
		require.NoError(r.t, err)
		if strings.HasPrefix(a.Owner, "escrow:") {
			assert.Zero(r.t, has[a.Owner], "nothing is left in escrow")
		}
	}
	assert.Equal(r.t, 1000*money.Unit-earned, has["acme"])
	assert.Equal(r.t, earned, has["cheap"]+has["dear"]+has["fees"])
	counted, cost := uint64(0), money.Amount(0)
	for _, row := range all.Costs {
		counted += row.Tasks
		v, err := money.Parse(row.Cost)
		require.NoError(r.t, err)
		cost += v
	}
	assert.EqualValues(r.t, tasks, counted, "each task has one cost")
	assert.Equal(r.t, earned, cost)
	require.NoError(r.t, p.cmd.Process.Signal(os.Interrupt))
	p.wait()
}
