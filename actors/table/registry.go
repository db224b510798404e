// SPDX-License-Identifier: Apache-2.0

package table

import (
	"cmp"
	"slices"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors"
)

// registry is what one system knows of its tables.
type registry struct {
	names   *xsync.Map[string, *core]
	tables  *xsync.Map[uint64, *core]
	authors *xsync.Map[actors.PID, *author] // the living that own, write or receive tables
	lastID  atomic.Uint64
}

func newRegistry() *registry {
	return &registry{
		names:   xsync.NewMap[string, *core](),
		tables:  xsync.NewMap[uint64, *core](),
		authors: xsync.NewMap[actors.PID, *author](),
	}
}

func registryOf(sys *actors.System) *registry { return actors.Extend(sys, newRegistry) }

// author returns the process's right to write, which its end takes away.
func (r *registry) author(s actors.Sender) (*author, error) {
	pid := actors.OwnerOf(s)
	if a, ok := r.authors.Load(pid); ok {
		return a, nil
	}
	a := &author{pid: pid, reg: r}
	if first, ok := r.authors.LoadOrStore(pid, a); ok {
		return first, nil
	}
	if _, err := actors.AtEnd(s, a.end); err != nil {
		a.end(actors.Reason{}) // a goroutine of the same process may have found it meanwhile
		return nil, err
	}
	return a, nil
}

// find returns the table of a name.
func (r *registry) find(op, name string) (*core, error) {
	c, ok := r.names.Load(name)
	if !ok {
		return nil, &OpError{op, name, ErrNoTable}
	}
	return c, nil
}

// sorted returns the tables in the order in which they were made.
func (r *registry) sorted() []*core {
	var all []*core
	for _, c := range r.tables.All() {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *core) int { return cmp.Compare(a.id, b.id) })
	return all
}
