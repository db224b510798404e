// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/work/lines"
	"mabeam.dev/config"
	"mabeam.dev/internal/node"
	"mabeam.dev/telemetry"
)

// guard ends a test that would hang; it is never the measure of anything.
const guard = 60 * time.Second

// rig is a folder in which nodes live one after the other.
type rig struct {
	t     *testing.T
	ctx   context.Context
	dir   string
	bus   *telemetry.Bus
	kinds agents.Kinds
	began chan agents.Task // each attempt of a "told" agent; nobody has to receive
	held  chan struct{}    // closing it lets tasks go that are held
}

// newRig makes a folder, short enough for a socket's path.
func newRig(t *testing.T) *rig {
	t.Helper()
	dir, err := os.MkdirTemp("", "nd")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, os.RemoveAll(dir))
	})
	r := &rig{t: t, ctx: ctx, dir: dir, bus: telemetry.NewBus(), began: make(chan agents.Task, 1<<16), held: make(chan struct{})}
	r.kinds = agents.Kinds{}
	r.kinds.Add(r.told(), exec.Kind(), agents.Native("stillborn", "Fails to start.", func(agents.Spec) (agents.Worker, error) {
		return nil, errors.New("no such luck")
	}))
	return r
}

// told agents do what a task's input says: "hold" until the test lets go, "pause" for a moment, "fail", "panic"; else they answer.
func (r *rig) told() agents.Kind {
	return agents.Native("told", "Does what its input says.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
			select {
			case r.began <- t:
			default:
			}
			var word any
			if err := json.Unmarshal(t.Input, &word); err != nil {
				return nil, err
			}
			switch word {
			case "hold":
				select {
				case <-r.held:
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
			case "pause":
				select {
				case <-time.After(2 * time.Millisecond):
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
			case "fail":
				return nil, errors.New("as told")
			case "panic":
				panic("as told")
			}
			return t.Input, nil
		}), nil
	})
}

// path returns the path of a file in the rig's folder.
func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

func (r *rig) write(name, text string) {
	r.t.Helper()
	require.NoError(r.t, os.WriteFile(r.path(name), []byte(text), 0o600))
}

// tasks writes a file of tasks with ids t0, t1 and so on, all of one input.
func (r *rig) tasks(n int, input string) {
	r.t.Helper()
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, `{"id":"t%d","kind":"x","input":%s}`+"\n", i, input)
	}
	r.write("tasks.jsonl", text.String())
}

// options reads a config, in which DIR stands for the rig's folder.
func (r *rig) options(text string) node.Options {
	r.t.Helper()
	infos := map[string]config.KindInfo{}
	for name, k := range r.kinds {
		if name != config.KindExec {
			infos[name] = config.KindInfo{Doc: k.Doc}
		}
	}
	in := config.Input{Name: "node.yaml", Data: []byte(strings.ReplaceAll(text, "DIR", r.dir)), Kinds: infos, Files: config.OS()}
	cfg, _, err := config.Load(in)
	require.NoError(r.t, err)
	return node.Options{
		Config: cfg, Kinds: r.kinds, Bus: r.bus, Epoch: fmt.Sprint(time.Now().UnixNano()), RuntimeDir: r.dir,
		Logger: slog.New(slog.DiscardHandler), Stdin: strings.NewReader(""), Stdout: io.Discard,
	}
}

// start starts a node that is stopped at the end of the test, if not before.
func (r *rig) start(text string) *node.Node {
	r.t.Helper()
	n, err := node.Start(r.ctx, r.options(text))
	require.NoError(r.t, err)
	return n
}

// stop drains and stops.
func (r *rig) stop(n *node.Node) {
	r.t.Helper()
	_, err := n.Stop(r.ctx)
	require.NoError(r.t, err)
}

// get asks the node's HTTP surface.
func (r *rig) get(n *node.Node, path string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.ctx, http.MethodGet, "http://"+n.Addr()+path, nil)
	require.NoError(r.t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	require.NoError(r.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(r.t, err)
	return res.StatusCode, string(body)
}

// outcomes reads the results file; no id may be there twice.
func (r *rig) outcomes() map[string]lines.Outcome {
	r.t.Helper()
	text, err := os.ReadFile(r.path("results.jsonl"))
	require.NoError(r.t, err)
	all := map[string]lines.Outcome{}
	for line := range bytes.Lines(text) {
		o, err := lines.ParseOutcome(line)
		require.NoError(r.t, err)
		if _, twice := all[o.ID]; twice {
			r.t.Fatalf("%s has two outcomes", o.ID)
		}
		all[o.ID] = o
	}
	return all
}

// begin waits until so many more attempts have begun.
func (r *rig) begin(attempts int) {
	r.t.Helper()
	for range attempts {
		receive(r, r.began, "a task")
	}
}

// receive waits for a value.
func receive[T any](r *rig, from <-chan T, what string) T {
	r.t.Helper()
	select {
	case v := <-from:
		return v
	case <-r.ctx.Done():
		r.t.Fatalf("no %s came", what)
		panic("unreachable")
	}
}

// find returns a living process.
func (r *rig) find(n *node.Node, name string) actors.PID {
	r.t.Helper()
	pid := n.System().WhereIs(name)
	require.True(r.t, pid.Alive(), name)
	return pid
}
