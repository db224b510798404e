// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
)

// call sends the owner a message and waits for what it answers; an error is that of the call and never of the op.
func call[R any](ctx context.Context, r *Registry, op string, build func(actors.Reply[R]) message) (R, error) {
	v, err := actors.Call(ctx, r.ref, build)
	if err == nil || errors.Is(err, ErrReadOnly) {
		return v, err
	}
	var died *actors.CallError
	unsure := errors.As(err, &died) || errors.Is(err, actors.ErrTimeout) || context.Cause(ctx) != nil
	return v, &UnavailableError{Op: op, Unsure: unsure, Err: err}
}

func (r *Registry) write(ctx context.Context, what string, op Op) (*index.Row, error) {
	res, err := call(ctx, r, what, func(reply actors.Reply[Result]) message { return write{op, reply} })
	if err != nil {
		return nil, err
	}
	return res.Row, res.Err
}

// Register enters an agent; see [Writer]. Without a deadline in ctx the system's CallTimeout applies, as with all writes.
func (r *Registry) Register(ctx context.Context, row *index.Row) (*index.Row, error) {
	return r.write(ctx, "register", Register{row})
}

// Unregister takes an agent out, and forgets it; see [Writer]. Of an agent that the source says is living it is a *lifecycle.TransitionError.
func (r *Registry) Unregister(ctx context.Context, id ID) error {
	_, err := r.write(ctx, "unregister", Unregister{id})
	return err
}

// Update changes a row; see [Writer].
func (r *Registry) Update(ctx context.Context, id ID, ifVersion uint64, p Patch) (*index.Row, error) {
	return r.write(ctx, "update", Update{id, ifVersion, p})
}

// Batch does many things in one commit; see [Writer].
func (r *Registry) Batch(ctx context.Context, m Mode, ops ...Op) ([]Result, error) {
	if len(ops) > MaxBatch {
		return nil, &LimitError{"ops in a batch", MaxBatch}
	}
	b, err := call(ctx, r, "batch", func(reply actors.Reply[batched]) message { return several{mode: m, ops: ops, reply: reply} })
	if err != nil {
		return nil, err
	}
	return b.results, b.err
}

// Settle returns when all that was sent to the registry before, also without waiting, is published, and what its source had news of.
// version is that of the View then. Its error is [*UnavailableError].
func (r *Registry) Settle(ctx context.Context) (version uint64, err error) {
	return call(ctx, r, "settle", func(reply actors.Reply[uint64]) message { return settled{reply} })
}

// Figures are what somebody measured of an agent.
type Figures struct {
	ID ID
	// Incarnation is the one that was measured; figures of another are dropped. 0 is whichever.
	Incarnation uint64
	// What is not known stays as it is.
	Usage       index.Maybe[index.Usage]
	Performance index.Maybe[index.Performance]
}

// Report tells the registry figures, and does not wait. They are gathered for Options.Coalesce, the last ones of an agent count, and they are
// written if a measure has come into another band of its index or has changed by 5 %. Of agents that the source knows they are dropped.
func (r *Registry) Report(f Figures) { r.ref.Tell(report{f}) }
