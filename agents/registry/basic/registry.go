// SPDX-License-Identifier: Apache-2.0

package basic

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry"
	"mabeam.dev/supervision"
)

// The types that every basic registry knows.
const (
	Service             = "service"
	Agent               = "agent"
	CoordinationService = "coordination_service"
)

// Spec describes a basic registry. The zero Spec works.
type Spec struct {
	// Name is that of its process; the default is "registry.basic".
	Name string
	// Types are those that may be registered besides Service, Agent and CoordinationService.
	Types []string
	// MaxRows limits the rows; 0 is no limit.
	MaxRows int
}

// Validate returns every mistake of the spec, joined.
func (s Spec) Validate() error {
	var all []error
	if s.MaxRows < 0 {
		all = append(all, fmt.Errorf("basic: check spec %q: max rows %d is negative", s.Name, s.MaxRows))
	}
	for i, t := range s.Types {
		if t == "" || slices.Contains(s.Types[:i], t) || slices.Contains(types, t) {
			all = append(all, fmt.Errorf("basic: check spec %q: type %q is empty or there twice", s.Name, t))
		}
	}
	return errors.Join(all...)
}

var types = []string{Agent, CoordinationService, Service}

// Registry is the handle of a basic registry. It reaches whoever runs under its name, and may be used by any number of goroutines.
type Registry struct {
	sys  *actors.System
	spec Spec
	ref  actors.Ref[message]
	read atomic.Pointer[table.SetReader[struct{}, *book]]
}

// New returns the handle of a basic registry and the children that are it: the holder of its table and the process that writes. Put them
// under one supervisor in this order, one_for_one.
func New(sys *actors.System, s Spec) (*Registry, []supervision.Child, error) {
	if err := s.Validate(); err != nil {
		return nil, nil, err
	}
	if s.Name == "" {
		s.Name = "registry.basic"
	}
	s.Types = slices.Sorted(slices.Values(slices.Concat(types, s.Types)))
	r := &Registry{sys: sys, spec: s, ref: actors.Named[message](sys, s.Name)}
	custody := actors.Named[holding](sys, s.holder())
	return r, []supervision.Child{
		{ID: s.holder(), Start: func(in actors.Spawner, _ any) (actors.PID, error) {
			ref, err := actors.SpawnLink(in, s.holder(), func() actors.Behavior[holding] { return &holder{owner: r.ref} }, actors.Kind("registry"))
			return ref.PID(), err
		}},
		{ID: s.Name, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
			ref, err := actors.SpawnLink(in, s.Name, func() actors.Behavior[message] { return newOwner(s, custody) },
				actors.Kind("registry"), actors.OnFull(actors.Unbounded))
			return ref.PID(), err
		}},
	}, nil
}

func (s Spec) holder() string { return s.Name + ".holder" }
func (s Spec) table() string  { return s.Name + ".book" }

// Name returns the name of its process.
func (r *Registry) Name() string { return r.spec.Name }

// book is what is published now; nil if there is no table.
func (r *Registry) book() *book {
	for range 2 { // the table may have been made anew since it was last opened
		if t := r.read.Load(); t != nil {
			if b, ok, err := t.Lookup(struct{}{}); err == nil {
				if !ok {
					return nil
				}
				return b
			}
		}
		t, err := table.OpenSet[struct{}, *book](r.sys, r.spec.table())
		if err != nil {
			return nil
		}
		r.read.Store(&t)
	}
	return nil
}

// Register enters a process, or whoever is behind the row's handle. See registry.Writer.
func (r *Registry) Register(ctx context.Context, row *index.Row) (*index.Row, error) {
	return r.one(ctx, registry.Register{Row: row})
}

// Unregister takes one out. It is no error that there is none. See registry.Writer.
func (r *Registry) Unregister(ctx context.Context, id registry.ID) error {
	_, err := r.one(ctx, registry.Unregister{ID: id})
	return err
}

