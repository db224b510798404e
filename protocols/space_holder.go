// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

// spaceHolder has the log of a space while the space has no process. It does nothing else, so that nothing can go wrong with it.
type spaceHolder struct {
	s    *Space
	self table.Receiver[*spaceTable]
	log  *spaceTable
}

// Init offers itself to a process that lives already.
func (h *spaceHolder) Init(ctx *actors.Context[spaceMessage]) (err error) {
	if h.self, err = table.Receive(ctx, func(t table.Transfer[*spaceTable]) spaceMessage { return tableCame(t) }); err != nil {
		return err
	}
	_ = h.s.ref.From(ctx).TryTell(heirCame{h.self}) // a process that comes later asks
	return nil
}

// Receive keeps the log, and lends it to who claims it.
func (h *spaceHolder) Receive(_ *actors.Context[spaceMessage], m spaceMessage) error {
	switch m := m.(type) {
	case tableCame:
		h.log = m.Table
	case claimTable:
		answer := tableClaim{there: h.log != nil, heir: h.self}
		if h.log != nil {
			if err := h.log.Lend(m.to, nil, h.self); err != nil {
				m.reply.Fail(err) // the claimant has ended
				return nil
			}
			h.log = nil
		}
		m.reply.Send(answer)
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}
