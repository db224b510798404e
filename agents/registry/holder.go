// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
	"mabeam.dev/agents/index"
	"mabeam.dev/supervision"
)

// custodyMessage is what the holder takes.
type custodyMessage interface{ holder() }

// claim asks for the tables. The answer is true if they come, as notices to the claimant, and false if there are none.
type claim struct {
	to    custody
	reply actors.Reply[legacy]
}

// legacy is the answer to claim.
type legacy struct {
	there bool
	heir  custody // who is to inherit next
}

func (claim) holder()     {}
func (rowsTaken) holder() {}
func (viewTaken) holder() {}
func (pastTaken) holder() {}

// holder is the process that has the tables while there is no owner. It does nothing else, so that nothing can go wrong with it.
type holder struct {
	r      *Registry
	self   custody
	tables tables
}

func (r *Registry) holderName() string { return r.options.Name + ".holder" }

func (r *Registry) holderChild() supervision.Child {
	name := r.holderName()
	return supervision.Child{ID: "holder", Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, name, func() actors.Behavior[custodyMessage] { return &holder{r: r} }, actors.Kind("registry holder"))
		return ref.PID(), err
	}}
}

// Init offers itself to an owner that lives already.
func (h *holder) Init(ctx *actors.Context[custodyMessage]) (err error) {
	h.self, err = custodian(ctx,
		func(t rowsTaken) custodyMessage { return t },
		func(t viewTaken) custodyMessage { return t },
		func(t pastTaken) custodyMessage { return t })
	if err != nil {
		return err
	}
	_ = h.r.ref.From(ctx).TryTell(heir{h.self}) // an owner that comes later asks
	return nil
}

// Receive keeps what it inherits and gives it to who claims it.
func (h *holder) Receive(_ *actors.Context[custodyMessage], m custodyMessage) error {
	switch m := m.(type) {
	case rowsTaken:
		h.tables.rows = m.Table
	case viewTaken:
		h.tables.view = m.Table
	case pastTaken:
		h.tables.past = m.Table
	case claim:
		answer := legacy{heir: h.self, there: h.tables.complete()}
		if !answer.there {
			h.tables.drop() // the owner ended while it made them
		} else if err := h.tables.lend(m.to, h.self); err != nil {
			m.reply.Fail(err) // the claimant has ended; what it got already comes back
			return nil
		}
		m.reply.Send(answer)
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}

// custody is a process that can get the tables.
type custody struct {
	rows table.Receiver[*table.Set[ID, record]]
	view table.Receiver[*table.Set[struct{}, *index.View]]
	past table.Receiver[*table.Set[ID, grave]]
}

// custodian makes the process of ctx ready to get the tables, as the messages that the functions make.
func custodian[M any](
	ctx *actors.Context[M], rows func(rowsTaken) M, view func(viewTaken) M, past func(pastTaken) M,
) (c custody, err error) {
	if c.rows, err = table.Receive(ctx, func(t table.Transfer[*table.Set[ID, record]]) M { return rows(rowsTaken(t)) }); err != nil {
		return c, err
	}
	if c.view, err = table.Receive(ctx, func(t table.Transfer[*table.Set[struct{}, *index.View]]) M { return view(viewTaken(t)) }); err != nil {
		return c, err
	}
	c.past, err = table.Receive(ctx, func(t table.Transfer[*table.Set[ID, grave]]) M { return past(pastTaken(t)) })
	return c, err
}
