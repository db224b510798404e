// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

// files are those that belong to a store.
var files = []string{"events.db", "events.db-wal", "events.db.head"}

// copyStore copies the files of a store as they are. Of an open store between two writes that is exactly what kill -9 would leave.
func copyStore(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range files {
		b, err := os.ReadFile(filepath.Join(from, name))
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(to, name), b, 0o600))
	}
	return to
}

// damageStores makes the two stores that the matrix damages, each of n chunks: one as kill -9 leaves it, with everything in the log, and one that was closed.
func damageStores(t *testing.T, n int) (killed, closed string) {
	dir := t.TempDir()
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	require.NoError(t, err)
	for i := range n {
		require.NoError(t, put(store, i, 100))
	}
	killed = copyStore(t, dir)
	require.NoError(t, store.Close())
	return killed, dir
}

// edit changes the bytes of a file.
func edit(t *testing.T, dir, name string, change func([]byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, change(b), 0o600))
}

func remove(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
	}
}

// flip changes one bit in the first place where the bytes occur.
func flip(t *testing.T, find []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		i := bytes.Index(b, find)
		require.GreaterOrEqual(t, i, 0, "the bytes to damage are not in the file")
		b[i] ^= 1
		return b
	}
}

// sqlEdit changes the closed file with statements, as a person with a tool would.
func sqlEdit(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "events.db"))
	require.NoError(t, err)
	for _, s := range statements {
		_, err := db.Exec(s)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
}

