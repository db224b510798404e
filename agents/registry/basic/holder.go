// SPDX-License-Identifier: Apache-2.0

package basic

import (
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

// holding is what the holder takes.
type holding interface{ holding() }

type (
	// claim asks for the table on behalf of a new owner.
	claim struct {
		to    receiver
		reply actors.Reply[custody]
	}
	orphan transfer
	// bequeathed says that an owner has made the holder the heir.
	bequeathed struct{}
)

func (claim) holding()      {}
func (orphan) holding()     {}
func (bequeathed) holding() {}

// custody answers a claim.
type custody struct {
	given bool     // the table was given away to who asked
	last  *book    // or it was lost on the way to somebody, and was this; nil if there is nothing to go on with
	heir  receiver // who will inherit it
}

// holder keeps the table while there is no owner. It does nothing else, so that it has nothing to fail at.
//
// A table that was inherited has no heir until its next owner names one. An owner that ends before that takes the table along, but has written
// nothing: the holder still knows what was in it.
type holder struct {
	owner actors.Ref[message]
	self  receiver
	books *books // while it has them
	last  *book  // what was given away, until its owner has named the heir
}

// Init offers itself as the heir of an owner that runs already.
func (h *holder) Init(ctx *actors.Context[holding]) (err error) {
	h.self, err = table.Receive(ctx, func(t transfer) holding { return orphan(t) })
	if err == nil && !h.owner.PID().IsZero() {
		h.owner.From(ctx).Tell(heir{h.self})
	}
	return err
}

// Receive takes the table in, or gives it away.
func (h *holder) Receive(_ *actors.Context[holding], m holding) error {
	switch m := m.(type) {
	case orphan:
		h.books, h.last = m.Table, nil
	case bequeathed:
		h.last = nil
	case claim:
		if h.books == nil {
			m.reply.Send(custody{last: h.last, heir: h.self})
			return nil
		}
		last, _, err := h.books.Lookup(struct{}{})
		if err == nil {
			err = h.books.GiveAway(m.to, h.self)
		}
		switch {
		case err == nil:
			h.books, h.last = nil, last
		case !errors.Is(err, actors.ErrNoProc):
			return err
		}
		m.reply.Send(custody{given: err == nil, heir: h.self})
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}
