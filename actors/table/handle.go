// SPDX-License-Identifier: Apache-2.0

package table

import "mabeam.dev/actors"

// handle is a right to write: the owner's for one tenure, or anybody's to a public table.
type handle struct {
	table  *core
	author *author // nil for writers outside any process, whom nobody can fence
	tenure *tenure // nil for those who are not the owner
}

// Handle is the owner's handle of a table of any kind: *[Set], *[Bag] or *[Ordered].
type Handle interface{ base() *handle }

func (h *handle) base() *handle { return h }

// verdict is what a decision about a key makes of it.
type verdict uint8

const (
	keep verdict = iota // as it is
	put                 // a value
	gone                // no value
)

// enter begins a write. After nil the caller must leave.
func (h *handle) enter(op string) error {
	if h.author == nil {
		if h.table.owner.Load() == nil {
			return &OpError{op, h.table.name, ErrNoTable}
		}
		return nil
	}
	h.author.mu.Lock()
	if err := h.refusedLocked(h.table.access != Public); err != nil {
		h.author.mu.Unlock()
		return &OpError{op, h.table.name, err}
	}
	return nil
}

// enterAsOwner is enter for what the owner alone may do, whatever the access.
func (h *handle) enterAsOwner(op string) error {
	if h.tenure == nil {
		return &OpError{op, h.table.name, ErrNotOwner}
	}
	h.author.mu.Lock()
	if err := h.refusedLocked(true); err != nil {
		h.author.mu.Unlock()
		return &OpError{op, h.table.name, err}
	}
	return nil
}

// leave ends a write.
func (h *handle) leave() {
	if h.author != nil {
		h.author.mu.Unlock()
	}
}

// refusedLocked returns what is against a write, if anything.
func (h *handle) refusedLocked(asOwner bool) error {
	owner := h.table.owner.Load()
	switch {
	case h.author.endedLocked():
		return actors.ErrFenced
	case owner == nil:
		return ErrNoTable
	case asOwner && owner != h.tenure:
		return ErrNotOwner
	}
	return nil
}

// missing is the error of a write that found no contents.
func (h *handle) missing(op string) error {
	if err := h.enter(op); err != nil {
		return err
	}
	h.leave()
	return &OpError{op, h.table.name, ErrNoTable}
}

// many refuses work on many keys where others write meanwhile.
func (h *handle) many(op string) error {
	if h.table.access == Public {
		return &OpError{op, h.table.name, ErrPublic}
	}
	return nil
}

// Name returns the table's name; empty for one without.
func (h *handle) Name() string { return h.table.name }

// Info returns a view of the table.
func (h *handle) Info() Info { return h.table.info() }

// Drop deletes the table: its name is free, and readers and writers get [ErrNoTable]. The owner alone may.
func (h *handle) Drop() error {
	if err := h.enterAsOwner("drop"); err != nil {
		return err
	}
	defer h.leave()
	delete(h.author.owns, h.table.id)
	h.table.drop()
	return nil
}

// begin makes a table known and its first tenure.
func begin(owner actors.Sender, c *core, o Options) (*tenure, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	sys := actors.OwnerOf(owner).System()
	c.reg = registryOf(sys)
	c.sim = sys.Simulated()
	c.access, c.limit = o.Access, int64(o.Limit)
	c.writes.init(o.Access)
	a, err := c.reg.author(owner)
	if err != nil {
		return nil, &OpError{"make", c.name, err}
	}
	return c.open(a)
}

// writer makes a handle for somebody who need not be the owner.
func (c *core) writer(in actors.Spawner, op string) (handle, error) {
	if c.access != Public {
		return handle{}, &OpError{op, c.name, ErrNotPublic}
	}
	h := handle{table: c}
	if s, ok := in.(actors.Sender); ok {
		a, err := c.reg.author(s)
		if err != nil {
			return handle{}, &OpError{op, c.name, err}
		}
		h.author = a
	}
	return h, nil
}
