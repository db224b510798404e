// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/events/sqlite"
)

// keptOfDropped is how many events of a stream that retention cuts are to stay.
const keptOfDropped = 300

// counting is version 2 of its type; version 1 had no Twice.
type counting struct {
	N     uint64 `json:"n"`
	Twice uint64 `json:"twice"`
}

func countingCatalog() (*events.Catalog, events.Kind[counting]) {
	c := events.NewCatalog()
	return c, events.MustRegister[counting](c, events.Schema{Name: "kill.counted", Version: 2, Required: []string{"n", "twice"}, Upcasts: map[uint32]events.Upcast{
		1: func(data []byte) ([]byte, error) {
			var v counting
			if err := json.Unmarshal(data, &v); err != nil {
				return nil, err
			}
			v.Twice = 2 * v.N
			return json.Marshal(v)
		},
	}})
}

// upkeepFact is the n-th event of a stream as the release before wrote it. The stream's version is n + 1.
func upkeepFact(stream events.Stream, n uint64) events.New {
	var id events.ID
	copy(id[:8], stream)
	binary.BigEndian.PutUint64(id[8:], n)
	return events.New{ID: id, Type: "kill.counted", Schema: 1, Context: events.AgentContext{Incarnation: n + 1}, Data: fmt.Appendf(nil, `{"n":%d}`, n)}
}

// childUpkeep appends to streams that stay and streams that are cut, while retention, a migration, compaction and exports run without a pause. It prints "stream n position" after each acknowledgement.
func childUpkeep(args []string) error {
	store, err := sqlite.Open(args[0], sqlite.Options{CheckpointPages: 100})
	if err != nil {
		return err
	}
	sys := actors.New(actors.Options{})
	j := events.NewJournal(store, events.JournalOptions{})
	if _, err := j.Start(sys); err != nil {
		return err
	}
	ctx := context.Background()
	failed := make(chan error)
	forEver := func(what string, do func() error) { // ends with the process; childUpkeep waits for the first failure
		for {
			if err := do(); err != nil {
				failed <- fmt.Errorf("%s: %w", what, err)
			}
		}
	}
	var out sync.Mutex // guards what is printed, and acks
	acks := 0
	for _, stream := range []events.Stream{"keep/a", "keep/b", "drop/a", "drop/b"} {
		infos, err := store.Streams(ctx, "", 100)
		if err != nil {
			return err
		}
		var n uint64
		for _, i := range infos {
			if i.Stream == stream {
				n = uint64(i.Last)
			}
		}
		go forEver("append", func() error {
			var group []events.New
			for range 1 + n%40 {
				group = append(group, upkeepFact(stream, n+uint64(len(group))))
			}
			where, err := j.Append(ctx, stream, events.Any, group...)
			if err != nil {
				return err
			}
			n += uint64(len(group))
			out.Lock()
			defer out.Unlock()
			fmt.Printf("%s %d %d\n", stream, n-1, where.Last)
			if acks++; acks%25 == 0 {
				_, err = store.Compact(ctx)
			}
			return err
		})
	}
	keep := events.Retention{Classes: []events.Class{{Name: "drop", Prefixes: []string{"drop/"}, MaxEvents: keptOfDropped, Unowned: true}}}
	catalog, _ := countingCatalog()
	go forEver("retention", func() error { _, err := keep.Sweep(ctx, j, time.Now()); return err })
	go forEver("migration", func() error { _, err := catalog.Migrate(ctx, j); return err })
	go forEver("export", func() error {
		_, err := events.ExportFile(args[1], store.ReadAll(ctx, 0))
		if errors.Is(err, events.ErrCompacted) { // retention was faster
			return nil
		}
		return err
	})
	return <-failed
}

