// SPDX-License-Identifier: Apache-2.0

package table

import "mabeam.dev/actors"

// Transfer is the notice of a table that a process has become the owner of.
type Transfer[H Handle] struct {
	// Table is the new owner's handle; handles of the owner before are of no use any more.
	Table H
	// From is the process that had the table.
	From actors.PID
	// Data is what the giver gave with it, or what it was made heir with. It must be immutable.
	Data any
	// Inherited says that From has ended and left the table to its heir; otherwise From gave it away.
	Inherited bool
}

// Receiver is a process that is ready to become the owner of tables of one type; see [Receive]. The zero Receiver is nobody.
type Receiver[H Handle] struct{ r *receiver[H] }

type receiver[H Handle] struct {
	author  *author
	deliver func(Transfer[H])
}

// Receive makes the process of ctx ready to be given tables whose handle is an H, or to inherit them. Each arrives as the message that
// notice makes, in a turn of the process; from the transfer on the process is the owner, also before it comes to that message. The Receiver is
// of this incarnation: it may be sent to those who make the tables, and is of no use when the process has ended. Receive panics without notice.
func Receive[H Handle, M any](ctx *actors.Context[M], notice func(Transfer[H]) M) (Receiver[H], error) {
	if notice == nil {
		panic("table: Receive needs a function")
	}
	a, err := registryOf(ctx.System()).author(ctx)
	if err != nil {
		return Receiver[H]{}, &OpError{"receive", "", err}
	}
	return Receiver[H]{&receiver[H]{a, actors.Notices(ctx, notice)}}, nil
}

// PID returns the process.
func (r Receiver[H]) PID() actors.PID {
	if r.r == nil {
		return actors.PID{}
	}
	return r.r.author.pid
}

// hand tells the receiver of its new table.
func (r *receiver[H]) hand(c *core, t *tenure, from actors.PID, data any, inherited bool) {
	r.deliver(Transfer[H]{Table: c.stored.handle(t).(H), From: from, Data: data, Inherited: inherited})
}

// heirship is who gets the table when its owner ends.
type heirship struct {
	author *author
	accept func(c *core, t *tenure, from actors.PID, inherited bool)
}

// setHeir makes r the heir, or nobody.
func setHeir[H Handle](h *handle, r Receiver[H], data any) error {
	const op = "set heir of"
	var heir *heirship
	if r.r != nil {
		if err := h.fits(op, r.r.author); err != nil {
			return err
		}
		heir = heirTo(r, data)
	}
	_, err := h.swapHeir(op, heir)
	return err
}

// giveAway makes r the owner.
func giveAway[H Handle](h *handle, r Receiver[H], data any) error {
	const op = "give away"
	if r.r == nil {
		return &OpError{op, h.table.name, actors.ErrNoProc}
	}
	if err := h.fits(op, r.r.author); err != nil {
		return err
	}
	t, err := h.pass(r.r.author)
	if err != nil {
		return &OpError{op, h.table.name, err}
	}
	r.r.hand(h.table, t, h.author.pid, data, false)
	return nil
}

// fits says what is against a process as the next owner, as far as that never changes.
func (h *handle) fits(op string, to *author) error {
	switch {
	case h.tenure == nil:
		return &OpError{op, h.table.name, ErrNotOwner}
	case to == h.author:
		return &OpError{op, h.table.name, ErrSelf}
	case to.reg != h.table.reg:
		return &OpError{op, h.table.name, ErrOtherSystem}
	}
	return nil
}

// pass moves the ownership under the locks of both, so that a write of either comes before or after.
func (h *handle) pass(to *author) (*tenure, error) {
	lockBoth(h.author, to)
	defer unlockBoth(h.author, to)
	if err := h.refusedLocked(true); err != nil {
		return nil, err
	}
	if to.endedLocked() {
		return nil, actors.ErrNoProc
	}
	delete(h.author.owns, h.table.id)
	if h.table.access == Private {
		h.table.stored.rehouse()
	}
	return h.table.ownedByLocked(to), nil
}
