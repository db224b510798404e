// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"context"
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
	"mabeam.dev/supervision"
)

func TestResultsThatAreTakenAwayAreWrittenAgain(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, path string){
		"removed":        func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) },
		"emptied":        func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 0)) },
		"cut in a line":  func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 500)) },
		"folder and all": func(t *testing.T, path string) { require.NoError(t, os.RemoveAll(filepath.Dir(path))) },
		"renamed":        func(t *testing.T, path string) { require.NoError(t, os.Rename(path, path+".1")) },
		"taken by others": func(t *testing.T, path string) {
			require.NoError(t, os.Rename(path, path+".1"))
			require.NoError(t, os.WriteFile(path, nil, 0o600))
		},
	} {
		for _, more := range []int{0, 10} {
			t.Run(fmt.Sprint(name, ", then ", more), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "out", "results.jsonl")
				bubble(t, setup{agents: crew(2), more: func(q *work.Queue) { q.FileSink("results", path) }}, func(t *testing.T, r *rig) {
					for i := range 50 {
						r.submit(task(fmt.Sprint(i), "work"))
					}
					r.done()
					harm(t, path)
					for i := range more {
						r.submit(task(fmt.Sprint("more", i), "work"))
					}
					r.done()
					assert.Len(t, readResults(t, path), 50+more)
				})
			})
		}
	}
}

func TestDrainGivesTheNumbersEvenIfTheResultsCannotBeWritten(t *testing.T) {
	bubble(t, setup{agents: crew(2)}, func(t *testing.T, r *rig) {
		r.out.fail(errors.New("disk full"))
		r.submit(task("a", "work"), task("b", "hang"))
		synctest.Wait()
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		stats, err := r.queue.Drain(ctx)
		require.ErrorContains(t, err, `drain "queue": what has ended could not be written`)
		assert.Equal(t, 1, stats.Done)
		assert.Equal(t, 1, stats.Open())
	})
}

func TestAStreamIsNoFileSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{agents: crew(1)})
		defer r.close()
		source := r.queue.FileSource("tasks", os.DevNull)
		_, err := supervision.Start(r.sys, "late", supervision.Spec{Children: []supervision.Child{source.Child()}})
		require.ErrorContains(t, err, "not a regular file")
	})
}
