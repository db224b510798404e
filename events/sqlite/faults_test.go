// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

// quiet drops the warnings that a test provokes.
var quiet = slog.New(slog.DiscardHandler)

// chunk is the n-th event of the tests here; its data does not compress and follows from n.
func chunk(n, size int) events.New {
	var id events.ID
	binary.BigEndian.PutUint64(id[8:], uint64(n)+1)
	data := make([]byte, size)
	rnd := rand.New(rand.NewPCG(uint64(n), 7))
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	return events.New{ID: id, Type: "chunk", Data: data}
}

// put appends one chunk.
func put(store events.Store, n, size int) error {
	out, err := store.AppendGroup(context.Background(), []events.Append{{Stream: "s", Expect: events.Exact(events.Version(n)), Events: []events.New{chunk(n, size)}}})
	if err != nil {
		return err
	}
	return out[0].Err
}

// count reads the whole store and checks each chunk.
func count(store events.Store, size int) (int, error) {
	n := 0
	for e, err := range store.ReadAll(context.Background(), 0) {
		if err != nil {
			return n, err
		}
		if !e.Same(chunk(n, size)) {
			return n, fmt.Errorf("event %d has other content", n)
		}
		n++
	}
	return n, nil
}

// smallDisk mounts a file system of its own, or skips the test.
func smallDisk(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "none", dir).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: cannot mount a tmpfs here: %v: %s", err, strings.TrimSpace(string(out)))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return dir
}

func TestAFullDiskRefusesAppendsUntilThereIsSpace(t *testing.T) {
	const size = 3000
	dir := smallDisk(t, "size=4m")
	ballast := filepath.Join(dir, "ballast")
	require.NoError(t, os.WriteFile(ballast, make([]byte, 2<<20), 0o600))
	path := filepath.Join(dir, "events.db")
	store, err := sqlite.Open(path, sqlite.Options{Logger: quiet})
	require.NoError(t, err)
	stored := 0
	for err = nil; err == nil; {
		if err = put(store, stored, size); err == nil {
			stored++
		}
		require.Less(t, stored, 5000, "the disk must fill up")
	}
	require.ErrorIs(t, err, events.ErrNoSpace)
	require.NotErrorIs(t, err, events.ErrPoisoned)
	assert.True(t, store.Stats().Full)
	for range 3 {
		require.ErrorIs(t, put(store, stored, size), events.ErrNoSpace)
	}
	n, err := count(store, size)
	require.NoError(t, err, "reads go on")
	assert.Equal(t, stored, n, "nothing of the refused append is visible")
	assert.Error(t, store.PutSnapshot(t.Context(), events.Snap{Stream: "s", Version: 1, State: make([]byte, 100_000)}))

	require.NoError(t, os.Remove(ballast))
	for range 20 {
		require.NoError(t, put(store, stored, size), "appends resume without a restart")
		stored++
	}
	assert.False(t, store.Stats().Full)
	n, err = count(store, size)
	require.NoError(t, err)
	assert.Equal(t, stored, n)
	require.NoError(t, store.Close())

	store, err = sqlite.Open(path, sqlite.Options{Logger: quiet})
	require.NoError(t, err)
	n, err = count(store, size)
	require.NoError(t, err)
	assert.Equal(t, stored, n)
	require.NoError(t, store.Close())
}

func TestAStoreOnAFullDiskOpensOrSaysThatThereIsNoSpace(t *testing.T) {
	dir := smallDisk(t, "size=4m")
	path := filepath.Join(dir, "events.db")
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, put(store, 0, 100))
	require.NoError(t, store.Close())
	ballast := filepath.Join(dir, "ballast")
	assert.ErrorIs(t, os.WriteFile(ballast, make([]byte, 8<<20), 0o600), unix.ENOSPC)

	_, err = sqlite.Open(filepath.Join(dir, "new", "events.db"), sqlite.Options{})
	assert.ErrorIs(t, err, events.ErrNoSpace, "a new store")
	store, err = sqlite.Open(path, sqlite.Options{Logger: quiet})
	if err == nil {
		assert.ErrorIs(t, put(store, 1, 100_000), events.ErrNoSpace)
		n, err := count(store, 100)
		assert.NoError(t, err)
		assert.Equal(t, 1, n)
		require.NoError(t, store.Close())
	} else {
		assert.ErrorIs(t, err, events.ErrNoSpace, "an old store")
	}

	require.NoError(t, os.Remove(ballast))
	for _, p := range []string{path, filepath.Join(dir, "new", "events.db")} {
		store, err = sqlite.Open(p, sqlite.Options{})
		require.NoError(t, err, "a failed opening leaves nothing that stands in the way")
		require.NoError(t, store.Close())
	}
}

