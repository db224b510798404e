// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"iter"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// Reader is what those use who look for agents. Every call is answered from what is published, in the caller's goroutine, and asks no process.
// Rows that come out are never changed by anybody.
type Reader interface {
	// Lookup returns the row of an agent. It allocates nothing.
	Lookup(id ID) (row *index.Row, ok bool)
	// Find answers a query, from one version. Errors: query.ErrBadQuery, [ErrMode], [ErrUnavailable].
	Find(q query.Query) (index.Page, error)
	// All yields every row of all namespaces, of one version, in the order of namespace and id.
	All() iter.Seq[*index.Row]
}

// Writer is what those use who change what is known of agents. When a call returns, its effect is published.
type Writer interface {
	// Register enters an agent. What counts of row is what is declared: all but Incarnation, Version and RegisteredAt, which are the registry's.
	// Its State is Stateless, Registered, Starting or Ready; a Handle that is an actors.PID is monitored, and its end takes the row out. An agent
	// that is known by the same Handle is updated to what is declared now. Errors: [*InvalidRowError], [*DuplicateError], [*DeadError],
	// [*LimitError], [ErrReadOnly], [*UnavailableError].
	Register(ctx context.Context, row *index.Row) (*index.Row, error)
	// Unregister takes an agent out, and forgets it. It is no error that there is none. Errors: [ErrReadOnly], [*UnavailableError].
	Unregister(ctx context.Context, id ID) error
	// Update changes a row, if it has the version ifVersion; 0 is any. Errors: [*NotFoundError], [*VersionError], [*InvalidRowError],
	// lifecycle.ErrTransition, [ErrMode], [ErrReadOnly], [*UnavailableError].
	Update(ctx context.Context, id ID, ifVersion uint64, p Patch) (*index.Row, error)
	// Batch does many things in their order, in one commit. Results are those of the ops, in their order. With [Each] every op is refused by
	// itself, and the error is that of the whole call alone; with [Atomic] a refusal, which is the error, undoes all. Errors besides those
	// of the single calls: [*LimitError].
	Batch(ctx context.Context, m Mode, ops ...Op) ([]Result, error)
}

// Book is a registry, whichever: what consumers hold where it may be replaced by another while they run.
type Book interface {
	Reader
	Writer
}
