// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/registry/migrate"
	"mabeam.dev/agents/registry/migrate/plan"
)

func TestJournalsTakeOneRecordAfterTheOther(t *testing.T) {
	for _, j := range []migrate.Journal{new(migrate.Memory), migrate.NewFile(filepath.Join(t.TempDir(), "journal"))} {
		ctx := t.Context()
		r, err := j.Load(ctx)
		require.NoError(t, err)
		assert.Zero(t, r)
		first := migrate.Record{Seq: 1, Old: "a", New: "b", Phase: plan.Reads, Doing: plan.SwitchWrites}
		require.NoError(t, j.Save(ctx, first))
		require.ErrorIs(t, j.Save(ctx, first), migrate.ErrConflict, "another has been quicker")
		require.ErrorIs(t, j.Save(ctx, migrate.Record{Seq: 3}), migrate.ErrConflict)
		r, err = j.Load(ctx)
		require.NoError(t, err)
		assert.Equal(t, first, r)
	}
}

func TestDamagedJournalIsAnErrorThatNamesItAndIsLeftAlone(t *testing.T) {
	for _, text := range []string{"", "{}", `{"seq":1,"phase":"flying"}`, `{"seq":1,"more":2}`, "\x00\x00"} {
		path := filepath.Join(t.TempDir(), "journal")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		j := migrate.NewFile(path)
		_, err := j.Load(t.Context())
		require.ErrorContains(t, err, path, "%q", text)
		require.ErrorContains(t, j.Save(t.Context(), migrate.Record{Seq: 1}), path)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
	}
}

// TestAcknowledgedRecordsSurviveKill9 has a child save records and say so, kills it in the midst of that, and looks at what there is.
func TestAcknowledgedRecordsSurviveKill9(t *testing.T) {
	path := os.Getenv("MIGRATE_JOURNAL")
	if path != "" {
		j := migrate.NewFile(path)
		for r, err := j.Load(context.Background()); err == nil; err = j.Save(context.Background(), r) {
			fmt.Println(r.Seq)
			r.Seq++
		}
		os.Exit(1)
	}
	path = filepath.Join(t.TempDir(), "journal")
	last := uint64(0)
	for round := range 5 {
		child := exec.Command(os.Args[0], "-test.run=^TestAcknowledgedRecordsSurviveKill9$")
		child.Env = append(os.Environ(), "MIGRATE_JOURNAL="+path)
		out, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(out)
		for range 7 + 3*round {
			require.True(t, lines.Scan(), "the child has ended by itself")
			_, err := fmt.Sscan(lines.Text(), &last)
			require.NoError(t, err)
		}
		require.NoError(t, child.Process.Kill())
		for lines.Scan() {
			_, err := fmt.Sscan(lines.Text(), &last)
			require.NoError(t, err)
		}
		require.Error(t, child.Wait())
		r, err := migrate.NewFile(path).Load(t.Context())
		require.NoError(t, err)
		require.Contains(t, []uint64{last, last + 1}, r.Seq)
	}
}

func FuzzRecordsAreReadBack(f *testing.F) {
	f.Add([]byte(`{"seq":4,"old":"a","new":"b","phase":"reads","doing":"rollback","at":"2026-01-02T03:04:05Z"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r, again migrate.Record
		if json.Unmarshal(text, &r) != nil {
			return
		}
		out, err := json.Marshal(r)
		if err != nil {
			return // a time that has no JSON
		}
		require.NoError(t, json.Unmarshal(out, &again))
		require.True(t, r.At.Equal(again.At))
		again.At = r.At
		require.Equal(t, r, again)
	})
}
