// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// idler is a child with an Init and next to nothing to do.
type idler struct{}

func (idler) Init(*actors.Context[*sync.WaitGroup]) error { return nil }

func (idler) Receive(_ *actors.Context[*sync.WaitGroup], m *sync.WaitGroup) error {
	m.Done()
	return nil
}

// crowd starts a supervisor and returns it with what starts the child number i.
func crowd(t *testing.T, ids bool) (sup *supervision.Supervisor, start func(i int) actors.PID) {
	sys := quietSystem()
	t.Cleanup(func() { _ = sys.Close(context.Background()) })
	ctx := context.Background()
	if ids {
		sup, err := supervision.Start(sys, "top", supervision.Spec{})
		require.NoError(t, err)
		return sup, func(i int) actors.PID {
			pid, err := sup.StartChild(ctx, supervision.Worker("child "+strconv.Itoa(i), func() actors.Behavior[*sync.WaitGroup] { return idler{} }))
			require.NoError(t, err)
			return pid
		}
	}
	sup, err := supervision.Start(sys, "top", supervision.Spec{
		Strategy: supervision.SimpleOneForOne,
		Children: []supervision.Child{supervision.Template("child", func(struct{}) actors.Behavior[*sync.WaitGroup] { return idler{} })},
	})
	require.NoError(t, err)
	var none any = struct{}{}
	return sup, func(int) actors.PID {
		pid, err := sup.StartDynamic(ctx, none)
		require.NoError(t, err)
		return pid
	}
}

// An idle child is less than a kilobyte, everything included that its supervisor keeps, and stays that small when it has handled a message.
// The bounds are a little above what was measured, so that it does not creep. Stacks are left out, as they are those of the workers, of which
// there are more on more cores; internal/bench measures with them, and with a million children.
func TestAnIdleChildIsSmall(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes everything larger")
	}
	const n = 10_000
	for _, kind := range []struct {
		name string
		ids  bool
		most int64
	}{
		{"dynamic", false, 780},
		{"with an id, its spec included", true, 1024},
	} {
		t.Run(kind.name, func(t *testing.T) {
			sup, start := crowd(t, kind.ids)
			for i := range n / 10 { // pools, workers and the first sizes of maps
				start(n + i)
			}
			pids := make([]actors.PID, n)
			before := heapInUse()
			for i := range pids {
				pids[i] = start(i)
			}
			each := func() int64 { return (heapInUse() - before) / n }
			assert.LessOrEqual(t, each(), kind.most, "bytes, started")
			var all sync.WaitGroup
			all.Add(n)
			for _, pid := range pids {
				ref, err := actors.RefOf[*sync.WaitGroup](pid)
				require.NoError(t, err)
				ref.Tell(&all)
			}
			all.Wait()
			assert.LessOrEqual(t, each(), kind.most, "bytes, after a message")
			runtime.KeepAlive(sup)
		})
	}
}

// What a start allocates is what stays of the process, the call of its supervisor and little else.
func TestAStartAllocatesLittle(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	for _, kind := range []struct {
		name string
		ids  bool
		most float64
	}{{"dynamic", false, 15}, {"with an id, its spec included", true, 24}} {
		t.Run(kind.name, func(t *testing.T) {
			_, start := crowd(t, kind.ids)
			i := 0
			got := testing.AllocsPerRun(2000, func() { start(i); i++ })
			assert.LessOrEqual(t, got, kind.most)
		})
	}
}
