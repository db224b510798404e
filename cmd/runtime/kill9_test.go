// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// killsEnv is the number of rounds; the default keeps the ordinary run short. seedEnv repeats a run.
const (
	killsEnv = "MABEAM_TEST_KILLS"
	seedEnv  = "MABEAM_TEST_SEED"
)

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, name)
	return n
}

// In each round the main job is killed with -9 at moments it does not expect, and started again in the same folder until it ends.
func TestKill9EndsEveryPackageInExactlyOneLine(t *testing.T) {
	rounds := number(t, killsEnv, 3)
	seed := number(t, seedEnv, uint64(time.Now().UnixNano()))
	t.Logf("%s=%d %s=%d", seedEnv, seed, killsEnv, rounds)
	random := rand.New(rand.NewPCG(seed, 9))
	length := undisturbed(t)
	hits, starts := 0, 0
	for round := range rounds {
		hit, started := 0, 0
		for try := 0; hit == 0; try++ { // a job that ended before its kill shows nothing
			require.Less(t, try, 10, "the kills come too late")
			hit, started = killedRound(t, random, length)
			hits, starts = hits+hit, starts+started
		}
		t.Logf("round %d: %d kills in %d starts", round+1, hit, started)
	}
	t.Logf("%d of %d starts were killed; every package has its one outcome", hits, starts)
}

// undisturbed returns how long a run takes that nobody kills.
func undisturbed(t *testing.T) time.Duration {
	t.Helper()
	r := newRig(t)
	r.source(60)
	begin := time.Now()
	p := r.start("run", "--progress", "none")
	require.Zero(t, p.wait(), p.told())
	length := time.Since(begin)
	r.complete()
	return length
}

// killedRound runs one job to its end and returns how many kills hit it and how often it was started. At most four kills come, each at a
// moment within the length of a whole run; then the job may end.
func killedRound(t *testing.T, random *rand.Rand, length time.Duration) (hits, starts int) {
	t.Helper()
	r := newRig(t)
	r.source(60)
	for {
		p := r.start("run", "--progress", "none")
		if starts++; starts <= 4 {
			after := time.Duration(random.Int64N(int64(length)))
			timer := time.AfterFunc(after, func() { _ = p.cmd.Process.Kill() }) // it may be gone already, which its status shows
			defer timer.Stop()
		}
		code := p.wait()
		r.programsEnd()
		if code == -1 {
			hits++
			r.outcomes() // none is there twice
			continue
		}
		require.Zero(t, code, p.told())
		r.complete()
		return hits, starts
	}
}
