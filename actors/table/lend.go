// SPDX-License-Identifier: Apache-2.0

package table

import "mabeam.dev/actors"

// Lend is GiveAway in such a way that the table comes to back when the new owner ends: back is the heir from that very moment, so that no
// end of the new owner, however early, loses the table. back is usually this process itself, which SetHeir refuses because an owner cannot
// inherit from itself. data is for r; back hears of the inheritance with none. After an error all is as before.
func (s *Set[K, V]) Lend(r Receiver[*Set[K, V]], data any, back Receiver[*Set[K, V]]) error {
	return lend(&s.handle, r, data, back)
}

func lend[H Handle](h *handle, r Receiver[H], data any, back Receiver[H]) error {
	const op = "lend"
	switch {
	case back.r == nil:
		return &OpError{op, h.table.name, actors.ErrNoProc}
	case back.r.author.reg != h.table.reg:
		return &OpError{op, h.table.name, ErrOtherSystem}
	}
	before, err := h.swapHeir(op, heirTo(back, nil))
	if err != nil {
		return err
	}
	if err := giveAway(h, r, data); err != nil {
		_, _ = h.swapHeir(op, before) // refused only when this process has ended or is the owner no longer
		return err
	}
	return nil
}

// swapHeir sets the heir and returns the one before.
func (h *handle) swapHeir(op string, heir *heirship) (before *heirship, err error) {
	if err := h.enterAsOwner(op); err != nil {
		return nil, err
	}
	defer h.leave()
	return h.table.heir.Swap(heir), nil
}

// heirTo makes the heirship of a receiver.
func heirTo[H Handle](r Receiver[H], data any) *heirship {
	return &heirship{r.r.author, func(c *core, t *tenure, from actors.PID, inherited bool) {
		r.r.hand(c, t, from, data, inherited)
	}}
}
