// SPDX-License-Identifier: Apache-2.0

package soak_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// moreHeap is how many bytes may be in use after 100,000 crashes that were not before.
const moreHeap = 256 << 10

// moreGoroutines is how many goroutines may: idle workers that the dispatcher keeps.
func moreGoroutines() int { return 16 + 8*runtime.GOMAXPROCS(0) }

// inUse returns the heap in use after a collection, in bytes, and the number of goroutines.
func inUse() (heap int64, goroutines int) {
	for range 3 { // pools give up what they hold in two cycles
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc), runtime.NumGoroutine()
}

func TestAHundredThousandCrashesInOneTreeLeaveNothing(t *testing.T) {
	if raceDetector { // with it pools drop things at random, so that the heap says nothing
		crashAway(t, 5000, 0)
		return
	}
	crashAway(t, 100_000, 100_000)
}

// Ten million in a soak of ten minutes or more, fewer in a shorter one.
func TestSoakTenMillionCrashesInOneTreeLeaveNothing(t *testing.T) {
	share := min(1, soakLength(t).Minutes()/10)
	crashAway(t, int(10_000_000*share), 100_000)
}

// crashAway crashes the workers of a tree and compares what is there before and after, when known processes have come and gone. The tree has
// two levels, and the workers have what processes have: timers, a name, a link and a monitor.
func crashAway(t *testing.T, crashes, known int) {
	t.Helper()
	crashes -= crashes % 100 // all workers crash equally often
	sys := actors.New(actors.Options{TrackIdle: true, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	defer func() { require.NoError(t, sys.Close(t.Context())) }()
	for range known { // the engine's registry gets the size that it keeps
		actors.MustSpawn(sys, "", actors.Stateless(func(*actors.Context[int], int) error { return nil })).PID().Kill()
	}
	friend := actors.MustSpawn(sys, "friend", func() actors.Behavior[int] { return trapping{} })
	often := supervision.Intensity{Max: 1 << 30, Within: time.Millisecond} // a supervisor remembers the restarts in its window
	var groups []supervision.Child
	for i := range 10 {
		group := supervision.Spec{Intensity: often}
		for j := range 10 {
			group.Children = append(group.Children, supervision.Worker(fmt.Sprint(j), func() actors.Behavior[int] {
				return &mortal{name: fmt.Sprintf("mortal %d %d", i, j), friend: friend.PID()}
			}))
		}
		groups = append(groups, supervision.Sub(fmt.Sprint(i), group))
	}
	root, err := supervision.Start(sys, "root", supervision.Spec{Intensity: often, Children: groups})
	require.NoError(t, err)
	var workers []actors.Ref[int]
	for i := range 10 {
		group, err := supervision.Of(root.Child(fmt.Sprint(i)))
		require.NoError(t, err)
		for j := range 10 {
			workers = append(workers, supervision.ChildRef[int](group, fmt.Sprint(j)))
		}
	}
	crash := func(n int) {
		for range n / len(workers) {
			for i, w := range workers {
				w.Tell(i)
			}
			require.NoError(t, sys.WaitQuiet(t.Context()))
		}
	}
	crash(5000)
	heap, goroutines := inUse()
	crashed, processes := sys.Totals().Crashed, sys.Len()
	crash(crashes)
	assert.Equal(t, int64(crashes), sys.Totals().Crashed-crashed)
	assert.Equal(t, processes, sys.Len())
	heapAfter, goroutinesAfter := inUse()
	line := fmt.Sprintf("%d crashes in one tree: heap %d KiB, before %d KiB; %d goroutines, before %d",
		crashes, heapAfter>>10, heap>>10, goroutinesAfter, goroutines)
	t.Log(line)
	if os.Getenv(soakEnv) != "" {
		summary += line + "\n"
	}
	assert.LessOrEqual(t, goroutinesAfter, goroutines+moreGoroutines())
	if !raceDetector {
		assert.LessOrEqual(t, heapAfter, heap+moreHeap)
	}
	st, _ := friend.PID().Status()
	assert.Equal(t, len(workers), st.Links, "those of the living")
	assert.Zero(t, sys.Totals().Abandoning)
}

// trapping is a process that outlives those that it is linked to.
type trapping struct{}

func (trapping) Init(ctx *actors.Context[int]) error {
	ctx.TrapExit(func(actors.Exit) int { return 0 })
	return nil
}

func (trapping) Receive(*actors.Context[int], int) error { return nil }

// mortal is a worker that every message crashes.
type mortal struct {
	name   string
	friend actors.PID
}

func (m *mortal) Init(ctx *actors.Context[int]) error {
	ctx.After(time.Hour, 0)
	ctx.Every(time.Hour, 0)
	ctx.Link(m.friend)
	ctx.Monitor(m.friend, func(actors.Down) int { return 0 })
	return ctx.Register(m.name)
}

func (m *mortal) Receive(_ *actors.Context[int], n int) error {
	if n%2 == 0 {
		panic("boom")
	}
	return errors.New("broken")
}
