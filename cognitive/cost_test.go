// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

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
