// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

// Damage of any kind to a page names the file and that page, when the store is opened or when the event is read, and nothing is guessed.
func TestADamagedPageIsNamed(t *testing.T) {
	const n, size = 3000, 200
	dir := t.TempDir()
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	require.NoError(t, err)
	for i := 0; i < n; i += 500 {
		a := events.Append{Stream: "s"}
		for k := range 500 {
			a.Events = append(a.Events, chunk(i+k, size))
		}
		_, err := store.AppendGroup(t.Context(), []events.Append{a})
		require.NoError(t, err)
	}
	require.NoError(t, store.Close())
	at := func(b []byte, n int) int { return bytes.Index(b, chunk(n, size).Data) }
	for _, c := range []struct {
		name   string
		page   func(b []byte) int // from 0
		damage func(page, event []byte)
	}{
		{"a bit of an early event", func(b []byte) int { return at(b, 100) / 4096 }, func(_, event []byte) { event[10] ^= 4 }},
		{"a bit of one of the last events", func(b []byte) int { return at(b, n-2) / 4096 }, func(_, event []byte) { event[10] ^= 4 }},
		{"zeros", func(b []byte) int { return at(b, 100) / 4096 }, func(page, _ []byte) { clear(page) }},
		{"garbage", func(b []byte) int { return at(b, 1500) / 4096 }, func(page, _ []byte) { copy(page, bytes.Repeat([]byte{0xa5}, len(page))) }},
		{"the first page", func([]byte) int { return 0 }, func(page, _ []byte) { copy(page, bytes.Repeat([]byte{0xa5}, len(page))) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := copyStore(t, dir)
			want := 0
			edit(t, d, "events.db", func(b []byte) []byte {
				page := c.page(b)
				want = page + 1
				i := at(b, map[bool]int{true: 100, false: n - 2}[page == at(b, 100)/4096])
				c.damage(b[page*4096:(page+1)*4096], b[i:i+size])
				return b
			})
			path := filepath.Join(d, "events.db")
			store, err := sqlite.Open(path, sqlite.Options{Logger: quiet})
			if err == nil { // it is not among the last rows
				_, err = events.Verify(t.Context(), store)
				require.NoError(t, store.Close())
			}
			var e *events.CorruptError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, uint32(want), e.Page, "%v", err)
			assert.Equal(t, path, e.Path)
			assert.ErrorContains(t, err, path)
			assert.ErrorContains(t, err, fmt.Sprintf("page %d: ", want))
		})
	}
}
