// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"context"
	"iter"
	"sync/atomic"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/basic"
)

// Moment is a registry as it was at one moment.
type Moment interface {
	// Version counts the commits up to it.
	Version() uint64
	// Get finds a row, with all that the registry keeps of it, shown or not.
	Get(namespace, id string) (*index.Row, bool)
	// All gives every row, in the order of namespace and id.
	All() iter.Seq[*index.Row]
}

// Side is a registry that can take another's place, or be replaced.
type Side interface {
	registry.Book
	// Name names it in errors and in the journal.
	Name() string
	// Changes returns what has changed since a moment that the same Side gave, by namespace and id, and the moment up to which that is true. nil
	// is the moment before the first row. It asks no process. Errors: registry.ErrUnavailable.
	Changes(since Moment) ([]index.Change, Moment, error)
	// Import does registry.Restore and registry.Unregister ops, also while the registry is read only. Errors: those of registry.Writer.Batch, and
	// every refusal.
	Import(ctx context.Context, ops ...registry.Op) error
	// SetReadOnly has all other writes refused with registry.ErrReadOnly, or taken again. When it returns, no write that began before is still to
	// be committed. It outlives the registry's process.
	SetReadOnly(ctx context.Context, on bool) error
}

// Basic makes a basic registry a side.
func Basic(r *basic.Registry) Side { return basicSide{r} }

type basicSide struct{ *basic.Registry }

// Changes is that of the registry.
func (s basicSide) Changes(since Moment) ([]index.Change, Moment, error) {
	mark, _ := since.(basic.Mark)
	changes, now, ok := s.Registry.Changes(mark)
	if !ok {
		return nil, nil, &registry.UnavailableError{Op: "read changes of " + s.Name(), Err: errNoTable}
	}
	return changes, now, nil
}

// counted is a side whose calls are counted: those that are open, and how they went.
type counted struct {
	Side
	open          atomic.Int64
	looks         atomic.Uint64
	reads, writes meter
}

// call counts one call until what it returns is called.
func (c *counted) call() func() {
	c.open.Add(1)
	return func() { c.open.Add(-1) }
}
