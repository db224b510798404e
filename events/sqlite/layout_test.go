// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
)

// layout1 unpacks the file that the first layout's release wrote.
func layout1(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.db")
	for _, name := range []string{"", ".head"} {
		f, err := os.Open(filepath.Join("testdata", "layout1.db"+name+".gz"))
		require.NoError(t, err)
		z, err := gzip.NewReader(f)
		require.NoError(t, err)
		b, err := io.ReadAll(z)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.NoError(t, os.WriteFile(path+name, b, 0o600))
	}
	return path
}

// layout1Event is the n-th event in that file.
func layout1Event(n uint64) events.Event {
	id := func(n uint64) (i events.ID) {
		i[0] = 1
		binary.BigEndian.PutUint64(i[8:], n)
		return i
	}
	e := events.Event{
		New:    events.New{ID: id(n), Type: fmt.Sprintf("type.%d", n%3), Schema: 1, Data: []byte(fmt.Sprintf(`{"n":%d}`, n))},
		Stream: events.Stream(fmt.Sprintf("s/%d", n%4)), Version: events.Version((n + 3) / 4), Position: events.Position(n),
		At: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC).Add(time.Duration(n) * time.Second),
	}
	if n%4 == 0 {
		e.Version = events.Version(n / 4)
	}
	if n%2 == 0 {
		e.Agent, e.Schema = fmt.Sprintf("agent/%d", n%4), 2
	}
	if n%5 == 0 {
		e.Correlation, e.Causation = id(1000+n%10), id(n-1)
	}
	if n%7 == 0 {
		e.Metadata = map[string]string{"n": fmt.Sprint(n), "k": "v"}
	}
	return e
}

func readAll(t *testing.T, s *Store) (out []events.Event) {
	t.Helper()
	for e, err := range s.ReadAll(t.Context(), 0) {
		require.NoError(t, err)
		out = append(out, e)
	}
	return out
}

func TestFileOfTheFirstLayoutIsReadAndUpgraded(t *testing.T) {
	path := layout1(t)
	var want []events.Event
	for n := uint64(1); n <= 40; n++ {
		want = append(want, layout1Event(n))
	}
	check := func(s *Store) {
		t.Helper()
		assert.Equal(t, want, readAll(t, s))
		p, err := s.Query(t.Context(), events.Query{Agent: "agent/2", Stream: "s/2", Complete: true, From: 5, Until: want[30].At})
		require.NoError(t, err)
		require.NotEmpty(t, p.Events)
		assert.Equal(t, want[5], p.Events[0])
		sn, ok, err := s.Snapshot(t.Context(), "s/1")
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, "state", string(sn.State))
		infos, err := s.Streams(t.Context(), "", 10)
		require.NoError(t, err)
		assert.Len(t, infos, 4)
		_, err = s.Bookmarks(t.Context())
		assert.NoError(t, err)
		for range s.Originals(t.Context(), 0) {
			t.Error("an original")
		}
	}
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	s, err := Open(path, Options{ReadOnly: true})
	require.NoError(t, err)
	check(s)
	require.NoError(t, s.Close())
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(before, after), "looking at a file does not change it")

	for range 2 { // the second time there is nothing to upgrade
		s, err = Open(path, Options{})
		require.NoError(t, err)
		check(s)
		infos, err := s.Streams(t.Context(), "", 1)
		require.NoError(t, err)
		var size int
		for _, e := range want {
			if e.Stream == infos[0].Stream && e.Metadata == nil {
				size += e.Size()
			}
		}
		assert.GreaterOrEqual(t, infos[0].Bytes, int64(size))
		require.NoError(t, s.Close())
	}
	s, err = Open(path, Options{})
	require.NoError(t, err)
	out, err := s.AppendGroup(t.Context(), []events.Append{{Stream: "s/1", Events: []events.New{
		want[0].New, // repeats what the former release appended
	}}, {Stream: "new", Events: []events.New{{ID: events.ID{9}, Type: "t", Agent: "a", Context: events.AgentContext{Kind: "k"}}}}})
	require.NoError(t, err)
	assert.True(t, out[0].Repeated)
	require.NoError(t, out[1].Err)
	all := readAll(t, s)
	assert.Equal(t, "k", all[40].Context.Kind)
	require.NoError(t, s.Close())
}

