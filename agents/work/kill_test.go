// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events/sqlite"
)

// roundsEnv sets the number of kills; the default keeps the ordinary run short.
const roundsEnv = "MABEAM_KILL_ROUNDS"

// rough takes a moment, fails and panics now and then, and always succeeds on its third attempt.
var rough = agents.Native("rough", "Works, fails and panics.", func(agents.Spec) (agents.Worker, error) {
	return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
		var n int
		if err := json.Unmarshal(t.Input, &n); err != nil {
			return nil, err
		}
		select {
		case <-time.After(time.Duration(n%5) * time.Millisecond):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		switch {
		case t.Attempt < 3 && n%97 == 0:
			panic("as told")
		case t.Attempt < 3 && n%31 == 0:
			return nil, errors.New("as told")
		}
		return json.Marshal(n * n)
	}), nil
})

// childNode works through tasks.jsonl in a directory until it is done or killed.
func childNode(dir string) error {
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	if err != nil {
		return err
	}
	epoch := fmt.Sprint(os.Getpid(), ".", time.Now().UnixNano())
	o := work.Options{SnapshotEvery: 500, Plan: plan.Spec{Limit: 300, Attempts: 10, Poison: -1, Backoff: plan.Backoff{Base: time.Millisecond}}}
	n, err := startNode(store, epoch, o, rough, 4, 2, func(q *work.Queue) {
		q.FileSource("tasks", filepath.Join(dir, "tasks.jsonl"))
		q.FileSink("results", filepath.Join(dir, "results.jsonl"))
	})
	if err != nil {
		return err
	}
	ctx := context.Background()
	if _, err = n.queue.WaitDone(ctx); err != nil {
		return err
	}
	return errors.Join(n.sys.Close(ctx), store.Close())
}

// Every task that was read ends in exactly one line, although the node is killed again and again at moments it does not expect.
func TestKilledNodeEndsEveryTaskInExactlyOneLine(t *testing.T) {
	rounds := 20
	if s := os.Getenv(roundsEnv); s != "" {
		var err error
		rounds, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	self, err := os.Executable()
	require.NoError(t, err)
	seed := uint64(os.Getpid())
	t.Logf("seed %d, %d rounds", seed, rounds)
	random := rand.New(rand.NewPCG(seed, 2))
	dir, tasks := t.TempDir(), 150*rounds
	var input bytes.Buffer
	for n := range tasks {
		fmt.Fprintf(&input, "{\"id\":\"t%d\",\"kind\":\"rough\",\"input\":%d}\n", n, n)
		if n%1000 == 500 {
			input.WriteString("this is not a task\n")
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tasks.jsonl"), input.Bytes(), 0o600))

	kills := 0
	for ended := false; !ended; {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), childEnv+"="+dir)
		cmd.Stderr = os.Stderr
		require.NoError(t, cmd.Start())
		if kills < rounds {
			after := time.Duration(20+random.IntN(180)) * time.Millisecond
			timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // it may be gone already, which the exit status shows
			defer timer.Stop()
		}
		err := cmd.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.Error() == "signal: killed" {
			kills++
			continue
		}
		require.NoError(t, err)
		ended = true
	}
	t.Logf("%d kills", kills)
	require.Positive(t, kills)
	text, err := os.ReadFile(filepath.Join(dir, "results.jsonl"))
	require.NoError(t, err)
	rising(t, text)
	results := parse(t, text)
	require.Len(t, results, tasks)
	for n := range tasks {
		o := results[fmt.Sprint("t", n)]
		assert.Equal(t, "done", o.Outcome)
		assert.JSONEq(t, strconv.Itoa(n*n), string(o.Output))
	}
}