func TestDamageIsNamedAndNeverFewerEventsWithoutAnError(t *testing.T) {
	const n = 200
	killed, closed := damageStores(t, n)
	_, otherStore := damageStores(t, n)
	older := func() string { d, _ := damageStores(t, 120); return d }()
	lost := func(have, want events.Position) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			var e *sqlite.LostTailError
			require.ErrorAs(t, err, &e)
			assert.ErrorIs(t, err, sqlite.ErrLostTail)
			assert.Equal(t, []events.Position{have, want}, []events.Position{e.Have, e.Want})
			assert.Equal(t, "events.db", filepath.Base(e.Path))
		}
	}
	lostSome := func(t *testing.T, err error) {
		var e *sqlite.LostTailError
		require.ErrorAs(t, err, &e)
		assert.Less(t, e.Have, events.Position(n))
		assert.Positive(t, e.Have)
		assert.Equal(t, events.Position(n), e.Want)
	}
	corrupt := func(pos events.Position, stream events.Stream) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			var e *events.CorruptError
			require.ErrorAs(t, err, &e)
			assert.ErrorIs(t, err, events.ErrCorrupt)
			assert.Equal(t, pos, e.Position)
			assert.Equal(t, stream, e.Stream)
			assert.Equal(t, "events.db", filepath.Base(e.Path))
			assert.NotRegexp(t, `\n|\*\*\*`, e.Error(), "a message is one line, without what the engine writes around its own")
		}
	}
	fine := func(t *testing.T, err error) { require.NoError(t, err) }
	cases := []struct {
		name   string
		base   string
		damage func(t *testing.T, dir string)
		check  func(*testing.T, error)
	}{
		{"nothing, killed", killed, func(*testing.T, string) {}, fine},
		{"nothing, closed", closed, func(*testing.T, string) {}, fine},
		{"a bit in the middle of the log", killed, func(t *testing.T, d string) {
			edit(t, d, "events.db-wal", func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}, lostSome},
		{"log cut in half", killed, func(t *testing.T, d string) {
			edit(t, d, "events.db-wal", func(b []byte) []byte { return b[:len(b)/2] })
		}, lostSome},
		{"last page of the log cut", killed, func(t *testing.T, d string) {
			edit(t, d, "events.db-wal", func(b []byte) []byte { return b[:len(b)-1] })
		}, lost(n-1, n)},
		{"log deleted", killed, func(t *testing.T, d string) { remove(t, d, "events.db-wal") }, lost(0, n)},
		{"log emptied", killed, func(t *testing.T, d string) {
			edit(t, d, "events.db-wal", func([]byte) []byte { return nil })
		}, lost(0, n)},
		{"file and log deleted", killed, func(t *testing.T, d string) { remove(t, d, "events.db", "events.db-wal") }, lost(0, n)},
		{"closed file deleted", closed, func(t *testing.T, d string) { remove(t, d, "events.db") }, lost(0, n)},
		{"file emptied", closed, func(t *testing.T, d string) {
			edit(t, d, "events.db", func([]byte) []byte { return nil })
		}, lost(0, n)},
		{"payload flipped", closed, func(t *testing.T, d string) { edit(t, d, "events.db", flip(t, chunk(99, 100).Data)) }, corrupt(100, "s")},
		{"name of a type changed", closed, func(t *testing.T, d string) { edit(t, d, "events.db", flip(t, []byte("chunk"))) }, corrupt(1, "s")},
		{"name of a type gone", closed, func(t *testing.T, d string) { sqlEdit(t, d, "DELETE FROM types") }, corrupt(1, "s")},
		{"row given another type of value", closed, func(t *testing.T, d string) {
			sqlEdit(t, d, "UPDATE events SET data = 'text' WHERE pos = 7")
		}, corrupt(7, "s")},
		{"page smashed", closed, func(t *testing.T, d string) {
			edit(t, d, "events.db", func(b []byte) []byte {
				page := bytes.Index(b, chunk(50, 100).Data) / 4096 * 4096
				copy(b[page:], bytes.Repeat([]byte{0xa5}, 64))
				return b
			})
		}, corrupt(0, "")},
		{"header smashed", closed, func(t *testing.T, d string) {
			edit(t, d, "events.db", func(b []byte) []byte { copy(b, "no database at all"); return b })
		}, corrupt(0, "")},
		{"file cut", closed, func(t *testing.T, d string) {
			edit(t, d, "events.db", func(b []byte) []byte { return b[:len(b)/2/4096*4096] })
		}, corrupt(0, "")},
		{"last row deleted", closed, func(t *testing.T, d string) {
			sqlEdit(t, d, "DELETE FROM events WHERE pos = 200")
		}, lost(n-1, n)},
		{"row deleted in the middle", closed, func(t *testing.T, d string) {
			sqlEdit(t, d, "DELETE FROM events WHERE pos = 77")
		}, lost(n, n)},
		{"stream's name gone", closed, func(t *testing.T, d string) { sqlEdit(t, d, "DELETE FROM streams") }, corrupt(1, "")},
		{"identity gone", closed, func(t *testing.T, d string) { sqlEdit(t, d, "DELETE FROM meta") }, corrupt(0, "")},
		{"witness deleted", closed, func(t *testing.T, d string) { remove(t, d, "events.db.head") }, lost(n, 0)},
		{"witness smashed", closed, func(t *testing.T, d string) {
			edit(t, d, "events.db.head", func(b []byte) []byte { return make([]byte, len(b)) })
		}, lost(n, 0)},
		{"witness cut", closed, func(t *testing.T, d string) {
			edit(t, d, "events.db.head", func(b []byte) []byte { return b[:40] })
		}, lost(n, 0)},
		{"older slot of the witness smashed", closed, func(t *testing.T, d string) { smashSlot(t, d, false) }, fine},
		{"newer slot of the witness smashed", closed, func(t *testing.T, d string) { smashSlot(t, d, true) }, fine},
		{"witness of another store", closed, func(t *testing.T, d string) {
			b, err := os.ReadFile(filepath.Join(otherStore, "events.db.head"))
			require.NoError(t, err)
			edit(t, d, "events.db.head", func([]byte) []byte { return b })
		}, lost(n, n)},
		{"file of another store", closed, func(t *testing.T, d string) {
			b, err := os.ReadFile(filepath.Join(older, "events.db-wal"))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(d, "events.db-wal"), b, 0o600))
			b, err = os.ReadFile(filepath.Join(older, "events.db"))
			require.NoError(t, err)
			edit(t, d, "events.db", func([]byte) []byte { return b })
		}, lost(120, n)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := copyStore(t, c.base)
			c.damage(t, dir)
			store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{Logger: quiet})
			c.check(t, err)
			if err != nil {
				return
			}
			got, err := count(store, 100)
			assert.NoError(t, err)
			assert.Equal(t, n, got)
			assert.NoError(t, put(store, n, 100))
			assert.NoError(t, store.Close())
		})
	}
}

// smashSlot destroys the newer or the older slot of a witness.
func smashSlot(t *testing.T, dir string, newer bool) {
	edit(t, dir, "events.db.head", func(b []byte) []byte {
		// Slots alternate; the sequence number is at offset 28 of each.
		first, second := b[28:36], b[4096+28:4096+36]
		at := 0
		if (bytes.Compare(second, first) > 0) == newer {
			at = 4096
		}
		b[at+50] ^= 0xff
		return b
	})
}