// Update changes health or labels. See registry.Writer.
func (r *Registry) Update(ctx context.Context, id registry.ID, ifVersion uint64, p registry.Patch) (*index.Row, error) {
	return r.one(ctx, registry.Update{ID: id, IfVersion: ifVersion, Patch: p})
}

// SetMetadata replaces the health and the values of a name. Errors: those of Update.
func (r *Registry) SetMetadata(ctx context.Context, id registry.ID, m Metadata) error {
	_, err := r.Update(ctx, id, 0, registry.Patch{
		Health: index.Known(index.Health{Status: m.Health, Since: r.sys.Now(), LastReport: r.sys.Now()}), Labels: index.Known(m.labels()),
	})
	return err
}

func (r *Registry) one(ctx context.Context, op registry.Op) (*index.Row, error) {
	results, err := r.Batch(ctx, registry.Each, op)
	if err != nil {
		return nil, err
	}
	return results[0].Row, results[0].Err
}

// Batch does many things in one commit. See registry.Writer.
func (r *Registry) Batch(ctx context.Context, m registry.Mode, ops ...registry.Op) ([]registry.Result, error) {
	return r.write(ctx, "write", write{mode: m, ops: ops})
}

// Import does Restore and Unregister ops also while the registry is read only: for what keeps it equal to another. Errors: those of Batch, and
// what is refused, joined.
func (r *Registry) Import(ctx context.Context, ops ...registry.Op) error {
	results, err := r.write(ctx, "import", write{mode: registry.Each, ops: ops, always: true})
	all := []error{err}
	for _, res := range results {
		all = append(all, res.Err)
	}
	return errors.Join(all...)
}

// SetReadOnly has writes refused with registry.ErrReadOnly from now on, or taken again. When it returns, no write that began before is still to
// come. Deaths are heard as ever. It outlives the registry's process.
func (r *Registry) SetReadOnly(ctx context.Context, on bool) error {
	_, err := actors.Call(ctx, r.ref, func(to actors.Reply[answer]) message { return seal{on, to} })
	return r.unavailable("set read only", err)
}

func (r *Registry) write(ctx context.Context, op string, w write) ([]registry.Result, error) {
	if len(w.ops) > registry.MaxBatch {
		return nil, &registry.LimitError{What: "ops in a batch", Max: registry.MaxBatch}
	}
	a, err := actors.Call(ctx, r.ref, func(to actors.Reply[answer]) message {
		w.reply = to
		return w
	})
	if err != nil {
		return nil, r.unavailable(op, err)
	}
	return a.results, a.err
}

// unavailable says what a call that failed means.
func (r *Registry) unavailable(op string, err error) error {
	if err == nil {
		return nil
	}
	var ended *actors.CallError
	unsure := errors.As(err, &ended) || !errors.Is(err, actors.ErrNoProc) && !errors.Is(err, actors.ErrMailboxFull)
	return &registry.UnavailableError{Op: op, Unsure: unsure, Err: err}
}

// Mark is a moment of the registry.
type Mark struct{ book *book }

// Version counts the commits up to the moment.
func (m Mark) Version() uint64 {
	if m.book == nil {
		return 0
	}
	return m.book.version
}

// Get finds a row of the moment, with what is hidden.
func (m Mark) Get(namespace, id string) (*index.Row, bool) {
	e, ok := m.book.get(registry.ID{Namespace: namespace, Name: id})
	return e.full, ok
}

// All yields every row of the moment, with what is hidden, in the order of namespace and name.
func (m Mark) All() iter.Seq[*index.Row] {
	return func(yield func(*index.Row) bool) {
		for e := range m.book.from(registry.ID{}) {
			if !yield(e.full) {
				return
			}
		}
	}
}

// Changes returns what has changed since a moment, with what is hidden, by namespace and name, and the moment up to which that is true. The
// zero Mark is the moment before the first row. It is quick for what is not long past. ok is false when there is no table.
func (r *Registry) Changes(since Mark) (changes []index.Change, now Mark, ok bool) {
	b := r.book()
	if b == nil {
		return nil, since, false
	}
	return b.changes(since.book), Mark{b}, true
}

var _ registry.Book = (*Registry)(nil)
