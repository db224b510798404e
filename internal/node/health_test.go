// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/internal/node"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

func TestReadyzNamesThePhasesThatAreDownWhileTheyComeBack(t *testing.T) {
	r := newRig(t)
	births, let := make(chan int, 16), make(chan struct{})
	n := 0 // of births; New runs in one process at a time here
	r.kinds.Add(agents.Native("slow", "Takes its time to be born again.", func(agents.Spec) (agents.Worker, error) {
		n++
		births <- n
		if n > 1 {
			<-let
		}
		return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) { return t.Input, nil }), nil
	}))
	node := r.start(`
version: 1
node: {name: n, data: DIR/data, drain: 5s}
surfaces: {listen: "127.0.0.1:0"}
tree: {children: [{id: a, kind: slow}]}
work: [{queue: q, results: DIR/results.jsonl}]
`)
	assert.Equal(t, 1, receive(r, births, "birth"))
	back := make(chan struct{}, 1)
	defer telemetry.Subscribe(r.bus, "test", func(e supervision.ChildStarted) {
		if e.Supervisor == "/n" && e.ID == "work" {
			back <- struct{}{}
		}
	})()
	r.find(node, "agents").Kill()
	assert.Equal(t, 2, receive(r, births, "second birth"))

	// The agent is being made: journal and directory are up again, what stands behind it is not.
	code, body := r.get(node, "/readyz")
	assert.Equal(t, 503, code)
	assert.True(t, strings.HasPrefix(body, "not ready: agents: it is starting again, after shutdown; work: shutdown\n"), body)
	code, body = r.get(node, "/healthz")
	assert.Equal(t, 200, code)
	assert.Equal(t, "ok\n", body)

	close(let)
	receive(r, back, "start of the queue")
	code, body = r.get(node, "/readyz")
	assert.Equal(t, 200, code, body)
	r.stop(node)
}

func TestDrainingNodeIsNotReadyAndEndsWhatRuns(t *testing.T) {
	r := newRig(t)
	r.tasks(2, `"hold"`)
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
tree: {children: [{id: a, kind: told}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl, limit: 2}]
`)
	r.begin(1)
	stopped := make(chan error, 1) // sent to once
	go func() {
		stats, err := n.Stop(r.ctx)
		if err == nil && (stats[0].Done != 1 || stats[0].Open() != 1) {
			err = errors.New("one task was to be done, the other to be open")
		}
		stopped <- err
	}()
	// The queue is full, so this offer waits until the drain refuses it.
	receipts, err := n.Queues()[0].Submit(r.ctx, plan.Task{ID: "late", Kind: "x", Input: json.RawMessage(`1`)})
	require.NoError(t, err)
	require.ErrorIs(t, receipts[0].Err, plan.ErrDraining)
	assert.True(t, n.Health().Draining)
	code, body := r.get(n, "/readyz")
	assert.Equal(t, 503, code)
	assert.Contains(t, body, "the node is draining")
	select {
	case err := <-stopped:
		t.Fatal("ended with a task in hand", err)
	default:
	}
	close(r.held)
	require.NoError(t, receive(r, stopped, "end"))
	all := r.outcomes()
	require.Len(t, all, 1)

	// The next start ends the other one.
	n = r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off}
tree: {children: [{id: a, kind: told}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl}]
`)
	require.NoError(t, n.Wait(r.ctx))
	r.stop(n)
	assert.Len(t, r.outcomes(), 2)
}

func TestDrainThatTakesTooLongHandsTheTaskBack(t *testing.T) {
	r := newRig(t)
	r.tasks(1, `"hold"`)
	text := `
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off}
tree: {children: [{id: a, kind: told, shutdown: 1s}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl, attempts: 1}]
`
	n := r.start(text)
	r.begin(1)
	short, cancel := context.WithTimeout(r.ctx, 20*time.Millisecond)
	defer cancel()
	stats, err := n.Stop(short)
	require.NoError(t, err)
	assert.Equal(t, 1, stats[0].Open())
	assert.Empty(t, r.outcomes())

	close(r.held)
	n = r.start(text)
	require.NoError(t, n.Wait(r.ctx))
	r.stop(n)
	assert.Equal(t, "done", r.outcomes()["t0"].Outcome, "an attempt that was taken back does not count")
}

func TestNodeWhoseRootGaveUpSaysSoAndStopsAtOnce(t *testing.T) {
	r := newRig(t)
	r.tasks(1, `"panic"`)
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
tree: {intensity: 0, children: [{id: a, kind: told}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl, attempts: 100, backoff: 1ms}]
`)
	require.ErrorIs(t, n.Wait(r.ctx), node.ErrGaveUp)
	h := n.Health()
	assert.False(t, h.Ready)
	for _, p := range h.Phases {
		assert.False(t, p.Up, p.Name)
		assert.NotEmpty(t, p.Why, p.Name)
	}
	_, err := net.Dial("tcp", n.Addr())
	require.ErrorIs(t, err, syscall.ECONNREFUSED, "a node without a root does not answer that it lives")
	stats, err := n.Stop(r.ctx)
	require.NoError(t, err)
	assert.Empty(t, stats, "there is nobody left to ask")
}
