// SPDX-License-Identifier: Apache-2.0

//go:build unix

package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/optimize"
	"mabeam.dev/events/sqlite"
)

const optimizeSearch = `
version: 1
data: ./search
objective: {command: [sh, agent.sh], timeout: 1m}
space: [{name: x, min: -5, max: 5}, {name: n, kind: integer, min: 1, max: 9}]
search: {trials: 60, at_once: 2, method: es}
`

// The value is that of n alone, which a shell can compute.
const optimizeAgent = `
echo '{"type":"hello","protocol":1}'
while read -r line; do
	id=${line#*\"id\":\"}
	id=${id%%\"*}
	n=${line#*\"n\":}
	n=${n%%[,\}]*}
	case $line in
	*'"type":"stop"'*) exit 0 ;;
	*'"type":"task"'*) echo '{"type":"result","id":"'$id'","output":'$(((n-4)*(n-4)))'}' ;;
	esac
done
`

// A search is killed with -9 at any moment, again and again, and started again in the same folder. In the end it has all its trials, each was asked once and has
// one answer, and its journal is that of one search that was never interrupted.
func TestKill9OfASearchTellsEachTrialOnce(t *testing.T) {
	rounds := number(t, killsEnv, 4)
	seed := number(t, seedEnv, uint64(time.Now().UnixNano()))
	t.Logf("%s=%d %s=%d", seedEnv, seed, killsEnv, rounds)
	random := rand.New(rand.NewPCG(seed, 19))
	r := newRig(t)
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "search.yaml"), []byte(optimizeSearch), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "agent.sh"), []byte(optimizeAgent), 0o600))
	for range rounds {
		p := r.start("optimize", "-c", "search.yaml")
		after := 1 + random.IntN(25) // lines, that is trials
		for range after {
			if !p.line("^trial|^resumed") {
				break
			}
		}
		_ = p.cmd.Process.Kill() // it may have ended, which the next run shows
		p.wait()
	}
	p := r.start("optimize", "-q", "-c", "search.yaml", "-o", "json")
	require.Zero(t, p.wait(), p.told())
	var got struct {
		Trials, Measured, Open int
		Best                   struct{ Value float64 }
	}
	require.NoError(t, json.Unmarshal(p.stdout.Bytes(), &got))
	assert.Equal(t, 60, got.Trials)
	assert.Equal(t, 60, got.Measured)
	assert.Zero(t, got.Open)

	store, err := sqlite.Open(filepath.Join(r.dir, "search", "optimize.db"), sqlite.Options{ReadOnly: true})
	require.NoError(t, err)
	defer store.Close()
	asked, told := map[optimize.TrialID]int{}, map[optimize.TrialID]int{}
	for e, err := range store.Read(t.Context(), "optimize", 1) {
		require.NoError(t, err)
		var record optimize.Record
		require.NoError(t, json.Unmarshal(e.Data, &record))
		switch record.Step {
		case optimize.Asked:
			asked[record.Trial]++
		case optimize.Told:
			told[record.Trial]++
			assert.Equal(t, 1, asked[record.Trial], "trial %d was asked before", record.Trial)
		}
	}
	require.Len(t, told, 60)
	for id := range optimize.TrialID(60) {
		assert.Equal(t, 1, asked[id+1], "trial %d", id+1)
		assert.Equal(t, 1, told[id+1], "trial %d", id+1)
	}
}
