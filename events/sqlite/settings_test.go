// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	faults "mabeam.dev/actors/fault"
	"mabeam.dev/events"
)

func TestASettingThatDidNotTakeIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd name?&%20#.db")
	other := map[string]string{
		"busy_timeout": "1", "journal_mode": "DELETE", "synchronous": "NORMAL", "foreign_keys": "ON",
		"wal_autocheckpoint": "7", "journal_size_limit": "8", "cache_size": "-9", "temp_store": "FILE",
	}
	want := writerSettings(4000)
	for i, s := range want {
		asked := slices.Clone(want)
		asked[i].value = other[s.name]
		_, err := dial(dsn(path, "rwc", asked), want)
		assert.ErrorContains(t, err, "setting "+s.name+" is")
	}
	c, err := dial(dsn(path, "rwc", want), want)
	require.NoError(t, err)
	require.NoError(t, c.close())
}

func TestReadingConnectionsCannotWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	s, err := Open(path, Options{})
	require.NoError(t, err)
	err = s.read.lend(t.Context(), func(c *conn) error { return c.exec("DELETE FROM events") })
	assert.ErrorContains(t, err, "readonly")
	require.NoError(t, s.Close())
}

// Holds: EVT-6
func TestReadsAndLookupsUseTheirIndex(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "events.db"), Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	plan := func(query string) (out string) {
		require.NoError(t, s.read.lend(t.Context(), func(c *conn) error {
			return c.query("EXPLAIN QUERY PLAN "+query, make([]driver.Value, strings.Count(query, "?")), func(row []driver.Value) error {
				out += fmt.Sprintln(row[3])
				return nil
			})
		}))
		return out
	}
	assert.Contains(t, plan(written.events+"WHERE e.stream = ? AND e.ver >= ? AND e.ver <= ? ORDER BY e.ver LIMIT ?"), "USING INDEX events_by_stream (stream=? AND ver>? AND ver<?)")
	assert.Contains(t, plan(written.events+"WHERE e.pos >= ? AND e.pos <= ? ORDER BY e.pos LIMIT ?"), "USING INTEGER PRIMARY KEY")
	assert.Contains(t, plan(written.events+"WHERE e.id = ?"), "USING INDEX events_by_id (id=?)")
	assert.Contains(t, plan(written.events+"WHERE e.agent = ? ORDER BY e.pos"), "USING INDEX events_by_agent (agent=?)")
	assert.Contains(t, plan(written.events+"WHERE e.correlation_id = ? ORDER BY e.pos"), "USING INDEX events_by_correlation (correlation_id=?)")
	assert.Contains(t, plan(written.events+"WHERE e.type = ? ORDER BY e.pos"), "USING INDEX events_by_type (type=?)")
	for _, q := range []string{"agent = ?", "correlation_id = ?", "type = ?"} {
		assert.NotContains(t, plan(written.events+"WHERE e."+q+" ORDER BY e.pos"), "TEMP B-TREE", "an index gives its rows in the order of positions")
	}

	// Agent and correlation are optional, and (stream, ver) is unique.
	out, err := s.AppendGroup(t.Context(), []events.Append{{Stream: "s", Events: []events.New{{ID: events.ID{1}, Type: "bare"}}}})
	require.NoError(t, err)
	require.NoError(t, out[0].Err)
	err = s.writer.c.exec("INSERT INTO events (pos, stream, ver, id, type, schema_ver, at, crc) VALUES (9, 1, 1, x'09', 1, 1, 0, 0)")
	assert.Equal(t, faultTaken, classify(err))
	assert.ErrorContains(t, err, "events.stream, events.ver")
}

func TestErrorsOfTheSystemAreSortedByWhatTheyMean(t *testing.T) {
	for _, c := range []struct {
		err  error
		want fault
	}{
		{nil, faultOther},
		{errors.New("anything"), faultOther},
		{fmt.Errorf("write: %w", syscall.ENOSPC), faultFull},
		{&fs.PathError{Op: "write", Err: syscall.EDQUOT}, faultFull},
		{&fs.PathError{Op: "open", Err: syscall.EROFS}, faultReadOnly},
		{&fs.PathError{Op: "open", Err: syscall.EACCES}, faultReadOnly},
		{&fs.PathError{Op: "sync", Err: syscall.EIO}, faultIO},
	} {
		assert.Equal(t, c.want, classify(c.err), "%v", c.err)
	}
	assert.ErrorIs(t, explain("open", "x", syscall.ENOSPC), events.ErrNoSpace)
	assert.ErrorIs(t, explain("open", "x", syscall.EROFS), events.ErrReadOnly)
	assert.Equal(t, faults.CodeOf(events.ErrNoSpace), faults.CodeOf(explain("append", "x", syscall.ENOSPC)), "not that of any full disk")
	assert.Equal(t, faults.CodeOf(events.ErrReadOnly), faults.CodeOf(explain("open", "x", syscall.EACCES)))
}