// Holds: EVT-2
func TestReaderOfTheFirstLayoutReadsAFileOfThisOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	s, err := Open(path, Options{})
	require.NoError(t, err)
	for n := range 20 {
		e := events.New{ID: events.ID{byte(n + 1)}, Type: "t", Data: []byte("data")}
		if n%3 == 0 {
			e.Agent, e.Context = "agent", events.AgentContext{Node: "n"}
		}
		if n%4 == 0 {
			e.Metadata, e.Correlation = map[string]string{"k": "v"}, events.ID{7}
		}
		_, err := s.AppendGroup(t.Context(), []events.Append{{Stream: "s", Events: []events.New{e}}})
		require.NoError(t, err)
	}
	want := readAll(t, s)
	require.NoError(t, s.Close())

	// What the first release asked for, word for word, and the checks it made.
	const columns = `SELECT e.pos, e.stream, e.ver, e.id, e.type, e.agent, e.schema_ver, e.at, e.correlation_id, e.causation_id, e.metadata, e.data, e.crc FROM events e `
	c, err := dial(dsn(path, "rw", nil), nil)
	require.NoError(t, err)
	app, err := c.integer("PRAGMA application_id")
	require.NoError(t, err)
	version, err := c.integer("PRAGMA user_version")
	require.NoError(t, err)
	assert.Equal(t, []int64{applicationID, 1}, []int64{app, version})
	d := decoder{path: path, names: c}
	var got []events.Event
	require.NoError(t, c.query(columns+"ORDER BY e.pos", nil, func(row []driver.Value) error {
		e, err := d.decode(append(row, nil, nil)) // it knew of no context, and its checksum has none
		got = append(got, e)
		return err
	}))
	for i := range want {
		want[i].Context = events.AgentContext{}
	}
	assert.Equal(t, want, got)
	// And what it wrote goes into the file as before.
	e := events.Event{New: events.New{ID: events.ID{99}, Type: "t", Schema: 1}, Stream: "s", Version: 21, Position: 21, At: want[19].At}
	crc, _ := sum(&e, nil, nil)
	require.NoError(t, c.exec("INSERT INTO events (pos, stream, ver, id, type, agent, schema_ver, at, correlation_id, causation_id, metadata, data, crc) VALUES (?, 1, ?, ?, 1, NULL, 1, ?, NULL, NULL, NULL, NULL, ?)",
		int64(21), int64(21), e.ID[:], e.At.UnixMicro(), int64(crc)))
	require.NoError(t, c.exec("UPDATE streams SET ver = ? WHERE id = ?", int64(21), int64(1)))
	require.NoError(t, c.close())
	s, err = Open(path, Options{})
	require.NoError(t, err)
	assert.Len(t, readAll(t, s), 21)
	require.NoError(t, s.Close())
}

func TestLayoutOfALaterReleaseIsUsedAsFarAsItIsKnown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	s, err := Open(path, Options{})
	require.NoError(t, err)
	require.NoError(t, s.writer.c.script("UPDATE meta SET value = 9 WHERE key = 'layout'; ALTER TABLE events ADD COLUMN later TEXT"))
	require.NoError(t, s.Close())
	s, err = Open(path, Options{})
	require.NoError(t, err)
	_, err = s.AppendGroup(context.Background(), []events.Append{{Stream: "s", Events: []events.New{{ID: events.ID{1}, Type: "t"}}}})
	require.NoError(t, err)
	layout, err := layoutOf(s.writer.c)
	require.NoError(t, err)
	assert.Equal(t, int64(9), layout)
	require.NoError(t, s.Close())
}

// Holds: EVT-6
func TestEveryQueryWalksTheIndexItNames(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "events.db"), Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for _, c := range []struct {
		q    events.Query
		want string
	}{
		{events.Query{Correlation: events.ID{1}, Agent: "a"}, "INDEX events_by_correlation (correlation_id=? AND rowid>? AND rowid<?)"},
		{events.Query{Stream: "s", Types: []string{"t", "u"}}, "INDEX events_by_stream (stream=? AND ver>? AND ver<?)"},
		{events.Query{Agent: "a", Types: []string{"t", "u"}}, "INDEX events_by_agent (agent=? AND rowid>? AND rowid<?)"},
		{events.Query{Types: []string{"t"}, Causation: events.ID{2}}, "INDEX events_by_type (type=? AND rowid>? AND rowid<?)"},
		{events.Query{Types: []string{"t", "u"}}, "INDEX events_by_type (type=? AND rowid>? AND rowid<?)"},
		{events.Query{}, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
	} {
		for _, c.q.Descending = range []bool{false, true} {
			x, err := c.q.Explain()
			require.NoError(t, err)
			w := walker{q: c.q, x: x, tables: s.tables, stream: 1, agent: 1}
			if c.q.Stream == "" {
				w.stream = 0
			}
			if c.q.Agent == "" {
				w.agent = 0
			}
			for i := range c.q.Types {
				w.types = append(w.types, int64(i+1))
			}
			statement, args := w.statement(1, 9, 5)
			var plan string
			require.NoError(t, s.read.lend(t.Context(), func(c *conn) error {
				return c.query("EXPLAIN QUERY PLAN "+statement, args, func(row []driver.Value) error {
					plan += fmt.Sprintln(row[3])
					return nil
				})
			}))
			assert.Contains(t, plan, c.want)
			assert.NotContains(t, plan, "TEMP B-TREE", "an index gives its rows in the order that is asked for: %+v", c.q)
			assert.NotContains(t, plan, "SCAN", "%+v", c.q)
		}
	}
}
