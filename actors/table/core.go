// SPDX-License-Identifier: Apache-2.0

package table

import (
	"sync/atomic"

	"mabeam.dev/actors"
)

// core is the part of a table that knows no types: who owns it, who is to have it next, and its counts. owner changes under the lock of the
// author who is the owner, or after that author's end; heir under the same.
type core struct {
	// Read with every look-up, and written once.
	reg    *registry
	id     uint64
	name   string
	kind   Kind
	access Access
	limit  int64
	sim    bool // shown things come in an order that does not depend on hashes
	stored stored

	owner atomic.Pointer[tenure] // nil once the table is gone
	heir  atomic.Pointer[heirship]

	_      [64]byte // what is written often keeps off the line of what is read often
	size   atomic.Int64
	writes writeCount
	reads  atomic.Int64
}

// stored is the part of a table that knows its types.
type stored interface {
	handle(*tenure) any // the owner's handle, of the type that the table was made as
	rehouse()           // makes the readers that there are find nothing, and those of the next tenure everything
	drop()              // makes every reader find nothing, and lets go of the contents
	length() int        // pairs
	weight() int        // bytes, about
	pairType() (k, v string)
}

// tenure is one process's time as the owner; a handle is good for one.
type tenure struct{ author *author }

// open makes the table's name and ownership known, or says why that cannot be.
func (c *core) open(a *author) (*tenure, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.endedLocked() {
		return nil, &OpError{"make", c.name, actors.ErrFenced}
	}
	c.id = c.reg.lastID.Add(1)
	t := c.ownedByLocked(a) // before anybody can find it
	if c.name != "" {
		if holder, taken := c.reg.names.LoadOrStore(c.name, c); taken {
			delete(a.owns, c.id)
			return nil, &NameTakenError{Name: c.name, Owner: holder.ownerPID()}
		}
	}
	c.reg.tables.Store(c.id, c)
	return t, nil
}

// ownedByLocked begins a tenure; a's lock is held, and that of the owner before it unless that one has ended.
func (c *core) ownedByLocked(a *author) *tenure {
	t := &tenure{author: a}
	if h := c.heir.Load(); h != nil && h.author == a {
		c.heir.Store(nil)
	}
	a.ownLocked(c)
	c.owner.Store(t)
	return t
}

// bequeath passes the table of an author who has ended to the heir, if that one lives; else the table is gone.
func (c *core) bequeath(from *author) {
	h := c.heir.Load()
	if h == nil {
		c.drop()
		return
	}
	h.author.mu.Lock()
	if h.author.endedLocked() {
		h.author.mu.Unlock()
		c.drop()
		return
	}
	if c.access == Private {
		c.stored.rehouse()
	}
	t := c.ownedByLocked(h.author)
	h.author.mu.Unlock()
	h.accept(c, t, from.pid, true)
}

// drop deletes the table; it is called by the owner, under its lock, or after its end.
func (c *core) drop() {
	c.owner.Store(nil)
	if c.name != "" {
		c.reg.names.Delete(c.name)
	}
	c.reg.tables.Delete(c.id)
	c.stored.drop()
	c.heir.Store(nil)
}

// ownerPID returns the owner; nobody for a table that is gone.
func (c *core) ownerPID() actors.PID {
	if t := c.owner.Load(); t != nil {
		return t.author.pid
	}
	return actors.PID{}
}

// grow makes room for n pairs more, or less; it reports false if the limit is in the way.
func (c *core) grow(n int) bool {
	if n == 0 {
		return true
	}
	if c.limit == 0 || n < 0 {
		c.size.Add(int64(n))
		return true
	}
	for {
		size := c.size.Load()
		if size+int64(n) > c.limit {
			return false
		}
		if c.size.CompareAndSwap(size, size+int64(n)) {
			return true
		}
	}
}

// unreadable is the error of a read that found nothing to read from.
func (c *core) unreadable(op string) error {
	switch {
	case c == nil:
		return &OpError{op, "", ErrNoTable}
	case c.owner.Load() == nil:
		return &OpError{op, c.name, ErrNoTable}
	}
	return &OpError{op, c.name, ErrNotOwner}
}
