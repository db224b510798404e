// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/telemetry"
)

// What is held for a long input is the limit of open tasks and a fixed share for each task that has ended; the input itself, several
// times larger, is never in memory.
func TestLongInputRunsInBoundedMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("works through a long input")
	}
	const tasks, inputBytes, limit, share = longInput, 2400, 1000, 400
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "tasks.jsonl"))
	require.NoError(t, err)
	out := bufio.NewWriter(file)
	for i := range tasks {
		fmt.Fprintf(out, "{\"id\":\"task-%07d\",\"kind\":\"quick\",\"input\":\"%0*d\"}\n", i, inputBytes, i)
	}
	require.NoError(t, out.Flush())
	require.NoError(t, file.Close())
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	require.NoError(t, err)

	before := heap()
	n, err := startNode(store, "memory", work.Options{Plan: plan.Spec{Limit: limit}}, quick, 8, 64, func(q *work.Queue) {
		q.FileSource("tasks", filepath.Join(dir, "tasks.jsonl"))
		q.FileSink("results", filepath.Join(dir, "results.jsonl"))
	})
	require.NoError(t, err)
	var ended, most atomic.Int64
	cancel := telemetry.Subscribe(n.sys.Events(), "heap", func(work.TaskEnded) {
		if ended.Add(1)%(tasks/10) == 0 {
			most.Store(max(most.Load(), heap()))
		}
	})
	stats, err := n.queue.WaitDone(t.Context())
	cancel()
	require.NoError(t, err)
	assert.Equal(t, tasks, stats.Done)
	after := heap()
	t.Logf("heap: before %d KiB, most %d KiB, after %d KiB; input %d KiB; %d B for each ended task",
		before>>10, most.Load()>>10, after>>10, tasks*inputBytes>>10, (after-before)/tasks)
	const allowed = 24<<20 + tasks*share
	assert.Less(t, most.Load()-before, int64(allowed))
	assert.Less(t, after-before, int64(allowed))
	require.NoError(t, n.sys.Close(context.Background()))
	require.NoError(t, store.Close())
}

// heap gives the live bytes after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
