// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work/plan"
	"mabeam.dev/internal/node"
)

// soakEnv is how long the soak runs, such as 10m.
const soakEnv = "MABEAM_TEST_SOAK"

// What a soak may take. The queue knows every task that has ended, so memory grows with them; more than this is a leak.
const (
	soakBatch     = 400
	soakPerTask   = 4 << 10  // bytes of heap for each task that has ended
	soakAllowance = 16 << 20 // bytes of heap beyond that
	soakRoutines  = 20       // goroutines beyond those of the first rounds, when all is quiet
)

// soakConfig has both sorts of agents; one program answers, the other dies of every seventh task.
const soakConfig = `
version: 1
node: {name: n, data: DIR/data, drain: 20s}
surfaces: {listen: "127.0.0.1:0"}
tree:
  intensity: 1000000
  children:
    - {id: a, kind: told, count: 6}
    - {id: sh, kind: exec, count: 2, command: [sh, DIR/agent.sh], shutdown: 1s}
work: [{queue: q, results: DIR/results.jsonl, attempts: 100, backoff: 1ms, limit: 200}]
`

const soakProgram = `
echo '{"type":"hello","protocol":1}'
n=0
while read -r line; do
	case $line in
	*'"type":"task"'*)
		n=$((n + 1))
		[ $n -lt 7 ] || exit 9
		id=${line#*\"id\":\"}
		echo '{"type":"result","id":"'${id%%\"*}'","output":"sh"}' ;;
	*'"type":"stop"'*) exit 0 ;;
	esac
done
`

// soak is the state of one run.
type soak struct {
	*rig
	n        *node.Node
	random   *rand.Rand
	accepted int
	kills    int
	phases   int
}

func TestSoakNodeUnderFaultsLosesNothingAndStaysSmall(t *testing.T) {
	text := os.Getenv(soakEnv)
	if text == "" {
		t.Skipf("a soak takes as long as %s says, such as 10m ('make soak')", soakEnv)
	}
	length, err := time.ParseDuration(text)
	require.NoError(t, err, soakEnv)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	s := &soak{rig: newRig(t), random: rand.New(rand.NewPCG(seed, 5))}
	ctx, cancel := context.WithTimeout(t.Context(), length+guard)
	defer cancel()
	s.ctx = ctx
	s.write("agent.sh", soakProgram)
	s.n = s.start(soakConfig)

	var heap uint64
	var routines, base int
	end, told := time.Now().Add(length), time.Now()
	for round := 0; round < 6 || time.Now().Before(end); round++ {
		s.round(round)
		heap, routines = measure()
		switch {
		case round == 4: // buffers and pools have their size
			base = routines
			t.Logf("after warming up: %d tasks, %d goroutines, heap %d KiB", s.accepted, routines, heap>>10)
		case round > 4:
			require.LessOrEqual(t, routines, base+soakRoutines, "goroutines after %d tasks", s.accepted)
			require.Less(t, heap, uint64(soakAllowance+s.accepted*soakPerTask), "heap after %d tasks", s.accepted)
		}
		if time.Since(told) > time.Minute {
			told = time.Now()
			t.Logf("%d tasks, %d agents and %d phases killed, %d goroutines, heap %d KiB", s.accepted, s.kills, s.phases, routines, heap>>10)
		}
	}
	stats, err := s.n.Stop(s.ctx)
	require.NoError(t, err)
	assert.Zero(t, stats[0].Open())
	all := s.outcomes()
	require.Len(t, all, s.accepted, "every accepted task has one outcome")
	poisoned := 0
	for id, o := range all {
		if o.Outcome != "done" {
			require.Equal(t, string(plan.CausePoison), o.Cause, "%s: %s", id, o.Reason)
			poisoned++
		}
	}
	t.Logf("%d tasks in %s: each has one outcome, %d of them killed three agents; %d agents and %d phases killed; %d goroutines, heap %d KiB",
		s.accepted, length, poisoned, s.kills, s.phases, routines, heap>>10)
}

// round submits a batch, kills agents meanwhile, now and then a phase, and waits until all is done.
func (s *soak) round(n int) {
	s.t.Helper()
	drain(s.began)
	submitted := make(chan error, 1) // sent to once
	tasks := make([]plan.Task, soakBatch)
	for i := range tasks {
		word := "pause"
		if i%50 == 7 {
			word = "panic"
		}
		input, err := json.Marshal(word)
		require.NoError(s.t, err)
		tasks[i] = plan.Task{ID: fmt.Sprintf("r%d-%d", n, i), Kind: "x", Input: input}
	}
	go func() { submitted <- s.submit(tasks) }()
	for range 8 {
		s.begin(1 + s.random.IntN(20))
		if team := agentsOf(s.n); len(team) > 0 {
			team[s.random.IntN(len(team))].Kill()
			s.kills++
		}
	}
	// The root allows three restarts in ten seconds, so phases die less often than that.
	if victims := []string{"journal", "agents", "work.q", "work.q.results"}; n%40 == 20 {
		if pid := s.n.System().WhereIs(victims[s.random.IntN(len(victims))]); pid.Alive() {
			pid.Kill()
			s.phases++
		}
	}
	require.NoError(s.t, receive(s.rig, submitted, "receipt"))
	s.accepted += soakBatch
	_, err := s.n.Queues()[0].WaitDone(s.ctx)
	require.NoError(s.t, err)
}

// submit offers tasks. When the queue dies meanwhile it is not known what was accepted, so they are offered again: what is known is
// refused as a duplicate.
func (s *soak) submit(tasks []plan.Task) error {
	q := s.n.Queues()[0]
	for {
		receipts, err := q.Submit(s.ctx, append([]plan.Task(nil), tasks...)...)
		if err == nil {
			for _, r := range receipts {
				var known *plan.DuplicateError
				if r.Err != nil && !errors.As(r.Err, &known) {
					return r.Err
				}
			}
			return nil
		}
		if s.ctx.Err() != nil {
			return err
		}
		if _, err := q.WaitDone(s.ctx); err != nil { // waits for the queue to be back
			return err
		}
	}
}

func drain[T any](from <-chan T) {
	for {
		select {
		case <-from:
		default:
			return
		}
	}
}

// measure returns the heap in use after a collection, in bytes, and the number of goroutines.
func measure() (heap uint64, routines int) {
	runtime.GC()
	runtime.GC() // what had finalizers
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, runtime.NumGoroutine()
}