// childLimit appends until the kernel refuses to let a file grow, which the engine sees as an I/O error, and prints what then holds.
func childLimit(args []string) error {
	store, err := sqlite.Open(args[0], sqlite.Options{Logger: quiet})
	if err != nil {
		return err
	}
	signal.Ignore(unix.SIGXFSZ)
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 1 << 20, Max: unix.RLIM_INFINITY}); err != nil {
		return err
	}
	return untilPoisoned(store)
}

// childWrite appends until an error that something outside provokes.
func childWrite(args []string) error {
	store, err := sqlite.Open(args[0], sqlite.Options{Logger: quiet})
	if err != nil {
		return err
	}
	return untilPoisoned(store)
}

func untilPoisoned(store *sqlite.Store) error {
	const size = 3000
	stored := 0
	var err error
	for err == nil && stored < 3000 {
		if err = put(store, stored, size); err == nil {
			stored++
		}
	}
	second := put(store, stored, size)
	read, readErr := count(store, size)
	fmt.Printf("stored=%d poisoned=%v again=%v stats=%v read=%d readable=%v\n", stored, errors.Is(err, events.ErrPoisoned),
		errors.Is(second, events.ErrPoisoned), store.Stats().Poisoned != nil, read, readErr == nil)
	return nil // the process ends without Close, as after a crash
}

// poisonedBy runs a child that must end poisoned, and checks that a new process finds every acknowledged event.
func poisonedBy(t *testing.T, cmd *exec.Cmd, path string) {
	t.Helper()
	out, err := cmd.Output()
	require.NoError(t, err)
	var stored, read int
	var poisoned, again, stats, readable bool
	_, err = fmt.Sscanf(string(out), "stored=%d poisoned=%t again=%t stats=%t read=%d readable=%t\n", &stored, &poisoned, &again, &stats, &read, &readable)
	require.NoError(t, err, "the child printed %q", out)
	assert.True(t, poisoned, "an I/O error poisons the store")
	assert.True(t, again, "and it stays poisoned")
	assert.True(t, stats)
	assert.True(t, readable, "reads go on")
	assert.Equal(t, stored, read, "what was not acknowledged is not visible")
	store, err := sqlite.Open(path, sqlite.Options{Logger: quiet})
	require.NoError(t, err)
	n, err := count(store, 3000)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, n, stored, "every acknowledged event is there after a restart")
	assert.LessOrEqual(t, n, stored+1)
	require.NoError(t, put(store, n, 3000))
	require.NoError(t, store.Close())
}

func TestAWriteErrorPoisonsTheStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	poisonedBy(t, child(t, nil, "limit", path), path)
}

func TestAFlushErrorPoisonsTheStore(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("SKIPPED, NOT TESTED: no strace here to make fsync fail")
	}
	wrap := []string{strace, "-f", "-qq", "-e", "signal=none", "-e", "trace=fsync,fdatasync", "-o", os.DevNull}
	if err := exec.Command(wrap[0], append(wrap[1:], "true")...).Run(); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: strace does not work here: %v", err)
	}
	wrap = append(wrap, "-e", "inject=fsync,fdatasync:error=EIO:when=40+")
	path := filepath.Join(t.TempDir(), "events.db")
	poisonedBy(t, child(t, wrap, "write", path), path)
}

func TestAReadOnlyDirectoryIsNamedAsSuch(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		dir = smallDisk(t, "size=8m")
	}
	path := filepath.Join(dir, "events.db")
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, put(store, 0, 10))
	require.NoError(t, store.Close())
	if os.Geteuid() == 0 {
		require.NoError(t, exec.Command("mount", "-o", "remount,ro", dir).Run())
	} else {
		for _, name := range []string{"events.db", "events.db.lock", "events.db.head"} {
			require.NoError(t, os.Chmod(filepath.Join(dir, name), 0o400))
		}
		require.NoError(t, os.Chmod(dir, 0o500))
		t.Cleanup(func() { assert.NoError(t, os.Chmod(dir, 0o700)) })
	}
	for _, p := range []string{path, filepath.Join(dir, "new.db"), filepath.Join(dir, "sub", "new.db")} {
		_, err = sqlite.Open(p, sqlite.Options{})
		assert.ErrorIs(t, err, events.ErrReadOnly)
		assert.ErrorContains(t, err, p)
	}
}