func TestDamageOutsideTheCheckedTailShowsWhenItIsRead(t *testing.T) {
	const n = 1500
	dir := t.TempDir()
	path := filepath.Join(dir, "events.db")
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	var ev []events.New
	for i := range n {
		ev = append(ev, chunk(i, 100))
	}
	_, err = store.AppendGroup(t.Context(), []events.Append{{Stream: "s", Events: ev}})
	require.NoError(t, err)
	require.NoError(t, store.Close())
	edit(t, dir, "events.db", flip(t, chunk(99, 100).Data))
	store, err = sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	got, err := count(store, 100)
	assert.Equal(t, 99, got, "what lies before the damage is delivered")
	var e *events.CorruptError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, events.Position(100), e.Position)
	assert.Equal(t, events.Stream("s"), e.Stream)
	var last events.Version
	for ev, err := range store.Read(t.Context(), "s", 101) {
		require.NoError(t, err, "what lies behind can still be read on purpose")
		last = ev.Version
	}
	assert.Equal(t, events.Version(n), last)
}

func TestADamagedIndexDoesNotHideEvents(t *testing.T) {
	for name, c := range map[string]struct {
		where string
		left  int
	}{"in the middle": {"pos = 5", 4}, "at the end": {"pos > 15", 15}, "all": {"pos > 0", 0}} {
		t.Run(name, func(t *testing.T) {
			_, dir := damageStores(t, 20)
			// What lost entries of the index look like to a read: the rows are gone from the stream, the order of the log is not touched.
			sqlEdit(t, dir, "UPDATE events SET stream = 99 WHERE "+c.where)
			store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{ReadOnly: true})
			require.NoError(t, err)
			defer func() { require.NoError(t, store.Close()) }()
			got, err := readStream(t, store)
			assert.Equal(t, c.left, got)
			assert.ErrorIs(t, err, events.ErrCorrupt)
		})
	}
}

func readStream(t *testing.T, store events.Store) (n int, err error) {
	for _, err := range store.Read(t.Context(), "s", 0) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Random single bits of all files: whatever they hit, either everything is there or somebody says so.
func TestAnyFlippedBitIsHarmlessOrReported(t *testing.T) {
	const n = 60
	killed, closed := damageStores(t, n)
	seed := uint64(os.Getpid())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 3))
	harmless, reported := 0, 0
	for range 150 {
		base := []string{killed, closed}[rnd.IntN(2)]
		dir := copyStore(t, base)
		name := files[rnd.IntN(len(files))]
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			name = "events.db"
		}
		var bit int
		edit(t, dir, name, func(b []byte) []byte {
			bit = rnd.IntN(8 * len(b))
			b[bit/8] ^= 1 << (bit % 8)
			return b
		})
		if err := openAndRead(dir, n); err == nil {
			harmless++
		} else if what := fmt.Sprintf("bit %d of %s: %v", bit, name, err); assert.False(t, bytes.Contains([]byte(what), []byte("SILENT")), what) {
			reported++
		}
		require.NoError(t, os.RemoveAll(dir))
	}
	assert.Positive(t, harmless)
	assert.Positive(t, reported)
}

// openAndRead gives an error that starts with SILENT if events are missing or changed and nothing said so.
func openAndRead(dir string, n int) error {
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{Logger: quiet})
	if err != nil {
		return err
	}
	defer store.Close()
	got, err := count(store, 100)
	if err != nil {
		return err
	}
	if got != n {
		return fmt.Errorf("SILENT: %d of %d events in the log", got, n)
	}
	got = 0
	for e, err := range store.Read(context.Background(), "s", 0) {
		if err != nil {
			return err
		}
		if !e.Same(chunk(got, 100)) {
			return fmt.Errorf("SILENT: event %d of the stream has other content", got)
		}
		got++
	}
	if got != n {
		return fmt.Errorf("SILENT: %d of %d events in the stream", got, n)
	}
	return nil
}

