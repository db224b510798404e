// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// route is where callers go. It is replaced as a whole.
type route struct {
	by            uint64 // the incarnation that made it
	reads, writes *counted
	settle        bool // what is written is to be seen by readers of the other side before the writer is told
}

// front is the book that consumers hold: calls go to where the route says.
type front struct {
	sys   *actors.System
	ref   actors.Ref[message]
	route atomic.Pointer[route]
}

// turn makes the route another, unless a later incarnation has made one: what a killed process still does must not count.
func (f *front) turn(to *route) bool {
	for {
		now := f.route.Load()
		if now != nil && now.by > to.by {
			return false
		}
		if f.route.CompareAndSwap(now, to) {
			return true
		}
	}
}

// Lookup asks the side that readers use.
func (f *front) Lookup(id registry.ID) (*index.Row, bool) {
	r := f.route.Load()
	if r == nil {
		return nil, false
	}
	r.reads.open.Add(1)
	if r.reads.looks.Add(1)%sample != 0 {
		row, ok := r.reads.Lookup(id)
		r.reads.open.Add(-1)
		return row, ok
	}
	began := f.sys.Now()
	row, ok := r.reads.Lookup(id)
	r.reads.reads.count(f.sys.Now().Sub(began), nil)
	r.reads.open.Add(-1)
	return row, ok
}

// sample is of how many look-ups one is measured: to look at the clock takes as long as a look-up.
const sample = 64

// Find asks the side that readers use.
func (f *front) Find(q query.Query) (index.Page, error) {
	r := f.route.Load()
	if r == nil {
		return index.Page{}, &registry.UnavailableError{Op: "find", Err: errNoRoute}
	}
	defer r.reads.call()()
	began := f.sys.Now()
	page, err := r.reads.Find(q)
	r.reads.reads.count(f.sys.Now().Sub(began), err)
	return page, err
}

// All asks the side that readers use.
func (f *front) All() iter.Seq[*index.Row] {
	r := f.route.Load()
	if r == nil {
		return func(func(*index.Row) bool) {}
	}
	return func(yield func(*index.Row) bool) {
		defer r.reads.call()()
		r.reads.All()(yield)
	}
}

// Register enters an agent at the side that takes writes.
func (f *front) Register(ctx context.Context, row *index.Row) (out *index.Row, err error) {
	err = f.write(ctx, func(b registry.Book) error {
		out, err = b.Register(ctx, row)
		return err
	})
	return out, err
}

// Unregister takes an agent out there.
func (f *front) Unregister(ctx context.Context, id registry.ID) error {
	return f.write(ctx, func(b registry.Book) error { return b.Unregister(ctx, id) })
}

// Update changes a row there.
func (f *front) Update(ctx context.Context, id registry.ID, ifVersion uint64, p registry.Patch) (out *index.Row, err error) {
	err = f.write(ctx, func(b registry.Book) error {
		out, err = b.Update(ctx, id, ifVersion, p)
		return err
	})
	return out, err
}

// Batch does many things there.
func (f *front) Batch(ctx context.Context, m registry.Mode, ops ...registry.Op) (out []registry.Result, err error) {
	err = f.write(ctx, func(b registry.Book) error {
		out, err = b.Batch(ctx, m, ops...)
		return err
	})
	return out, err
}

// patience is how often a call is made again that finds the migration's process away, pause the time between.
const (
	patience = 200
	pause    = 10 * time.Millisecond
)

// write does one write at the side that takes them. A side that refuses because it is sealed is about to be replaced, or has been: the write is made
// again where the route leads then. Nothing of it was done, so it is done once.
func (f *front) write(ctx context.Context, do func(registry.Book) error) error {
	for range patience {
		r := f.route.Load()
		if r == nil {
			if err := f.ask(ctx, "wait for the migration", func(to actors.Reply[ok]) message { return await{nil, to} }); err != nil {
				return err
			}
			continue
		}
		done := r.writes.call()
		began := f.sys.Now()
		err := do(r.writes.Side)
		r.writes.writes.count(f.sys.Now().Sub(began), err)
		done()
		switch {
		case errors.Is(err, registry.ErrReadOnly):
			if err := f.ask(ctx, "wait for the switch", func(to actors.Reply[ok]) message { return await{r, to} }); err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		case !f.route.Load().settle: // as it is now that the write is done: what was done before it became so is brought level by who made it so
			return nil
		}
		if err := f.ask(ctx, "settle", func(to actors.Reply[ok]) message { return settle{to} }); err != nil {
			return &registry.UnavailableError{Op: "settle", Unsure: true, Err: err}
		}
		return nil
	}
	return registry.ErrReadOnly
}

// ask calls the migration's process, and waits for the next one if it is away.
func (f *front) ask(ctx context.Context, op string, build func(actors.Reply[ok]) message) error {
	var err error
	for range patience {
		if _, err = actors.Call(ctx, f.ref, build); err == nil {
			return nil
		}
		var ended *actors.CallError
		if !errors.As(err, &ended) && !errors.Is(err, actors.ErrNoProc) && !errors.Is(err, registry.ErrUnavailable) {
			break
		}
		if err := f.sys.Sleep(ctx, pause); err != nil {
			break
		}
	}
	return &registry.UnavailableError{Op: op, Err: err}
}

var _ registry.Book = (*front)(nil)