// At whatever moment the process dies, in an append, a removal, a batch of the migration, a compaction or an export: what was acknowledged is there once, or was removed as a whole from the
// front of its stream; every event is as it was appended or as the migration makes it, with its original in the archive; an export is whole or not there.
func TestKillDuringRetentionMigrationCompactionAndExport(t *testing.T) {
	rounds := 5
	if s := os.Getenv(roundsEnv); s != "" {
		var err error
		rounds, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	seed := uint64(os.Getpid())
	t.Logf("seed %d, %d rounds", seed, rounds)
	rnd := rand.New(rand.NewPCG(seed, 2))
	dir := t.TempDir()
	path, export := filepath.Join(dir, "events.db"), filepath.Join(dir, "export.jsonl")
	promised := map[events.Stream]uint64{}    // the last acknowledged event of each stream
	places := map[events.ID]events.Position{} // where they were said to be
	for round := range rounds {
		upkeepRound(t, path, export, rnd, promised, places)
		checkUpkeep(t, path, export, promised, places)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
}

func upkeepRound(t *testing.T, path, export string, rnd *rand.Rand, promised map[events.Stream]uint64, places map[events.ID]events.Position) {
	cmd := child(t, nil, "upkeep", path, export)
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(pipe)
	after := 20 + rnd.IntN(100)
	for n := 0; lines.Scan(); n++ {
		if n == after {
			time.AfterFunc(time.Duration(rnd.IntN(5000))*time.Microsecond, func() { _ = cmd.Process.Kill() }) // it may be gone already, which the exit status shows
		}
		f := strings.Fields(lines.Text())
		if len(f) != 3 {
			break // the last line may be half a line
		}
		last, err := strconv.ParseUint(f[1], 10, 64)
		require.NoError(t, err)
		pos, err := strconv.ParseUint(f[2], 10, 64)
		if err != nil || last < promised[events.Stream(f[0])] {
			break
		}
		stream := events.Stream(f[0])
		promised[stream] = last
		places[upkeepFact(stream, last).ID] = events.Position(pos)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, "signal: killed", exit.Error(), "the child must live until it is killed")
}

func checkUpkeep(t *testing.T, path, export string, promised map[events.Stream]uint64, places map[events.ID]events.Position) {
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	_, err = events.Verify(t.Context(), store)
	require.NoError(t, err)
	_, kind := countingCatalog()
	originals := map[events.Position]events.Event{}
	for e, err := range store.Originals(t.Context(), 0) {
		require.NoError(t, err)
		originals[e.Position] = e
	}
	infos, err := store.Streams(t.Context(), "", 100)
	require.NoError(t, err)
	kept, rewritten := map[events.Stream]events.StreamInfo{}, 0
	for _, i := range infos {
		kept[i.Stream] = i
		if strings.HasPrefix(string(i.Stream), "keep/") || i.Last <= keptOfDropped {
			require.Equal(t, events.Version(1), i.First, "nothing is removed from %q", i.Stream)
		}
		require.LessOrEqual(t, i.First, i.Last-min(i.Last, keptOfDropped)+1, "no more is removed than was to be")
		for e, err := range store.Read(t.Context(), i.Stream, 0) {
			require.NoError(t, err)
			n := uint64(e.Version) - 1
			appended := upkeepFact(i.Stream, n)
			v, err := kind.Decode(e)
			require.NoError(t, err)
			require.Equal(t, counting{N: n, Twice: 2 * n}, v)
			switch old, archived := originals[e.Position]; {
			case e.Schema == 1:
				require.True(t, e.Same(appended))
				require.False(t, archived, "an original without a successor")
			case archived:
				require.True(t, old.Same(appended), "the original is what was appended")
				rewritten++
				delete(originals, e.Position)
			default:
				require.Fail(t, "rewritten without an original")
			}
			if pos, ok := places[e.ID]; ok {
				require.Equal(t, pos, e.Position)
			}
		}
	}
	require.Empty(t, originals, "originals of events that are gone")
	for stream, last := range promised {
		require.GreaterOrEqual(t, uint64(kept[stream].Last), last+1, "acknowledged on %q", stream)
	}
	f, err := os.Open(export)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	require.NoError(t, err)
	defer f.Close()
	copied := memory.New(memory.Options{})
	got, err := events.Import(t.Context(), f, copied)
	require.NoError(t, err, "an export is whole or not there")
	t.Logf("%d events rewritten, %d exported", rewritten, got.Events)
}
