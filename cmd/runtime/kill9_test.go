// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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
	hits, starts := 0, 0
	for round := range rounds {
		r := newRig(t)
		r.source(60)
		// At most four kills a round, each within the time that a whole run takes; then the job may end.
		for kills := 0; ; kills++ {
			p := r.start("run", "--progress", "none")
			starts++
			if kills < 4 {
				after := time.Duration(random.Int64N(int64(600 * time.Millisecond)))
				timer := time.AfterFunc(after, func() { _ = p.cmd.Process.Kill() }) // it may be gone already, which its status shows
				defer timer.Stop()
			}
			code := p.wait()
			r.programsEnd()
			if code == -1 {
				hits++
				r.outcomes()
				continue
			}
			require.Zero(t, code, p.told())
			break
		}
		r.complete()
		t.Logf("round %d: %d kills have hit in %d starts", round+1, hits, starts)
	}
	assert.GreaterOrEqual(t, hits, int(rounds), "the kills come too late")
	t.Logf("%d of %d starts were killed; every package has its one outcome", hits, starts)
}
