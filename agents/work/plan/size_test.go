// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func heapBytes() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// manyTasks is large enough that the growth steps of maps and heaps show in the mean.
const manyTasks = 200_000

func filled(t testing.TB, n int, deadline bool) *Queue {
	q, err := New(Spec{Limit: n})
	require.NoError(t, err)
	random := rand.NewPCG(1, 2)
	var out Output
	for i := range n {
		task := Task{ID: fmt.Sprintf("task-%09d", i), Kind: "review", Capability: "go"}
		if deadline {
			task.Deadline = base.Add(time.Hour + time.Duration(i))
		}
		require.NoError(t, q.Step(base, random, Submit{Task: task}, &out))
		out.Reset()
	}
	return q
}

func TestWaitingTaskTakesLessThanAKibibyteBeyondItsInput(t *testing.T) {
	for _, deadline := range []bool{false, true} {
		before := heapBytes()
		q := filled(t, manyTasks, deadline)
		each := float64(heapBytes()-before) / manyTasks
		t.Logf("%.0f bytes for each waiting task (deadlines: %v)", each, deadline)
		require.Less(t, each, 1024.0)
		runtime.KeepAlive(q)
	}
}

func TestFinishedTaskTakesOnlyWhatDuplicateDetectionNeeds(t *testing.T) {
	before := heapBytes()
	q := filled(t, manyTasks, false)
	random := rand.NewPCG(1, 2)
	var out Output
	agent := Agent{ID: "a", Incarnation: "1"}
	require.NoError(t, q.Step(base, random, AgentUp{Agent: agent, Capabilities: []string{"go"}}, &out))
	for token := range Token(manyTasks) {
		out.Reset()
		require.NoError(t, q.Step(base, random, Result{Agent: agent, Token: token + 1, Output: json.RawMessage(`{"findings":[]}`)}, &out))
	}
	out = Output{}
	require.Equal(t, manyTasks, q.Counts().Done)
	each := float64(heapBytes()-before) / manyTasks
	t.Logf("%.0f bytes for each finished task", each)
	require.Less(t, each, 192.0)
	snapshot := q.Snapshot()
	t.Logf("%.0f bytes of snapshot for each finished task", float64(len(snapshot))/manyTasks)
	runtime.KeepAlive(q)
}

func TestStepAllocatesOnlyForTheEventsAndEffectsItPutsOut(t *testing.T) {
	q, err := New(Spec{})
	require.NoError(t, err)
	random := rand.NewPCG(1, 2)
	var out Output
	agent := Agent{ID: "a", Incarnation: "1"}
	require.NoError(t, q.Step(base, random, AgentUp{Agent: agent}, &out))
	steps := map[string]struct {
		cmd  Command
		most float64
	}{
		"tick with nothing due": {Tick{}, 0},
		"late result":           {Result{Agent: agent, Token: 99}, 1}, // the Late effect
		"pick with no task":     {Pick{}, 0},
	}
	for name, s := range steps {
		got := testing.AllocsPerRun(100, func() {
			out.Reset()
			_ = q.Step(base, random, s.cmd, &out)
		})
		require.LessOrEqual(t, got, s.most, name)
	}
	// A whole life: accepted, started and done with their effects, the record and the input's copies.
	n := 0
	input, output := json.RawMessage(`{"n":1}`), json.RawMessage(`{"ok":true}`)
	ids := make([]string, 300)
	for i := range ids {
		ids[i] = fmt.Sprint("id", i)
	}
	life := testing.AllocsPerRun(200, func() {
		out.Reset()
		_ = q.Step(base, random, Submit{Task: Task{ID: ids[n], Kind: "k", Input: input}}, &out)
		_ = q.Step(base, random, Result{Agent: agent, Token: q.token, Output: output}, &out)
		n++
	})
	t.Logf("%.0f allocations for the whole life of a task", life)
	require.LessOrEqual(t, life, 24.0)
}

// BenchmarkLife takes tasks through acceptance, dispatch and result with 8 agents of 4 slots and 10,000 tasks waiting.
func BenchmarkLife(b *testing.B) {
	q := filled(b, 10_000, false)
	q.spec.Limit = 1 << 30
	random := rand.NewPCG(1, 2)
	var out Output
	for i := range 8 {
		_ = q.Step(base, random, AgentUp{Agent: Agent{ID: fmt.Sprint("agent", i)}, Capabilities: []string{"go"}, Concurrency: 4}, &out)
	}
	var open []Dispatch
	collect := func() {
		for _, f := range out.Effects {
			if d, ok := f.(Dispatch); ok {
				open = append(open, d)
			}
		}
		out.Reset()
	}
	collect()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		_ = q.Step(base, random, Submit{Task: Task{ID: fmt.Sprint("b", i), Kind: "review", Capability: "go"}}, &out)
		d := open[0]
		open = open[1:]
		_ = q.Step(base, random, Result{Agent: d.Agent, Token: d.Token}, &out)
		collect()
	}
}

// BenchmarkCodec encodes and decodes the three events of an ordinary task.
func BenchmarkCodec(b *testing.B) {
	agent := Agent{ID: "reviewer-1", Incarnation: "n/1"}
	events := []Event{
		Accepted{Task: Task{ID: "net/http", Kind: "review", Input: json.RawMessage(`{"package":"net/http"}`), Attempts: 3, Timeout: time.Minute}, At: base},
		Started{ID: "net/http", Token: 5, Attempt: 1, Agent: agent, At: base, Until: base.Add(time.Minute)},
		Done{Final: Final{ID: "net/http", Kind: "review", At: base, Accepted: base, Attempts: []Attempt{{N: 1, Token: 5, Agent: agent, Start: base, Stop: base, End: EndDone}}}, Output: json.RawMessage(`{"findings":[]}`)},
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, e := range events {
			r, _ := Encode(e)
			if _, err := Decode(r); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkSnapshot writes and restores 100,000 waiting tasks.
func BenchmarkSnapshot(b *testing.B) {
	q := filled(b, 100_000, true)
	for b.Loop() {
		if _, err := Restore(q.spec, q.Snapshot()); err != nil {
			b.Fatal(err)
		}
	}
}
