// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/telemetry"
)

// replica is one life of a member's replica: it runs the machine and carries out its effects, in their order.
type replica struct {
	g      *Group
	seat   *seat
	me     wire.Member
	keys   Keys
	r      *pbft.Replica
	check  *auth.Verifier
	pen    Pen
	timers map[pbft.Timer]actors.Timer
	lie    liar
}

// Init makes the replica again from its log.
func (p *replica) Init(ctx *actors.Context[message]) error {
	records, lost, pen, err := p.seat.log.Open(ctx)
	if err != nil {
		return err
	}
	log := make([]wire.Record, len(records))
	for i, b := range records {
		if log[i], err = wire.DecodeRecord(b); err != nil {
			return fmt.Errorf("byzantine: group %q: log of %q: %w", p.g.spec.ID, p.agent(), err)
		}
	}
	if p.keys, err = p.g.h.o.Keys.Member(p.g.cfg, p.me); err != nil {
		return err
	}
	options, _ := p.g.h.o.patience(p.g.cfg.N())
	if lost = lost || p.g.h.Behaviour(p.agent()) == Amnesia; lost {
		options.Amnesiac, log = true, nil
	}
	if p.r, err = pbft.Restore(p.g.cfg, p.me, options, p.keys, p.g.spec.App(), log); err != nil {
		return err
	}
	p.pen, p.check, p.timers = pen, auth.NewVerifier(p.g.cfg, p.keys, 0), map[pbft.Timer]actors.Timer{}
	p.lie = liar{cfg: p.g.cfg, me: p.me, keys: p.keys}
	status := p.r.Status()
	p.seat.status.Store(&status)
	pid := ctx.PID()
	p.seat.pid.Store(&pid)
	ctx.Continue(begin{})
	return nil
}

func (p *replica) agent() string { return p.g.cfg.Members[p.me].Name }

// Receive lets something happen to the machine.
func (p *replica) Receive(ctx *actors.Context[message], m message) error {
	switch m := m.(type) {
	case begin:
		return p.do(ctx, p.r.Step(pbft.Start{Now: ctx.Now()}))
	case parcel:
		return p.deliver(ctx, m.bytes)
	case fired:
		return p.do(ctx, p.r.Step(pbft.Fired{Now: ctx.Now(), Timer: m.timer, Gen: m.gen}))
	case heard:
		m.reply.Send(struct{}{})
		return nil
	case submit:
		return &actors.UnknownMessageError{Message: m}
	default:
		return &actors.UnknownMessageError{Message: m}
	}
}

// deliver takes a message in that is well made, of use and signed; the rest is noted and forgotten.
func (p *replica) deliver(ctx *actors.Context[message], b []byte) error {
	m, err := wire.Decode(b)
	if err != nil {
		telemetry.Emit(ctx.Events(), MessageRefused{p.g.spec.ID, p.agent(), err})
		return nil
	}
	if !p.r.Wants(m) {
		return nil
	}
	v, err := p.check.Open(m)
	if err != nil {
		telemetry.Emit(ctx.Events(), MessageRefused{p.g.spec.ID, p.agent(), err})
		return nil
	}
	return p.do(ctx, p.r.Step(pbft.Deliver{Now: ctx.Now(), Msg: v}))
}

// do carries effects out, as the member behaves.
func (p *replica) do(ctx *actors.Context[message], effects []pbft.Effect) error {
	if len(effects) == 0 {
		return nil
	}
	if b := p.g.h.Behaviour(p.agent()); b != Honest {
		effects = p.lie.twist(b, effects)
	}
	for _, e := range effects {
		switch e := e.(type) {
		case pbft.Send:
			_ = p.g.seats[e.To].ref.From(ctx).TryTell(parcel{wire.Encode(e.Msg)}) // what is lost is said again
		case pbft.Broadcast:
			b := wire.Encode(e.Msg)
			for i, t := range p.g.seats {
				if wire.Member(i) != p.me {
					_ = t.ref.From(ctx).TryTell(parcel{b})
				}
			}
		case pbft.Answer:
			_ = p.g.clerk.ref.From(ctx).TryTell(parcel{wire.Encode(e.Reply)})
		case pbft.SetTimer:
			p.timers[e.Timer].Cancel()
			p.timers[e.Timer] = ctx.After(e.After, fired{0, e.Timer, e.Gen})
		case pbft.StopTimer:
			p.timers[e.Timer].Cancel()
		case pbft.Persist:
			records := make([][]byte, len(e.Records))
			for i, r := range e.Records {
				records[i] = wire.EncodeRecord(r)
			}
			if err := p.pen.Write(ctx, e.Replace, records); err != nil {
				return fmt.Errorf("byzantine: group %q: log of %q: %w", p.g.spec.ID, p.agent(), err)
			}
		case pbft.Report:
			kind, text := pbft.EncodeEvidence(p.g.cfg, e.Evidence)
			who := p.g.cfg.Members[e.Evidence.Accused(p.g.cfg)].Name
			if p.g.Accuse(Accusation{who, kind, text}) {
				telemetry.Emit(ctx.Events(), MemberAccused{p.g.spec.ID, p.agent(), who, kind})
			}
		case pbft.Halt:
			if errors.Is(e.Err, pbft.ErrSafetyViolated) { // anything else is the trouble of this replica, one of the f
				p.g.halt(e.Err)
			}
			telemetry.Emit(ctx.Events(), ReplicaHalted{p.g.spec.ID, p.agent(), e.Err})
		case pbft.Note:
			p.note(ctx, e)
		case pbft.Decide, pbft.Done, pbft.NextEpoch: // decisions reach clients as answers; a group of this package has one epoch
		}
	}
	s := p.r.Status()
	p.seat.status.Store(&s)
	return nil
}

func (p *replica) note(ctx *actors.Context[message], n pbft.Note) {
	switch n.Kind {
	case pbft.NoteNewView:
		telemetry.Emit(ctx.Events(), ViewEntered{p.g.spec.ID, p.agent(), n.View, p.g.cfg.Members[p.g.cfg.Primary(n.View)].Name})
	case pbft.NoteTimeout:
		telemetry.Emit(ctx.Events(), PrimaryDoubted{p.g.spec.ID, p.agent(), n.View, p.g.cfg.Members[p.g.cfg.Primary(n.View)].Name})
	case pbft.NoteIgnored, pbft.NoteViewChange, pbft.NoteStable, pbft.NoteFetching, pbft.NoteInstalled, pbft.NoteSuspicious, pbft.NoteRetired:
	}
}

// Inspect shows where the replica stands.
func (p *replica) Inspect() any { return p.r.Status() }
