// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/telemetry"
)

// guard ends a test that would hang; it is never the measure of anything.
const guard = 30 * time.Second

// world is a system for one test, with all its events and its log.
type world struct {
	t    *testing.T
	ctx  context.Context
	sys  *actors.System
	bus  *telemetry.Bus
	log  safeBuffer
	life *os.File // ends when every process of the programs is dead
	fifo string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	w := &world{t: t, ctx: ctx, bus: telemetry.NewBus(), fifo: filepath.Join(t.TempDir(), "life")}
	require.NoError(t, syscall.Mkfifo(w.fifo, 0o600))
	var err error
	w.life, err = os.OpenFile(w.fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	require.NoError(t, err)
	w.sys = actors.New(actors.Options{
		Events: w.bus, CallTimeout: guard,
		Logger: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	t.Cleanup(func() {
		require.NoError(t, w.sys.Close(w.ctx))
		w.allDead()
		w.life.Close()
		cancel()
	})
	return w
}

// spec describes an agent whose program plays a role.
func (w *world) spec(id, role string, changes ...func(*exec.Settings)) agents.Spec {
	w.t.Helper()
	s := exec.Settings{Command: []string{os.Args[0]}, Env: map[string]string{
		"GOCOVERDIR": w.t.TempDir(), // or a coverage build says on standard error that it is missing
		roleName:     role, lifeName: w.fifo,
		"GORACE": "atexit_sleep_ms=0", // a program under the race detector otherwise takes a second to exit
	}}
	for _, change := range changes {
		change(&s)
	}
	raw, err := json.Marshal(s)
	require.NoError(w.t, err)
	return agents.Spec{ID: id, Settings: raw}
}

// spawn starts an agent whose program plays a role.
func (w *world) spawn(role string, changes ...func(*exec.Settings)) agents.Agent {
	w.t.Helper()
	a, err := agents.Spawn(w.sys, w.spec("a", role, changes...), exec.Kind(), nil)
	require.NoError(w.t, err)
	return a
}

// do gives an agent a task and returns the outcome.
func (w *world) do(a agents.Agent, id, kind string) (string, error) {
	out, err := a.Do(w.ctx, task(id, kind))
	return string(out), err
}

// give gives an agent a task; the outcome comes on the channel.
func (w *world) give(a agents.Agent, t agents.Task) <-chan result {
	done := make(chan result, 1) // sent to once
	go func() {                  // ends with the call, which the guard bounds
		out, err := a.Do(w.ctx, t)
		done <- result{string(out), err}
	}()
	return done
}

type result struct {
	out string
	err error
}

func task(id, kind string) agents.Task {
	token := agents.Token(0)
	for _, b := range []byte(id) {
		token = token*256 + agents.Token(b)
	}
	return agents.Task{ID: id, Kind: kind, Attempt: 1, Token: token, Input: json.RawMessage(`{"id":"` + id + `"}`)}
}

// await receives, or fails the test when the guard is up.
func await[T any](w *world, from <-chan T, what string) T {
	w.t.Helper()
	select {
	case v := <-from:
		return v
	case <-w.ctx.Done():
		w.t.Fatalf("waited in vain for %s; log:\n%s", what, w.log.String())
		panic("not reached")
	}
}

// watch collects events of a type.
func watch[E telemetry.Event](w *world) <-chan E {
	seen := make(chan E, 4096)
	w.t.Cleanup(telemetry.Subscribe(w.bus, "test", func(e E) {
		select {
		case seen <- e:
		default: // a flood; the tests want the first ones
		}
	}))
	return seen
}

// reason waits for the end of an agent.
func (w *world) reason(a agents.Agent) actors.Reason {
	w.t.Helper()
	why, err := a.PID().Await(w.ctx)
	require.NoError(w.t, err, "log:\n%s", w.log.String())
	return why
}

// allDead reads the lifeline to its end: the kernel closes it when the last process that had it is dead.
func (w *world) allDead() {
	w.t.Helper()
	require.NoError(w.t, w.life.SetReadDeadline(time.Now().Add(guard)))
	_, err := io.Copy(io.Discard, w.life)
	require.NoError(w.t, err, "a process of the program is still alive")
}

// safeBuffer is a buffer that several goroutines write to.
type safeBuffer struct {
	mu struct {
		sync.Mutex
		bytes.Buffer
	}
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mu.Buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mu.Buffer.String()
}