func TestWhatIsLeftCanBeReadAndAnOperatorCanGoOnWithoutTheRest(t *testing.T) {
	killed, _ := damageStores(t, 200)
	edit(t, killed, "events.db-wal", func(b []byte) []byte { return b[:len(b)/2] })
	path := filepath.Join(killed, "events.db")
	_, err := sqlite.Open(path, sqlite.Options{})
	var lost *sqlite.LostTailError
	require.ErrorAs(t, err, &lost)

	store, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
	require.NoError(t, err)
	n, err := count(store, 100)
	require.NoError(t, err)
	assert.Equal(t, int(lost.Have), n)
	assert.ErrorIs(t, put(store, n, 100), events.ErrReadOnly)
	assert.ErrorIs(t, store.PutSnapshot(t.Context(), events.Snap{Stream: "s", Version: 1}), events.ErrReadOnly)
	require.NoError(t, store.Close())
	_, err = sqlite.Open(path, sqlite.Options{})
	require.ErrorIs(t, err, sqlite.ErrLostTail, "looking changes nothing")

	store, err = sqlite.Open(path, sqlite.Options{AcceptLoss: true})
	require.NoError(t, err)
	out, err := store.AppendGroup(t.Context(), []events.Append{{Stream: "s", Expect: events.Exact(events.Version(lost.Have)), Events: []events.New{chunk(1000, 10)}}})
	require.NoError(t, err)
	require.NoError(t, out[0].Err)
	assert.Equal(t, lost.Want+2, out[0].First, "positions that were acknowledged are never given again")
	require.NoError(t, store.Close())

	store, err = sqlite.Open(path, sqlite.Options{AcceptLoss: true})
	require.NoError(t, err, "accepting without a loss changes nothing")
	defer func() { require.NoError(t, store.Close()) }()
	var records []events.Event
	for e, err := range store.Read(t.Context(), sqlite.LossStream, 0) {
		require.NoError(t, err)
		records = append(records, e)
	}
	require.Len(t, records, 1)
	assert.Equal(t, sqlite.LossType, records[0].Type)
	assert.Equal(t, lost.Want+1, records[0].Position)
	assert.JSONEq(t, fmt.Sprintf(`{"have":%d,"want":200,"epoch":2,"reason":%q}`, lost.Have, lost.Reason), string(records[0].Data))
}

func TestALostWholeFileCanBeAcceptedToo(t *testing.T) {
	_, dir := damageStores(t, 5)
	remove(t, dir, "events.db")
	path := filepath.Join(dir, "events.db")
	_, err := sqlite.Open(path, sqlite.Options{ReadOnly: true})
	assert.ErrorIs(t, err, os.ErrNotExist)
	store, err := sqlite.Open(path, sqlite.Options{AcceptLoss: true})
	require.NoError(t, err)
	head, err := store.Head(t.Context())
	require.NoError(t, err)
	assert.Equal(t, events.Position(6), head)
	require.NoError(t, store.Close())
}

func TestAFileOfANewerReleaseOrAnotherProgramIsLeftAlone(t *testing.T) {
	_, dir := damageStores(t, 3)
	path := filepath.Join(dir, "events.db")
	check := func(sentinel error) error {
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = sqlite.Open(path, sqlite.Options{})
		require.ErrorIs(t, err, sentinel)
		after, e := os.ReadFile(path)
		require.NoError(t, e)
		assert.True(t, bytes.Equal(before, after), "nothing is changed")
		return err
	}
	sqlEdit(t, dir, "PRAGMA user_version = 99")
	var newer *sqlite.NewerError
	require.ErrorAs(t, check(sqlite.ErrNewerStore), &newer)
	assert.Equal(t, &sqlite.NewerError{Path: path, Have: 99, Known: 1}, newer)
	assert.ErrorContains(t, newer, "newer release")

	sqlEdit(t, dir, "PRAGMA user_version = 1", "PRAGMA application_id = 7")
	assert.ErrorContains(t, check(sqlite.ErrForeign), "another program")
	remove(t, dir, "events.db")
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.Exec("CREATE TABLE diary (day TEXT)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_ = check(sqlite.ErrForeign)
	require.NoError(t, os.WriteFile(path, []byte("this is a text file, and not a short one either"), 0o600))
	_ = check(events.ErrCorrupt)
}

func TestADamagedSnapshotGivesWayToTheOlderOneWithAWarning(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "events.db")
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	for i := range 3 {
		require.NoError(t, put(store, i, 10))
		require.NoError(t, store.PutSnapshot(t.Context(), events.Snap{Stream: "s", Version: events.Version(i + 1), State: []byte{byte(i)}}))
	}
	require.NoError(t, store.Close())
	newest := func() (events.Version, bool, string) {
		var log bytes.Buffer
		store, err := sqlite.Open(path, sqlite.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		require.NoError(t, err)
		sn, ok, err := store.Snapshot(t.Context(), "s")
		require.NoError(t, err)
		require.NoError(t, store.Close())
		return sn.Version, ok, log.String()
	}
	v, ok, log := newest()
	assert.Equal(t, []any{events.Version(3), true, ""}, []any{v, ok, log})
	sqlEdit(t, dir, "UPDATE snapshots SET state = x'ff' WHERE ver = 3")
	v, ok, log = newest()
	assert.Equal(t, []any{events.Version(2), true}, []any{v, ok})
	assert.Contains(t, log, "snapshot ignored")
	assert.Contains(t, log, "version=3")
	sqlEdit(t, dir, "UPDATE snapshots SET ver = 9 WHERE ver = 2")
	_, ok, log = newest()
	assert.False(t, ok, "only the last two are kept")
	assert.Contains(t, log, "version=9")
}
