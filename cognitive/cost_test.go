// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

var idle = flag.Int("idle", 3000, "how many idle variables are weighed")

func TestACommitAllocatesNoMoreThanItMust(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates, too")
	}
	_, vars := benched(t, 1000, cognitive.Ephemeral)
	ctx, i := context.Background(), 0
	propose := func() {
		i++
		if _, err := vars[i%len(vars)].Propose(ctx, float64(i%7)/7); err != nil {
			t.Error(err)
		}
	}
	for range 2000 {
		propose()
	}
	if n := testing.AllocsPerRun(2000, propose); n > 22 {
		t.Errorf("%v allocations", n)
	}
}

// What is published when a variable is added must not be copied for all that are there.
func TestAnAdditionCostsTheSameAmongMany(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates, too")
	}
	s, vars := benched(t, 0, cognitive.Ephemeral)
	add := func(n int) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			v, err := s.AddFloat(context.Background(), fmt.Sprint("v", len(vars)), kind.Float{Min: 0, Max: 1}, cognitive.Keep(cognitive.Ephemeral))
			if err != nil {
				t.Fatal(err)
			}
			vars = append(vars, v)
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) / uint64(n)
	}
	few := add(500)
	add(3000)
	if many := add(500); many > 2*few {
		t.Errorf("%d bytes among 3,500 variables, %d among none", many, few)
	}
}

// sleeper does nothing.
type sleeper struct{}

func (sleeper) Receive(*actors.Context[struct{}], struct{}) error { return nil }

// weigh returns what each of n things takes of heap and stacks.
func weigh(n int, make func()) int {
	heap := func() int {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc + m.StackInuse)
	}
	before := heap()
	make()
	return (heap() - before) / n
}

// Holds: COG-21
func TestAnIdleVariableTakesAKibibyteBesidesItsProcessAndItsHistory(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates, too")
	}
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(context.Background()) }()
	s, child, err := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "bench"})
	require.NoError(t, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
	require.NoError(t, err)
	require.NoError(t, s.Add(t.Context(), "first", kind.Float{Min: 0, Max: 1}))
	sup, err := dynamic.Start(sys, "many", dynamic.Spec{})
	require.NoError(t, err)
	process := weigh(*idle, func() {
		for i := range *idle {
			c := supervision.Worker(fmt.Sprint("p", i), func() actors.Behavior[struct{}] { return sleeper{} }, actors.Kind("variable"), actors.MailboxSize(-1))
			c.Limit = &supervision.Limit{Intensity: supervision.Intensity{Max: 10, Within: 10 * time.Second}, Then: supervision.StopChild}
			_, err := sup.StartChild(t.Context(), c)
			require.NoError(t, err)
		}
	})
	whole := weigh(*idle, func() {
		for i := range *idle {
			require.NoError(t, s.Add(t.Context(), fmt.Sprint("w", i), kind.Float{Min: 0, Max: 1}, cognitive.Initial(float64(i%7)/7)))
		}
	})
	first := int(unsafe.Sizeof(cognitive.Commit{}) + unsafe.Sizeof((*cognitive.Commit)(nil))) // all of its history, and its place there
	if got := whole - process - first; got > 1024 {
		t.Errorf("%d bytes: %d in all, %d of them the process and %d the first commit", got, whole, process, first)
	}
	runtime.KeepAlive(s)
}
