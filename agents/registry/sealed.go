// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
	"mabeam.dev/agents/index"
)

// SetReadOnly has Register, Unregister, Update and Batch refused with [ErrReadOnly] from now on, and figures dropped, or all of them taken again. When
// it returns, no write that began before is still to be published. Deaths are heard and the source is followed as ever. It holds through restarts of
// the registry's process, as long as the handle is used. Its error is [*UnavailableError]: the registry is sealed or opened then too, but a write
// that began before may still come.
func (r *Registry) SetReadOnly(ctx context.Context, on bool) error {
	r.sealed.Store(on)
	_, err := r.Settle(ctx) // whatever the owner took before it looked at the seal is published with this
	return err
}

// Import does [Restore] and [Unregister] ops also while the registry is read only: for what keeps it equal to another. Errors: those of Batch, and every
// refusal, joined.
func (r *Registry) Import(ctx context.Context, ops ...Op) error {
	if len(ops) > MaxBatch {
		return &LimitError{"ops in a batch", MaxBatch}
	}
	b, err := call(ctx, r, "import", func(reply actors.Reply[batched]) message {
		return several{mode: Each, ops: ops, always: true, reply: reply}
	})
	all := []error{err}
	for _, res := range b.results {
		all = append(all, res.Err)
	}
	return errors.Join(all...)
}

// Changes returns what has changed since a View of this registry, by namespace and id, and the View of now; nil is the empty one. It asks no process.
// Its error is [*UnavailableError], when there are no tables: they are not taken for empty ones.
func (r *Registry) Changes(since *index.View) ([]index.Change, *index.View, error) {
	now := r.published()
	if now == nil {
		return nil, nil, &UnavailableError{Op: "read changes", Err: table.ErrNoTable}
	}
	if since == nil {
		since = nobody
	}
	return index.Diff(since, now), now, nil
}
