// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/events/sqlite"
)

// bare is a node without agents and queues.
func bare(t *testing.T, file string, store events.Store) Options {
	t.Helper()
	cfg, _, err := config.Load(config.Input{Name: "node.yaml", Data: []byte("version: 1\nsurfaces: {listen: off}\n" + file)})
	require.NoError(t, err)
	return Options{Config: cfg, Epoch: "e", Logger: slog.New(slog.DiscardHandler), Store: store, NoSurfaces: true}
}

func TestRetentionOfTheConfigIsApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		store := memory.New(memory.Options{})
		n, err := Start(ctx, bare(t, "journal: {sweep: 1m, retention: [{class: notices, streams: [alerts], age: 1h, unowned: true}]}", store))
		require.NoError(t, err)
		kept := func(stream events.Stream) (count int) {
			for _, err := range store.Read(ctx, stream, 0) {
				require.NoError(t, err)
				count++
			}
			return count
		}
		for range 1200 { // the newest thousand positions of a log are never removed
			for _, stream := range []events.Stream{"alerts", "other"} {
				_, err := n.journal.Append(ctx, stream, events.Any, events.New{Type: "alert.fired", Data: []byte("{}")})
				require.NoError(t, err)
			}
		}
		time.Sleep(30 * time.Minute)
		assert.Equal(t, 1200, kept("alerts"))
		time.Sleep(time.Hour)
		assert.Less(t, kept("alerts"), 1200)
		assert.Equal(t, 1200, kept("other"))
		_, err = n.Stop(ctx)
		require.NoError(t, err)
	})
}

func TestTheJournalOfANodeRefusesWhatNobodyHasRegistered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		n, err := Start(ctx, bare(t, "", memory.New(memory.Options{})))
		require.NoError(t, err)
		_, err = n.journal.Append(ctx, "s", events.Any, events.New{Type: "invented"})
		assert.ErrorIs(t, err, events.ErrUnknownType)
		_, err = n.journal.Append(ctx, "s", events.Any, events.New{Type: "work.done", Schema: 9})
		assert.ErrorIs(t, err, events.ErrUnknownType)
		_, err = n.Stop(ctx)
		require.NoError(t, err)
	})
}

// full is a store on a full disk with a reserve.
type full struct {
	*memory.Store
	freed int
}

func (f *full) Stats() events.Stats {
	s := f.Store.Stats()
	s.Full = true
	return s
}

func (f *full) FreeReserve() (bool, error) {
	f.freed++
	return true, nil
}

func TestANodeOnAFullDiskSaysSoAndGivesItsReserveUpBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		store := &full{Store: memory.New(memory.Options{})}
		n, err := Start(ctx, bare(t, "", store))
		require.NoError(t, err)
		body, err := json.Marshal(n.Health())
		require.NoError(t, err)
		assert.Contains(t, string(body), "the disk is full: nothing is accepted until there is room")
		assert.Zero(t, store.freed)
		_, err = n.Stop(ctx)
		require.NoError(t, err)
		assert.Equal(t, 1, store.freed)
	})
}

func TestANodeRefusesToStartOnADamagedJournalAndNamesThePage(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	o := bare(t, fmt.Sprintf("node: {data: %q}\n", dir), nil)
	n, err := Start(ctx, o)
	require.NoError(t, err)
	for i := range 300 {
		_, err := n.journal.Append(ctx, "s", events.Any, events.New{Type: "alert.fired", Data: fmt.Appendf(nil, `{"rule":"mark %04d"}`, i)})
		require.NoError(t, err)
	}
	_, err = n.Stop(ctx)
	require.NoError(t, err)
	path := filepath.Join(dir, StoreFile)
	assert.FileExists(t, path+".reserve")

	b, err := os.ReadFile(path)
	require.NoError(t, err)
	at := bytes.Index(b, []byte("mark 0200"))
	require.Positive(t, at)
	b[at] ^= 1
	require.NoError(t, os.WriteFile(path, b, 0o600))
	_, err = Start(ctx, o)
	var phase *PhaseError
	require.ErrorAs(t, err, &phase)
	assert.Equal(t, "journal", string(phase.Phase))
	var damage *events.CorruptError
	require.ErrorAs(t, err, &damage)
	assert.Equal(t, uint32(at/4096+1), damage.Page)
	assert.ErrorContains(t, err, path)

	store, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
	require.NoError(t, err, "nothing is left open")
	require.NoError(t, store.Close())
}
