// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

// roundsEnv sets the number of kills; the default keeps the ordinary run short.
const roundsEnv = "MABEAM_KILL_ROUNDS"

const killWorkers = 6

// killAppend is the n-th append of a worker: one to three events whose content follows from their number, so that the parent can check every byte.
func killAppend(worker int, n uint64) events.Append {
	a := events.Append{Stream: events.Stream(fmt.Sprintf("worker/%d", worker))}
	size := 1 + n%3
	for i := range size {
		var id events.ID
		id[0] = byte(worker + 1)
		binary.BigEndian.PutUint64(id[8:], n<<2|i)
		data := bytes.Repeat([]byte(fmt.Sprintf("%d/%d/%d/%d ", worker, n, i, size)), 1+int(n*7%90))
		a.Events = append(a.Events, events.New{ID: id, Type: fmt.Sprintf("type.%d", n%5), Agent: "worker", Metadata: map[string]string{"n": strconv.FormatUint(n, 10)}, Data: data})
	}
	return a
}

// childAppend appends for ever and prints "worker n first last version" after each acknowledgement. Each worker begins where its stream ends.
func childAppend(args []string) error {
	flush, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	o := sqlite.Options{CheckpointPages: 100, Flush: sqlite.Flush(flush), FlushEvery: 5 * time.Millisecond} // kills are to hit checkpoints, too
	store, err := sqlite.Open(args[0], o)
	if err != nil {
		return err
	}
	sys := actors.New(actors.Options{})
	j := events.NewJournal(store, events.JournalOptions{})
	if _, err := j.Start(sys); err != nil {
		return err
	}
	failed := make(chan error)
	var out sync.Mutex
	for w := range killWorkers {
		go func() { failed <- appendForEver(j, w, &out) }() // ends with the process; childAppend waits for the first failure
	}
	return <-failed
}

func appendForEver(j *events.Journal, worker int, out *sync.Mutex) error {
	ctx := context.Background()
	var n uint64
	var version events.Version
	for e, err := range j.Read(ctx, killAppend(worker, 0).Stream, 0) {
		if err != nil {
			return err
		}
		n, version = binary.BigEndian.Uint64(e.ID[8:])>>2+1, e.Version
	}
	for ; ; n++ {
		a := killAppend(worker, n)
		where, err := j.Append(ctx, a.Stream, events.Exact(version), a.Events...)
		if err != nil {
			return err
		}
		version = where.Version
		out.Lock()
		fmt.Printf("%d %d %d %d %d\n", worker, n, where.First, where.Last, where.Version)
		out.Unlock()
		if n%50 == 49 {
			if err := j.PutSnapshot(ctx, events.Snap{Stream: a.Stream, Version: version, State: a.Events[0].Data}); err != nil {
				return err
			}
		}
	}
}

// acknowledged is one line of the child.
type acknowledged struct {
	worker      int
	n           uint64
	first, last events.Position
	version     events.Version
}

// killRound runs the child, kills it at a random moment and gives what it had acknowledged.
func killRound(t *testing.T, path string, flush sqlite.Flush, rnd *rand.Rand) []acknowledged {
	cmd := child(t, nil, "append", path, strconv.Itoa(int(flush)))
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var acks []acknowledged
	lines := bufio.NewScanner(pipe)
	after := rnd.IntN(800)
	kill := func() { _ = cmd.Process.Kill() } // it may be gone already, which the exit status shows
	for n := 0; lines.Scan(); n++ {
		if n == after {
			time.AfterFunc(time.Duration(rnd.IntN(3000))*time.Microsecond, kill)
		}
		var a acknowledged
		if _, err := fmt.Sscanf(lines.Text(), "%d %d %d %d %d", &a.worker, &a.n, &a.first, &a.last, &a.version); err != nil {
			break // the last line may be half a line
		}
		acks = append(acks, a)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, "signal: killed", exit.Error(), "the child must live until it is killed")
	return acks
}

// Every acknowledged append is there once, whole, where it was said to be; an append that was not acknowledged is there wholly or not at all.
func TestKilledWriterLosesNothingItHasAcknowledged(t *testing.T) {
	rounds := 12
	if raceEnabled { // a life is many times slower then, and the race detector sees nothing of what a kill does to a file
		rounds = 4
	}
	if s := os.Getenv(roundsEnv); s != "" {
		var err error
		rounds, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	seed := uint64(os.Getpid())
	t.Logf("seed %d, %d rounds", seed, rounds)
	rnd := rand.New(rand.NewPCG(seed, 1))
	path := filepath.Join(t.TempDir(), "events.db")
	promised := map[[2]uint64]acknowledged{}
	for round := range rounds {
		flush := sqlite.FlushAlways
		if round%3 == 2 { // every policy survives kill -9, and a store may be opened with another one than before
			flush = sqlite.Flush(1 + round/3%2)
		}
		for _, a := range killRound(t, path, flush, rnd) {
			promised[[2]uint64{uint64(a.worker), a.n}] = a
		}
		checkKilled(t, path, promised)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	t.Logf("%d appends acknowledged", len(promised))
	require.Greater(t, len(promised), rounds)
}

func checkKilled(t *testing.T, path string, promised map[[2]uint64]acknowledged) {
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	seen := map[events.ID]bool{}
	var last events.Position
	for e, err := range store.ReadAll(t.Context(), 0) {
		require.NoError(t, err)
		if e.Position <= last || seen[e.ID] {
			t.Fatalf("position %d after %d, id %s seen before: %t", e.Position, last, e.ID, seen[e.ID])
		}
		last = e.Position
		seen[e.ID] = true
	}
	found := 0
	for w := range killWorkers {
		var next events.Version = 1
		stream := killAppend(w, 0).Stream
		var got []events.Event
		for e, err := range store.Read(t.Context(), stream, 0) {
			require.NoError(t, err)
			got = append(got, e)
		}
		for n := uint64(0); len(got) > 0; n++ {
			want := killAppend(w, n)
			size := len(want.Events)
			require.GreaterOrEqual(t, len(got), size, "an append is there wholly or not at all")
			for i := range want.Events {
				if !got[i].Same(want.Events[i]) || got[i].Version != next {
					t.Fatalf("%s, append %d: got %+v", stream, n, got[i])
				}
				next++
			}
			if a, ok := promised[[2]uint64{uint64(w), n}]; ok {
				found++
				if a.first != got[0].Position || a.last != got[size-1].Position || a.version != next-1 {
					t.Fatalf("acknowledged %+v, found from %d to %d, version %d", a, got[0].Position, got[size-1].Position, next-1)
				}
			}
			got = got[size:]
		}
		sn, ok, err := store.Snapshot(t.Context(), stream)
		require.NoError(t, err)
		if ok {
			assert.Less(t, sn.Version, next)
		}
	}
	assert.Equal(t, len(promised), found, "acknowledged appends found")
}
