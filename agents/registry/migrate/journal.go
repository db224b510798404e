// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"context"
	"sync"
	"time"

	"mabeam.dev/agents/registry/migrate/plan"
)

// Record is the state of a migration. The last one is all that there is to know.
type Record struct {
	// Seq numbers the records without a gap; the first is 1.
	Seq uint64 `json:"seq"`
	// Old and New are the names of the registries.
	Old string `json:"old"`
	New string `json:"new"`
	// Phase is how far it is, Doing the command under way.
	Phase plan.Phase   `json:"phase"`
	Doing plan.Command `json:"doing"`
	// At is when it was written.
	At time.Time `json:"at"`
}

// Journal keeps the last record of one migration.
type Journal interface {
	// Load returns it; the zero Record if there is none.
	Load(ctx context.Context) (Record, error)
	// Save replaces it, and returns when that is as durable as the journal is. A record whose Seq is not that of the last one and 1 is refused with
	// [ErrConflict] and changes nothing: so a process that was killed and still writes cannot undo what its successor does.
	Save(ctx context.Context, r Record) error
}

// Memory is a Journal that lasts as long as the program. The zero Memory is empty.
type Memory struct {
	mu struct {
		sync.Mutex
		last Record
	}
}

// Load returns the last record.
func (m *Memory) Load(context.Context) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.last, nil
}

// Save replaces it.
func (m *Memory) Save(_ context.Context, r Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Seq != m.mu.last.Seq+1 {
		return ErrConflict
	}
	m.mu.last = r
	return nil
}
