// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/node"
)

// send makes a request to the node's HTTP surface.
func (r *rig) send(n *node.Node, method, path, body string) *http.Response {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.ctx, method, "http://"+n.Addr()+path, strings.NewReader(body))
	require.NoError(r.t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	require.NoError(r.t, err)
	return res
}

func TestTasksComeInOverHTTPAndTheirLifeIsFollowed(t *testing.T) {
	r := newRig(t)
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: 127.0.0.1:0, body: 2KiB}
tree: {children: [{id: a, kind: told}]}
work: [{queue: q, results: DIR/results.jsonl, policy: performance, remember: 10, agents: {rate: 1000}, kinds: [{kind: x, concurrency: 1}]}]
`)
	defer r.stop(n)
	res := r.send(n, "POST", "/v1/tasks", `{"id":"a","kind":"x","input":"hold"}`)
	assert.Equal(t, http.StatusAccepted, res.StatusCode)
	require.NoError(t, res.Body.Close())
	r.begin(1)

	stream := r.send(n, "GET", "/v1/tasks/a/events", "")
	assert.Equal(t, "text/event-stream", stream.Header.Get("Content-Type"))
	lines := bufio.NewReader(stream.Body)
	var seen []string
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if state, ok := strings.CutPrefix(line, "event: "); ok {
			if seen = append(seen, strings.TrimSpace(state)); len(seen) == 1 {
				close(r.held)
			}
		}
	}
	require.NoError(t, stream.Body.Close())
	assert.Equal(t, []string{"running", "done"}, seen)

	code, body := r.get(n, "/v1/tasks/a")
	assert.Equal(t, http.StatusOK, code)
	assert.Contains(t, body, `"outcome":{"id":"a","kind":"x","outcome":"done","output":"hold"`)
	res = r.send(n, "POST", "/v1/tasks", strings.Repeat(" ", 3<<10))
	assert.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
	require.NoError(t, res.Body.Close())
}
