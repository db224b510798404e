// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/supervision"
)

func readResults(t *testing.T, path string) map[string]lines.Outcome {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return parse(t, text)
}

func TestFileSinkIsGoneOnWithWhereItsLastWholeLineEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "results.jsonl")
	synctest.Test(t, func(t *testing.T) {
		more := func(q *work.Queue) { q.FileSink("results", path) }
		r := newRig(t, setup{agents: crew(2), more: more})
		for i := range 50 {
			r.submit(task(fmt.Sprint(i), "work"))
		}
		r.done()
		r.close()
		whole := readResults(t, path)
		require.Len(t, whole, 50)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, left := range []int{0, 1, 5, len(text) / 2, len(text) - 1, len(text)} {
			require.NoError(t, os.WriteFile(path, text[:left], 0o600))
			r = newRig(t, setup{agents: crew(2), more: more, store: r.store})
			r.done()
			r.close()
			assert.Equal(t, whole, readResults(t, path), "after %d of %d bytes", left, len(text))
		}
	})
}

func TestFileThatIsNotThisQueuesIsRefusedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"prose": "Dear diary\n", "half": "Dear diary",
		"ahead":  `{"id":"a","kind":"k","outcome":"done","seconds":0,"waited":0,"attempts":[],"position":900}` + "\n",
		"no end": `{"id":"a","kind":"k","outcome":"done","seconds":0,"waited":0,"attempts":[],"position":1}` + "\n",
		"other":  `{"id":"b","kind":"k","outcome":"done","seconds":0,"waited":0,"attempts":[],"position":3}` + "\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(dir, name)
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			r := newRig(t, setup{agents: crew(1)})
			defer r.close()
			r.submit(task("a", "work"))
			r.done()
			sink := r.queue.FileSink("results", path)
			_, err := supervision.Start(r.sys, "late", supervision.Spec{Children: []supervision.Child{sink.Child()}})
			require.ErrorContains(t, err, "does not belong to the journal's stream", name)
			left, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, text, string(left), name)
		})
	}
}

func TestKilledSinkWritesEachOutcomeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	bubble(t, setup{agents: crew(4), more: func(q *work.Queue) { q.FileSink("results", path) }}, func(t *testing.T, r *rig) {
		for round := range 5 {
			for i := range 100 {
				r.submit(task(fmt.Sprint(round, ".", i), []string{"work", "slow"}[i%2]))
			}
			r.kill("queue.results")
			<-time.After(3 * time.Second)
		}
		r.done()
		assert.Len(t, readResults(t, path), 500)
		assert.Len(t, r.out.outcomes(t), 500)
	})
}

func TestSinkThatFailsIsToldAndTriedAgainAndNothingIsLost(t *testing.T) {
	bubble(t, setup{agents: crew(4)}, func(t *testing.T, r *rig) {
		failed := collect[work.SinkFailed](r)
		r.submit(task("a", "work"))
		synctest.Wait()
		r.out.fail(errors.New("disk full")) // takes half of what it is given
		for i := range 100 {
			r.submit(task(fmt.Sprint(i), "work"))
			<-time.After(100 * time.Millisecond)
		}
		stats, err := r.queue.Stats(t.Context())
		require.NoError(t, err)
		assert.True(t, stats.Sinks[0].Behind)
		assert.Greater(t, len(failed()), 2)
		assert.Equal(t, 101, stats.Done, "the queue does not wait for it")
		r.out.fail(nil)
		r.done()
		assert.Len(t, r.out.outcomes(t), 101)
	})
}

func TestSinkThatDiesWithItsLastDeliveryIsOfferedItAgain(t *testing.T) {
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		r.out.fail(errNothing)
		r.submit(task("a", "work"))
		<-time.After(5 * time.Second)
		r.kill("queue.out")
		r.out.fail(nil)
		r.done()
		assert.Len(t, r.out.outcomes(t), 1)
	})
}

// slowly is a writer that takes a line a while.
type slowly struct{ page }

func (s *slowly) Write(b []byte) (int, error) {
	<-time.After(time.Minute)
	return s.page.Write(b)
}

func TestSinkLeftFarBehindReadsTheJournal(t *testing.T) {
	slow := &slowly{}
	bubble(t, setup{agents: crew(4), more: func(q *work.Queue) { q.WriterSink("slow", slow) }}, func(t *testing.T, r *rig) {
		var tasks []plan.Task
		for i := range 6000 {
			tasks = append(tasks, task(fmt.Sprint(i), "work"))
		}
		r.submit(tasks...)
		synctest.Wait()
		stats, err := r.queue.Stats(t.Context())
		require.NoError(t, err)
		assert.True(t, stats.Sinks[1].Behind)
		r.done()
		assert.Len(t, slow.outcomes(t), 6000)
	})
}

func TestWriterIsGivenWhatEndsFromNowOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{agents: crew(1)})
		r.submit(task("before", "work"))
		r.done()
		r.close()
		r = newRig(t, setup{agents: crew(1), store: r.store})
		defer r.close()
		r.submit(task("after", "work"))
		r.done()
		got := r.out.outcomes(t)
		assert.Contains(t, got, "after")
		assert.NotContains(t, got, "before")
	})
}

func TestOutcomesStandInTheOrderOfTheJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	bubble(t, setup{agents: crew(4), plan: plan.Spec{Attempts: 2}, more: func(q *work.Queue) { q.FileSink("results", path) }}, func(t *testing.T, r *rig) {
		for i := range 40 {
			r.submit(task(fmt.Sprint(i), []string{"work", "fail", "slow", "once panic"}[i%4]))
		}
		r.done()
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		rising(t, text)
	})
}
