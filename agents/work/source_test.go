// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/supervision"
)

// jsonl makes task lines with the ids from to to, exclusive.
func jsonl(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "{\"id\":\"t%d\",\"kind\":\"moody\",\"input\":\"work\"}\n", i)
	}
	return b.String()
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tasks.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// places gives where bad lines were.
func places(bad []work.BadLine) []string {
	var all []string
	for _, b := range bad {
		all = append(all, b.Place)
	}
	return all
}

func TestBadLinesAreToldWithTheirPlaceAndDoNotStopTheJob(t *testing.T) {
	path := writeFile(t, jsonl(0, 2)+"nonsense\n"+jsonl(2, 3)+`{"id":"x","kind":"moody","prio":1}`+"\n"+
		`{"id":"t0","kind":"other"}`+"\n\n"+strings.TrimSuffix(jsonl(3, 4), "\n"))
	// The source is started by hand, so that the test listens before it reads.
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{agents: crew(2)})
		defer r.close()
		bad := collect[work.BadLine](r)
		source := r.queue.FileSource("tasks", path)
		_, err := supervision.Start(r.sys, "late", supervision.Spec{Children: []supervision.Child{source.Child()}})
		require.NoError(t, err)
		stats := r.done()
		assert.Equal(t, []string{path + ":3:2", path + ":5:26", path + ":6:1"}, places(bad()))
		assert.Equal(t, []work.SourceStats{{Name: "tasks", Offered: 4, Bad: 3, Ended: true}}, stats.Sources)
		assert.Len(t, r.out.outcomes(t), 4)
	})
}

func TestFileIsReadFromWhereItWasLeft(t *testing.T) {
	path := writeFile(t, jsonl(0, 100))
	synctest.Test(t, func(t *testing.T) {
		source := func(q *work.Queue) { q.FileSource("tasks", path) }
		r := newRig(t, setup{agents: crew(2), more: source})
		r.done()
		r.close()

		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString("bad\n" + jsonl(100, 150))
		require.NoError(t, errors.Join(err, f.Close()))
		r = newRig(t, setup{agents: crew(2), store: r.store, out: r.out, more: source})
		stats := r.done()
		assert.Equal(t, []work.SourceStats{{Name: "tasks", Offered: 50, Bad: 1, Ended: true}}, stats.Sources, "only what is new")
		r.close()

		// Another file under the same name is read from its beginning, and what is known is merged.
		require.NoError(t, os.WriteFile(path, []byte(jsonl(90, 170)), 0o600))
		r = newRig(t, setup{agents: crew(2), store: r.store, out: r.out, more: source})
		defer r.close()
		stats = r.done()
		assert.EqualValues(t, 80, stats.Sources[0].Offered)
		assert.EqualValues(t, 60, stats.Merged)
		assert.Len(t, r.out.outcomes(t), 170)
	})
}

func TestKilledFileSourceLosesAndDoublesNothing(t *testing.T) {
	path := writeFile(t, jsonl(0, 3000))
	bubble(t, setup{agents: crew(4), plan: plan.Spec{Limit: 100}, more: func(q *work.Queue) { q.FileSource("tasks", path) }}, func(t *testing.T, r *rig) {
		for range 3 {
			r.kill("queue.tasks")
			<-time.After(3 * time.Second)
		}
		assert.Equal(t, 3000, r.done().Done)
		assert.Len(t, r.out.outcomes(t), 3000)
	})
}

func TestMissingTaskFileIsAnErrorOfTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{})
		defer r.close()
		source := r.queue.FileSource("tasks", filepath.Join(t.TempDir(), "nowhere.jsonl"))
		_, err := supervision.Start(r.sys, "late", supervision.Spec{Children: []supervision.Child{source.Child()}})
		require.ErrorContains(t, err, "nowhere.jsonl")
	})
}

func TestWhatWasReadFromAStreamSurvivesTheSourcesProcess(t *testing.T) {
	in, feed := io.Pipe()
	synctest.Test(t, func(t *testing.T) {
		in, feed = io.Pipe()
		r := newRig(t, setup{agents: crew(2), plan: plan.Spec{Limit: 10}, more: func(q *work.Queue) { q.ReaderSource("stdin", in) }})
		defer r.close()
		go func() { // the test waits for its end, which closes the stream
			for i := range 60 {
				_, _ = io.WriteString(feed, jsonl(i*10, i*10+10))
				<-time.After(100 * time.Millisecond)
			}
			_ = feed.Close()
		}()
		for range 3 {
			<-time.After(1500 * time.Millisecond)
			r.kill("queue.stdin")
			<-time.After(1500 * time.Millisecond)
		}
		stats := r.done()
		assert.Equal(t, 600, stats.Done)
		assert.Len(t, r.out.outcomes(t), 600)
	})
}

func TestSequenceIsTakenAgainAfterARestart(t *testing.T) {
	tasks := func(yield func(plan.Task, error) bool) {
		for i := range 2000 {
			var err error
			if i%1000 == 7 {
				err = fmt.Errorf("no task %d", i)
			}
			if !yield(task(fmt.Sprint(i), "work"), err) {
				return
			}
		}
	}
	bubble(t, setup{agents: crew(4), plan: plan.Spec{Limit: 50}, more: func(q *work.Queue) { q.TaskSource("all", tasks) }}, func(t *testing.T, r *rig) {
		bad := collect[work.BadLine](r)
		for _, name := range []string{"queue.all", "queue", "queue.all"} {
			r.kill(name)
			<-time.After(3 * time.Second)
		}
		assert.Equal(t, 1998, r.done().Done)
		assert.Len(t, r.out.outcomes(t), 1998)
		for _, place := range places(bad()) {
			assert.True(t, slices.Contains([]string{"all:8", "all:1008"}, place), place)
		}
	})
}

func TestDrainingQueueStopsItsSources(t *testing.T) {
	path := writeFile(t, jsonl(0, 2000))
	synctest.Test(t, func(t *testing.T) {
		more := func(q *work.Queue) { q.FileSource("tasks", path) }
		r := newRig(t, setup{plan: plan.Spec{Limit: 100}, more: more}) // nobody works
		synctest.Wait()
		stats, err := r.queue.Drain(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 100, stats.Accepted)
		assert.False(t, stats.Sources[0].Ended)
		r.close()
		r = newRig(t, setup{agents: crew(4), store: r.store, out: r.out, more: more})
		defer r.close()
		r.done()
		assert.Len(t, r.out.outcomes(t), 2000)
	})
}
