// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/internal/node"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// busy is a node with a job of some moments.
const busy = `
version: 1
node: {name: n, data: DIR/data, drain: 20s}
surfaces: {listen: "127.0.0.1:0"}
tree: {intensity: 100000, children: [{id: a, kind: told, count: 8}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl, attempts: 100, backoff: 1ms, limit: 64}]
`

// lives returns the living processes by path.
func lives(n *node.Node) map[string]uint64 {
	all := map[string]uint64{}
	for pid := range n.System().Processes() {
		if pid.Alive() {
			all[pid.Path()] = pid.Incarnation()
		}
	}
	return all
}

func TestKilledServiceHasTheEffectThatIsStatedAndTheJobEndsOnce(t *testing.T) {
	for victim, c := range map[string]struct{ anew, same []string }{
		"journal": {
			anew: []string{"/n/journal/journal"}, // the queue too, if it was writing
			same: []string{"/n", "/n/journal", "/n/registry/agents", "/n/app/a-1", "/n/app/a-8", "/n/surfaces/http"},
		},
		"agents": {
			anew: []string{"/n/registry", "/n/registry/agents", "/n/registry/health", "/n/app/a-1", "/n/app/a-8", "/n/work/q/work.q"},
			same: []string{"/n", "/n/journal/journal", "/n/surfaces/http"},
		},
		"work.q":         {anew: []string{"/n/work/q/work.q"}, same: []string{"/n", "/n/journal/journal", "/n/registry/agents", "/n/app", "/n/app/a-1", "/n/work/q/work.q.results"}},
		"work.q.results": {anew: []string{"/n/work/q/work.q.results"}, same: []string{"/n", "/n/journal/journal", "/n/app/a-1", "/n/work/q/work.q"}},
		"work.q.tasks":   {anew: []string{"/n/work/q/work.q.tasks"}, same: []string{"/n", "/n/journal/journal", "/n/app/a-1", "/n/work/q/work.q"}},
	} {
		t.Run(victim, func(t *testing.T) {
			r := newRig(t)
			r.tasks(300, `"pause"`)
			n := r.start(busy)
			r.begin(60)
			before := lives(n)
			r.find(n, victim).Kill()
			require.NoError(t, n.Wait(r.ctx))
			after := lives(n)
			for _, path := range c.anew {
				assert.NotZero(t, after[path], path)
				assert.NotEqual(t, before[path], after[path], "%s lives anew", path)
			}
			for _, path := range c.same {
				assert.Equal(t, before[path], after[path], "%s lives on", path)
			}
			assert.True(t, n.Health().Ready)
			r.stop(n)
			all := r.outcomes()
			require.Len(t, all, 300)
			for id, o := range all {
				assert.Equal(t, "done", o.Outcome, id)
			}
		})
	}
}

func TestWithoutSurfacesWorkGoesOn(t *testing.T) {
	r := newRig(t)
	r.tasks(200, `"pause"`)
	n := r.start(busy)
	r.begin(20)
	before, addr := lives(n), n.Addr()
	back := make(chan struct{}, 1)
	defer telemetry.Subscribe(r.bus, "test", func(e supervision.ChildStarted) {
		if e.ID == "http" {
			back <- struct{}{}
		}
	})()
	var http actors.PID
	for pid := range n.System().Processes() {
		if pid.Path() == "/n/surfaces/http" {
			http = pid
		}
	}
	http.Kill()
	_, err := net.Dial("tcp", addr)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.NoError(t, n.Wait(r.ctx))
	receive(r, back, "surface")
	assert.Equal(t, addr, n.Addr(), "the address is the same")
	code, body := r.get(n, "/readyz")
	assert.Equal(t, 200, code, body)
	for path, id := range before {
		if path != "/n/surfaces/http" {
			assert.Equal(t, id, lives(n)[path], path)
		}
	}
	r.stop(n)
	require.Len(t, r.outcomes(), 200)
}

func TestPhasesKilledOneAfterTheOtherLoseNothing(t *testing.T) {
	r := newRig(t)
	r.tasks(400, `"pause"`)
	n := r.start(busy)
	for _, victim := range []string{"agents", "work.q", "journal", "work.q.results", "work.q.tasks"} {
		r.begin(40)
		if pid := n.System().WhereIs(victim); pid.Alive() {
			pid.Kill()
		}
	}
	require.NoError(t, n.Wait(r.ctx))
	r.stop(n)
	require.Len(t, r.outcomes(), 400)
}

func TestAgentsKilledAtRandomLoseNoTask(t *testing.T) {
	const tasks = 500
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 3))
	r := newRig(t)
	r.tasks(tasks, `"pause"`)
	n := r.start(busy)
	kills := 0
	for range 34 {
		r.begin(1 + random.IntN(14)) // fewer than there are attempts in all, whatever is drawn
		if team := agentsOf(n); len(team) > 0 {
			team[random.IntN(len(team))].Kill()
			kills++
		}
	}
	require.NoError(t, n.Wait(r.ctx))
	r.stop(n)
	require.Greater(t, kills, 20)
	all := r.outcomes()
	require.Len(t, all, tasks)
	again := 0
	for id, o := range all {
		if o.Outcome != "done" {
			assert.Equal(t, "poison", o.Cause, "%s: only who loses three agents may end so: %s", id, o.Reason)
		}
		again += len(o.Attempts) - 1
	}
	t.Logf("%d agents killed, %d attempts repeated", kills, again)
	assert.Positive(t, again)
}

// agentsOf returns the living agents.
func agentsOf(n *node.Node) []actors.PID {
	var team []actors.PID
	for pid := range n.System().Processes() {
		if pid.Alive() && strings.HasPrefix(pid.Path(), "/n/app/a-") {
			team = append(team, pid)
		}
	}
	slices.SortFunc(team, func(a, b actors.PID) int { return strings.Compare(a.Path(), b.Path()) })
	return team
}
