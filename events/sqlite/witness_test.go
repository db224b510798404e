// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/events"
)

func TestASlotIsReadAsWrittenAndAnyChangedByteIsNoticed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := slot{
			epoch: rapid.Uint64().Draw(rt, "epoch"),
			seq:   rapid.Uint64().Draw(rt, "seq"),
			link:  link{pos: events.Position(rapid.Uint64().Draw(rt, "pos"))},
		}
		copy(s.store[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "store"))
		copy(s.link.hash[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "hash"))
		b := s.encode()
		got, ok := decodeSlot(b)
		if !ok || got != s || len(b) != slotSize {
			rt.Fatalf("expected %+v, got %+v %t", s, got, ok)
		}
		i := rapid.IntRange(0, len(b)-1).Draw(rt, "byte")
		b[i] ^= byte(rapid.IntRange(1, 255).Draw(rt, "change"))
		if _, ok := decodeSlot(b); ok {
			rt.Fatalf("byte %d changed unnoticed", i)
		}
		if _, ok := decodeSlot(b[:rapid.IntRange(0, slotSize-1).Draw(rt, "length")]); ok {
			rt.Fatal("cut unnoticed")
		}
	})
}

func TestATornWriteOfTheWitnessLeavesTheSlotBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "head")
	_, err := readWitness(path)
	require.ErrorIs(t, err, errNoWitness)
	w, err := openWitness(path, slot{store: [16]byte{1}, epoch: 3, link: root([16]byte{1})})
	require.NoError(t, err)
	first := root([16]byte{1}).next(1, events.ID{1})
	second := first.next(2, events.ID{2})
	require.NoError(t, w.write(first))
	require.NoError(t, w.write(second))
	require.NoError(t, w.close())
	got, err := readWitness(path)
	require.NoError(t, err)
	assert.Equal(t, second, got.link)
	assert.Equal(t, uint64(3), got.epoch)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	_, err = f.WriteAt(make([]byte, 40), int64(got.seq%2)*slotStride)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	got, err = readWitness(path)
	require.NoError(t, err)
	assert.Equal(t, first, got.link)
}

func TestTheWitnessIsFlushedOnceASecond(t *testing.T) {
	w, err := openWitness(filepath.Join(t.TempDir(), "head"), slot{})
	require.NoError(t, err)
	start := time.Unix(1000, 0)
	for _, c := range []struct {
		after, synced time.Duration
	}{{0, 0}, {999 * time.Millisecond, 0}, {time.Second, time.Second}, {1500 * time.Millisecond, time.Second}, {-time.Hour, -time.Hour}, {0, 0}} {
		require.NoError(t, w.flush(start.Add(c.after)))
		assert.Equal(t, start.Add(c.synced), w.synced, "at %s; a clock set back does not stop the flushes", c.after)
	}
	require.NoError(t, w.close())
	assert.Error(t, w.flush(start.Add(time.Hour)))
	assert.Error(t, w.write(link{}))
}

func TestTheChainDependsOnStorePositionIDAndOrder(t *testing.T) {
	a, b := events.ID{1}, events.ID{2}
	base := root([16]byte{1}).next(1, a).next(2, b)
	for name, other := range map[string]link{
		"store":    root([16]byte{2}).next(1, a).next(2, b),
		"position": root([16]byte{1}).next(1, a).next(3, b),
		"id":       root([16]byte{1}).next(1, a).next(2, a),
		"order":    root([16]byte{1}).next(1, b).next(2, a),
		"missing":  root([16]byte{1}).next(2, b),
	} {
		assert.NotEqual(t, base.hash, other.hash, name)
	}
}
