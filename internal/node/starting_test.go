// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node"
)

// A node answers from the first phase on: it says what it waits for, and takes nothing in.
func TestNodeThatIsStartingSaysWhatItWaitsFor(t *testing.T) {
	r := newRig(t)
	born, let := make(chan struct{}, 1), make(chan struct{})
	r.kinds.Add(agents.Native("slow", "Takes its time to be born.", func(agents.Spec) (agents.Worker, error) {
		born <- struct{}{}
		<-let
		return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) { return t.Input, nil }), nil
	}))
	type outcome struct {
		n   *node.Node
		err error
	}
	started := make(chan outcome, 1) // sent to once, received below
	go func() {
		n, err := node.Start(r.ctx, r.options(`
version: 1
node: {name: n, data: DIR/data, drain: 5s}
surfaces: {listen: off}
tree: {children: [{id: a, kind: slow}]}
work: [{queue: q, results: DIR/results.jsonl}]
`))
		started <- outcome{n, err}
	}()
	receive(r, born, "birth")
	client := admin.DialSocket(admin.SocketPath(r.dir, "n"))
	h, err := client.Health(r.ctx)
	require.NoError(t, err)
	assert.Equal(t, "not ready: agents: it is starting; work: the phases before it are not up", h.Verdict())
	_, err = client.Tree(r.ctx, 0)
	var refused *admin.StatusError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, http.StatusServiceUnavailable, refused.Code)
	_, err = client.Queues(r.ctx)
	require.ErrorAs(t, err, &refused, "a queue that is not there is not waited for")
	assert.Equal(t, http.StatusServiceUnavailable, refused.Code)

	close(let)
	o := receive(r, started, "node")
	require.NoError(t, o.err)
	h, err = client.Health(r.ctx)
	require.NoError(t, err)
	assert.Equal(t, "ready", h.Verdict())
	r.stop(o.n)
}
