// SPDX-License-Identifier: Apache-2.0

package events

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"mabeam.dev/actors/fault"
)

// MigrationBatch is how many events one step of a migration looks at.
const MigrationBatch = 500

// Migrated tells what a migration has done in this run.
type Migrated struct {
	// Seen counts the events that were looked at, Rewritten those that were brought to the present version.
	Seen, Rewritten int
	// Through is the position up to which the store has been gone through, by this run or an earlier one.
	Through Position
}

// Migration rewrites old versions of events into the present ones, so that readers need not upcast them again and again. Each event is rewritten only if the result can be
// decoded, and is the same when it is made twice; the originals stay in the store's archive until somebody confirms them away. A bookmark under [UpkeepPrefix] remembers
// how far it came: after a stop or kill -9 a new Migration of the same catalogue goes on there.
type Migration struct {
	c        *Catalog
	types    [][]string // those with older versions, as many at a time as a query takes
	name     string
	begun    bool
	at, kept []Position // for each chunk of types: how far it came, and what the bookmark says
	migrated Migrated
}

// NewMigration prepares a migration to the versions of the catalogue.
func NewMigration(c *Catalog) *Migration {
	m := &Migration{c: c}
	var names []string
	var versions []byte
	for _, t := range c.Types() {
		if t.Version > 1 {
			names = append(names, t.Name)
			versions = fmt.Appendf(versions, "%q %d\n", t.Name, t.Version)
		}
	}
	m.types = slices.Collect(slices.Chunk(names, MaxTypes))
	m.at, m.kept = make([]Position, len(m.types)), make([]Position, len(m.types))
	m.name = fmt.Sprintf("%smigrate/%08x", UpkeepPrefix, crc32.Checksum(versions, castagnoli))
	return m
}

// Migrated tells what has been done so far.
func (m *Migration) Migrated() Migrated { return m.migrated }

// Step looks at one batch, and reports true when the end of the log is reached. Events that are appended later are of the present version anyway. An event that cannot be
// brought to it ends the migration with [*MigrationError]; nothing of its batch is changed.
func (m *Migration) Step(ctx context.Context, k Keeper) (done bool, err error) {
	if !m.begun {
		if err := m.resume(ctx, k); err != nil {
			return false, err
		}
	}
	for i, types := range m.types {
		p, err := k.Query(ctx, Query{Types: types, From: m.at[i] + 1, Limit: MigrationBatch})
		if err != nil {
			return false, err
		}
		if len(p.Events) == 0 {
			m.at[i] = max(m.at[i], p.Through)
			continue
		}
		rewrites, err := m.c.rewrites(p.Events)
		if err != nil {
			return false, err
		}
		n := 0
		if len(rewrites) > 0 {
			if n, err = k.Rewrite(ctx, rewrites); err != nil {
				return false, err
			}
		}
		m.migrated.Seen += len(p.Events)
		m.migrated.Rewritten += n
		m.at[i] = p.Through
		return false, m.remember(ctx, k)
	}
	return true, m.remember(ctx, k)
}

func (m *Migration) bookmark(i int) string { return fmt.Sprintf("%s/%d", m.name, i) }

// resume finds where an earlier run came to.
func (m *Migration) resume(ctx context.Context, k Keeper) error {
	marks, err := k.Bookmarks(ctx)
	if err != nil {
		return err
	}
	for _, b := range marks {
		for i := range m.at {
			if b.Name == m.bookmark(i) {
				m.at[i], m.kept[i] = b.Position, b.Position
			}
		}
	}
	m.begun = true
	return nil
}

// remember keeps how far it came. What is done twice after a crash between batch and bookmark has no effect.
func (m *Migration) remember(ctx context.Context, k Keeper) error {
	for i, at := range m.at {
		if at == m.kept[i] {
			continue
		}
		if err := k.PutBookmark(ctx, Bookmark{Name: m.bookmark(i), Position: at}); err != nil {
			return err
		}
		m.kept[i] = at
	}
	if len(m.at) > 0 {
		m.migrated.Through = slices.Min(m.at)
	}
	return nil
}

// Migrate does all steps, one right after the other.
func (c *Catalog) Migrate(ctx context.Context, k Keeper) (Migrated, error) {
	m := NewMigration(c)
	for {
		if done, err := m.Step(ctx, k); done || err != nil {
			return m.Migrated(), err
		}
	}
}

// rewrites decides about a batch: what has to be rewritten, and how.
func (c *Catalog) rewrites(batch []Event) ([]Rewrite, error) {
	var out []Rewrite
	for _, e := range batch {
		t := c.types[e.Type]
		if t == nil || e.schema() >= t.Version {
			continue
		}
		fresh, err := c.Upcast(e)
		if err != nil {
			return nil, &MigrationError{Position: e.Position, Stream: e.Stream, Err: err}
		}
		again, err := c.Upcast(e)
		switch {
		case err != nil:
		case !bytes.Equal(fresh.Data, again.Data):
			err = errors.New("the upcast gives something else each time")
		case len(fresh.Data) > MaxData:
			err = fmt.Errorf("%d bytes, at most %d", len(fresh.Data), MaxData)
		default:
			err = errors.Join(t.validate("", fresh.Data)...)
		}
		if err != nil {
			return nil, &MigrationError{Position: e.Position, Stream: e.Stream, Err: err}
		}
		out = append(out, Rewrite{Old: e, Schema: fresh.Schema, Data: fresh.Data})
	}
	return out, nil
}

// MigrationError tells which event cannot be brought to the present version of its type. It is stored as it was.
type MigrationError struct {
	Position Position // of the event
	Stream   Stream   // of the event
	Err      error    // why
}

// Error names the event and why.
func (e *MigrationError) Error() string {
	return fmt.Sprintf("events: migrate position %d (stream %q): %v", e.Position, string(e.Stream), e.Err)
}

// FaultCode is E2110.
func (*MigrationError) FaultCode() fault.Code { return 2110 }

// Unwrap gives the reason.
func (e *MigrationError) Unwrap() error { return e.Err }
