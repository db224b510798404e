// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
)

// errReplaced ends an incarnation that finds that another one goes on from its state.
var errReplaced = errors.New("telemetry/collect: alerts: another incarnation has taken over")

// alertsMessage is what the alert manager's process takes.
type alertsMessage interface{ alerts() }

type (
	tick struct{}
	// sent is the fate of a delivery.
	sent struct {
		delivery alert.Delivery
		err      error
	}
	silence struct {
		silence alert.Silence
		reply   actors.Reply[uint64]
	}
	unsilence struct {
		id    uint64
		reply actors.Reply[struct{}]
	}
	acknowledge struct {
		rule, key, by string
		reply         actors.Reply[struct{}]
	}
	replace struct {
		spec    alert.Spec
		senders map[string]Sender
		reply   actors.Reply[struct{}]
	}
)

func (tick) alerts()        {}
func (sent) alerts()        {}
func (silence) alerts()     {}
func (unsilence) alerts()   {}
func (acknowledge) alerts() {}
func (replace) alerts()     {}

// alerts is one incarnation. It owns the machine; the handle has the copy that survives it.
type alerts struct {
	*Alerts
	machine *alert.Machine
	timer   actors.Timer
	mine    *alertState // what this incarnation found or published last
}

// Init goes on from what the incarnation before has published.
func (a *alerts) Init(ctx *actors.Context[alertsMessage]) error {
	a.mine = a.state.Load()
	m, err := alert.New(a.mine.spec)
	if err != nil {
		return err
	}
	m.Restore(a.mine.memory)
	a.machine = m
	a.timer = ctx.Every(m.Tick(), tick{})
	return nil
}

// Receive handles one message and publishes what has come of it before anybody is told.
func (a *alerts) Receive(ctx *actors.Context[alertsMessage], m alertsMessage) error {
	now := ctx.Now()
	switch m := m.(type) {
	case tick:
		return a.step(ctx, now)
	case sent:
		a.settle(ctx, now, m)
		return a.publish(now, a.mine.view.At)
	case silence:
		id, err := a.machine.Silence(now, m.silence)
		return a.answer(now, err, func() { m.reply.Send(id) }, m.reply.Fail)
	case unsilence:
		err := a.machine.Unsilence(m.id)
		return a.answer(now, err, func() { m.reply.Send(struct{}{}) }, m.reply.Fail)
	case acknowledge:
		err := a.machine.Acknowledge(m.rule, m.key, m.by)
		return a.answer(now, err, func() { m.reply.Send(struct{}{}) }, m.reply.Fail)
	case replace:
		err := a.replace(ctx, m)
		return a.answer(now, err, func() { m.reply.Send(struct{}{}) }, m.reply.Fail)
	}
	return fmt.Errorf("telemetry/collect: alerts: unknown message %T", m)
}

// answer publishes before it replies.
func (a *alerts) answer(now time.Time, err error, good func(), bad func(error)) error {
	if err != nil {
		bad(err)
		return nil
	}
	if err := a.publish(now, a.mine.view.At); err != nil {
		return err
	}
	good()
	return nil
}

// step evaluates the rules, publishes, tells the bus and begins to send.
func (a *alerts) step(ctx *actors.Context[alertsMessage], now time.Time) error {
	out := a.machine.Step(now, a.agg.View(now))
	if err := a.publish(now, now); err != nil {
		return err
	}
	for _, c := range out.Changes {
		e := Alert{Rule: c.Rule, Key: c.Key, Severity: c.Severity, Value: c.Value, At: c.At, Since: c.Since, Muted: c.Muted}
		switch c.To {
		case alert.Firing:
			telemetry.Emit(ctx.Events(), AlertFired{e})
		case alert.Resolved:
			telemetry.Emit(ctx.Events(), AlertResolved{e})
		case alert.Inactive, alert.Pending:
		}
	}
	for _, d := range out.Deliveries {
		a.send(ctx, d)
	}
	return nil
}

// send runs a Sender beside the process, under its deadline. The machine makes no other delivery for the route until the fate of this one is known.
func (a *alerts) send(ctx *actors.Context[alertsMessage], d alert.Delivery) {
	sender := a.mine.senders[d.Route]
	limited, cancel := ctx.WithTimeout(a.o.SendTimeout)
	ctx.Go(func(context.Context) alertsMessage {
		defer cancel()
		return sent{d, send(limited, sender, d)}
	})
}

// settle notes the fate of a delivery.
func (a *alerts) settle(ctx *actors.Context[alertsMessage], now time.Time, s sent) {
	if s.err == nil {
		if a.machine.Sent(s.delivery) {
			telemetry.Emit(ctx.Events(), RouteRecovered{s.delivery.Route})
		}
		return
	}
	first := a.machine.Failed(now, s.delivery)
	telemetry.Emit(ctx.Events(), RouteFailed{Route: s.delivery.Route, Notices: len(s.delivery.Notices), Reason: s.err.Error(), First: first})
}

// replace makes a machine of another spec that goes on from the memory of this one. Deliveries under way are made again, because nobody waits for their fate.
func (a *alerts) replace(ctx *actors.Context[alertsMessage], r replace) error {
	m, err := alert.New(r.spec)
	if err != nil {
		return err
	}
	m.Restore(a.machine.Memory())
	a.timer.Cancel()
	a.machine, a.timer = m, ctx.Every(m.Tick(), tick{})
	next := *a.mine
	next.spec, next.senders = r.spec, r.senders
	if !a.state.CompareAndSwap(a.mine, &next) {
		return errReplaced
	}
	a.mine = &next
	return nil
}

// publish makes the present state what everybody sees and the next incarnation goes on from. An incarnation that was killed and still runs finds another one's
// state in the place of its own, and ends.
func (a *alerts) publish(now, stepped time.Time) error {
	next := *a.mine
	next.memory = a.machine.Memory()
	next.view = AlertView{
		At: stepped, Alerts: a.machine.Status(now), Silences: a.machine.Silences(), Failing: a.machine.FailingRoutes(), LeftOut: a.machine.LeftOut(),
	}
	if !a.state.CompareAndSwap(a.mine, &next) {
		return errReplaced
	}
	a.mine = &next
	return nil
}
