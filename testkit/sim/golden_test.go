// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

var update = flag.Bool("update", false, "write the golden trace anew")

// fixed has a bit of everything that the scheduler decides: starts, calls, timers, goroutines, a crash, a kill, restarts, an exit signal, a
// full mailbox and faults that are drawn.
func fixed(s *sim.Sim) {
	sup := fragile(s)
	s.Fault(
		sim.Fault{Do: sim.Crash, Process: "/app/w1", Nth: 2},
		sim.Fault{Do: sim.Delay, Process: "/app/w2", Chance: 0.5, For: 1500 * time.Millisecond},
		sim.Fault{Do: sim.Reorder, Process: "/slow", Chance: 0.3},
	)
	slow := actors.MustSpawn(s.System(), "slow", actors.Stateless(func(c *actors.Context[int], n int) error {
		s.Note("%d, dice %d", n, c.Rand().IntN(100))
		return c.System().Sleep(c, time.Duration(n)*time.Millisecond)
	}), actors.MailboxSize(2))
	for i := range 3 {
		spawn(s, fmt.Sprint("client", i)).Tell(func(c *actors.Context[do]) error {
			c.Every(time.Second, func(c *actors.Context[do]) error {
				v, err := actors.Call(c, supervision.ChildRef[inc](sup, fmt.Sprint("w", c.Rand().IntN(4))), func(r actors.Reply[int]) inc { return inc{r} })
				s.Note("%d, %v", v, err)
				return slow.From(c).TellContext(c, c.Rand().IntN(900))
			})
			c.Go(func(ctx context.Context) do {
				_ = c.System().Sleep(ctx, 2500*time.Millisecond)
				return func(c *actors.Context[do]) error { s.Note("awake"); return nil }
			})
			return nil
		})
	}
	s.Advance(3 * time.Second)
	s.System().WhereIs("client1").Kill()
	s.System().WhereIs("client2").Exit(actors.Reason{})
	s.Advance(3 * time.Second)
}

// The trace of one seed is in the repository: another machine, another version of Go and another run of the program give the same.
func TestTheTraceOfASeedIsTheSameEverywhere(t *testing.T) {
	golden := filepath.Join("testdata", "fixed.trace")
	r := sim.Run(4711, fixed)
	require.NoError(t, r.Failure)
	got := r.Trace.String()
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), got, "-update writes it anew if this is meant")
}

// In another process hashes of maps, addresses and what a pool gives are others, and so are the number of threads and the collector's moments.
// What happens is the same.
func TestAnotherProcessRunsEverySeedAlike(t *testing.T) {
	const asked = "SIM_TEST_HASHES"
	var b strings.Builder
	for seed := range uint64(5) {
		for i, body := range []func(*sim.Sim){fixed, life, produce} {
			r := sim.Run(seed, body, sim.Priorities(int(seed)))
			require.NoError(t, r.Failure)
			fmt.Fprintf(&b, "hash %d of %d: %016x\n", seed, i, r.Trace.Hash())
		}
	}
	if os.Getenv(asked) != "" {
		fmt.Print(b.String())
		return
	}
	self, err := os.Executable()
	require.NoError(t, err)
	for _, env := range [][]string{{"GOMAXPROCS=1", "GOGC=5"}, {"GOMAXPROCS=8", "GOGC=off"}} {
		cmd := exec.Command(self, "-test.run", "^"+t.Name()+"$")
		cmd.Env = append(append(os.Environ(), asked+"=1"), env...)
		out, err := cmd.Output()
		require.NoError(t, err, "%s", out)
		assert.Contains(t, string(out), b.String(), env)
	}
}

// What depends on something outside the seed is found, and where.
func TestExploreFindsWhatIsNotTheSeeds(t *testing.T) {
	r := explored(10, func(s *sim.Sim) {
		for k := range map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true} {
			spawn(s, fmt.Sprint("p", k))
		}
	}, t.Name(), sim.Repeat(10))
	require.Contains(t, r.fatal, "gave two traces")
	assert.Regexp(t, `first:  .* /p\d#\d Init\nsecond: .* /p\d#\d Init`, r.fatal)
	r = explored(50, func(s *sim.Sim) { s.Note("%d", rand.Uint64()) }, t.Name())
	require.Contains(t, r.fatal, "sim: seed 50 gave two traces", "values count, too")
}
