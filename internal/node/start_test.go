// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/config"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node"
)

// base is a node that starts and has nothing to do.
const base = `
version: 1
node: {name: n, data: DIR/data, drain: 5s}
surfaces: {listen: "127.0.0.1:0"}
tree: {children: [{id: a, kind: told, count: 2}]}
work: [{queue: q, results: DIR/results.jsonl}]
`

func TestStartThatFailsNamesThePhaseAndLeavesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		config  string
		prepare func(t *testing.T, r *rig)
		change  func(o *node.Options)
		phase   string
		is      error  // what the cause is, if it can be told by type
		says    string // part of the text
	}{
		"data is a file": {
			config: base, prepare: func(_ *testing.T, r *rig) { r.write("data", "x") },
			phase: "journal", is: syscall.ENOTDIR, says: "data folder",
		},
		"data locked": {
			config: base, prepare: func(t *testing.T, r *rig) {
				require.NoError(t, os.Mkdir(r.path("data"), 0o700))
				store, err := sqlite.Open(filepath.Join(r.path("data"), node.StoreFile), sqlite.Options{Owner: "other"})
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, store.Close()) })
			},
			phase: "journal", is: sqlite.ErrStoreLocked, says: "other",
		},
		"data of something else": {
			config: base, prepare: func(t *testing.T, r *rig) {
				require.NoError(t, os.Mkdir(r.path("data"), 0o700))
				r.write("data/"+node.StoreFile, "no database")
			},
			phase: "journal",
		},
		"kind that nobody knows": {
			config: base, change: func(o *node.Options) { o.Kinds = agents.Kinds{} },
			phase: "agents/tree", says: `unknown kind "told"`,
		},
		"agent that cannot be made": {
			config: `
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off}
tree: {id: team, children: [{id: a, kind: told}, {id: b, kind: stillborn}]}
`,
			phase: "agents/team", says: "no such luck",
		},
		"program that is not there": {
			config: `
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off}
tree: {id: team, children: [{id: a, kind: told}, {id: b, kind: exec, command: [DIR/nothing]}]}
`,
			phase: "agents/team", says: "no such file",
		},
		"results of something else": {
			config: base, prepare: func(_ *testing.T, r *rig) { r.write("results.jsonl", "precious\n") },
			phase: "work/q", says: "results.jsonl",
		},
		"tasks that are gone": {
			config: base, change: func(o *node.Options) {
				o.Config.Work[0].Tasks = config.Plain("/nowhere/tasks.jsonl")
			},
			phase: "work/q", says: "/nowhere/tasks.jsonl",
		},
		"port taken": {
			config: base, phase: "surfaces/http", is: syscall.EADDRINUSE, says: "surfaces.listen",
		},
		"socket taken": {
			config: base, prepare: func(t *testing.T, r *rig) {
				l, err := admin.ListenSocket(admin.SocketPath(r.dir, "n"))
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, l.Close()) })
			},
			phase: "surfaces/http", is: admin.ErrInUse,
		},
		"socket that is a file": {
			config: base, prepare: func(t *testing.T, r *rig) {
				require.NoError(t, os.Mkdir(r.path("mabeam"), 0o700))
				r.write("mabeam/n.sock", "precious")
			},
			phase: "surfaces/http", is: admin.ErrNoSocket,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			if c.prepare != nil {
				c.prepare(t, r)
			}
			o := r.options(c.config)
			if name == "port taken" {
				l, err := (&net.ListenConfig{}).Listen(r.ctx, "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				defer l.Close()
				o.Config.Surfaces.Listen = config.Address(l.Addr().String())
			}
			if c.change != nil {
				c.change(&o)
			}
			_, err := node.Start(r.ctx, o)
			var phase *node.PhaseError
			require.ErrorAs(t, err, &phase)
			where, _, _ := strings.Cut(c.phase, "/")
			assert.Equal(t, where, string(phase.Phase), "%v", err)
			assert.Contains(t, err.Error(), "node: start "+c.phase+": ")
			assert.Contains(t, err.Error(), c.says)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			if c.phase == "journal" {
				return
			}
			// The journal is free again, and so are the names and the listeners: a node with another config starts in its place.
			require.NoError(t, os.RemoveAll(r.path("mabeam")))
			r.stop(r.start(`{version: 1, node: {name: n, data: DIR/data}, surfaces: {listen: off}}`))
		})
	}
}

func TestStartedNodeIsReadyInEveryPhase(t *testing.T) {
	r := newRig(t)
	n := r.start(base)
	h := n.Health()
	assert.True(t, h.Ready)
	assert.False(t, h.Draining)
	var names []string
	for _, p := range h.Phases {
		assert.True(t, p.Up, p.Name)
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{"surfaces", "telemetry", "journal", "registry", "agents", "work"}, names)
	code, body := r.get(n, "/readyz")
	assert.Equal(t, 200, code, body)
	tree, err := n.Tree(r.ctx, 0)
	require.NoError(t, err)
	var children []string
	for _, c := range tree.Children {
		children = append(children, c.ID)
	}
	assert.Equal(t, []string{"surfaces", "telemetry", "journal", "registry", "app", "work"}, children)
	r.stop(n)
	_, err = n.Tree(r.ctx, 0)
	assert.Error(t, err)
	assert.NoFileExists(t, admin.SocketPath(r.dir, "n"))
}
