// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// Under load, accepted tasks end or stay in the journal, and the phases end from the last to the first.
//
// Holds: STA-2
func TestStopDrainsAndEndsThePhasesInReverse(t *testing.T) {
	r := newRig(t)
	r.tasks(300, `"pause"`)
	n := r.start(busy)
	r.begin(100)
	var order struct {
		sync.Mutex
		paths []string
	}
	defer telemetry.Subscribe(r.bus, "test", func(e actors.ProcessExited) {
		order.Lock()
		defer order.Unlock()
		order.paths = append(order.paths, e.PID.Path())
	})()
	stats, err := n.Stop(r.ctx)
	require.NoError(t, err)
	order.Lock()
	at := func(path string) int {
		i := slices.Index(order.paths, path)
		require.GreaterOrEqual(t, i, 0, "%s has ended", path)
		return i
	}
	// Each before the next; a supervisor ends after its children.
	paths := []string{
		"/n/work/q/work.q.tasks", "/n/work/q/work.q", "/n/work/q/work.q.results", "/n/work/q", "/n/work",
		"/n/app/a-8", "/n/app/a-1", "/n/app", "/n/registry/health", "/n/registry/agents", "/n/registry",
		"/n/journal/journal", "/n/journal", "/n/surfaces/http", "/n/surfaces", "/n",
	}
	for i := range paths[1:] {
		assert.Less(t, at(paths[i]), at(paths[i+1]), "%s ends before %s", paths[i], paths[i+1])
	}
	order.Unlock()
	assert.Zero(t, n.System().Len())

	before := r.outcomes()
	assert.Len(t, before, stats[0].Done)
	assert.Less(t, len(before), 300, "the stop came in the middle")
	n = r.start(busy)
	require.NoError(t, n.Wait(r.ctx))
	r.stop(n)
	after := r.outcomes()
	require.Len(t, after, 300)
	for id, o := range before {
		assert.Equal(t, o, after[id], "what had ended stays as it was")
	}
}
