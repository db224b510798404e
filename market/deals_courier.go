// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// PaymentStuck is the event: the ledger refuses a payment that cannot be refused, and the money waits. It is tried again and again.
type PaymentStuck struct {
	Process string // that wants to pay
	Subject string // what it is about
	Key     string // of the transaction
	Err     error  // of the ledger
}

// EventName returns "market.payment_stuck".
func (PaymentStuck) EventName() string { return "market.payment_stuck" }

// LogLevel is Error: somebody has to look.
func (PaymentStuck) LogLevel() slog.Level { return slog.LevelError }

// LogAttrs names the subject, the transaction and the cause.
func (e PaymentStuck) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("subject", e.Subject), slog.String("transaction", e.Key), slog.Any(telemetry.KeyError, e.Err)}
}

// tillDesk is the handle of a process whose commands move money, and of its courier.
type tillDesk[C, A any] struct {
	*desk[tillCommand[C, A], tillAnswer[A]]
	ledger  *Ledger
	errand  func(ctx context.Context, b bill) error // what is no money; its error means: later
	every   time.Duration
	courier atomic.Pointer[actors.PID] // the living incarnation; set by its Init
	bell    actors.Ref[courierMessage]
}

// tillOptions set one up.
type tillOptions struct {
	desk   deskOptions
	ledger *Ledger
	errand func(ctx context.Context, b bill) error
}

// newTill makes the handle, or returns everything that is missing.
func newTill[C, A any](o tillOptions, core func() till[C, A]) (*tillDesk[C, A], error) {
	if o.desk.ticks <= 0 {
		o.desk.ticks = time.Second
	}
	o.desk.every = snapshotEvery(o.desk.every)
	var problems []error
	if o.ledger == nil {
		problems = append(problems, fmt.Errorf("market: %s %q: no ledger", o.desk.family, o.desk.name))
	}
	probe := ledger.Transaction{Key: o.desk.stream + "/1", Fences: []ledger.Fence{{Ref: o.desk.stream + "/18446744073709551615", Epoch: 1}}}
	if err := probe.Validate(); err != nil && o.desk.stream != "" {
		problems = append(problems, fmt.Errorf("market: %s %q: stream %q cannot begin the keys of transactions: %w", o.desk.family, o.desk.name, o.desk.stream, err))
	}
	if err := errors.Join(append(problems, o.desk.validate())...); err != nil {
		return nil, err
	}
	t := &tillDesk[C, A]{ledger: o.ledger, errand: o.errand, every: o.desk.ticks}
	t.desk = newDesk(o.desk, func() keeper[tillCommand[C, A], tillAnswer[A]] {
		return &tillKeeper[C, A]{family: o.desk.family, prefix: o.desk.stream, core: core()}
	})
	t.bell = actors.Resolved[courierMessage](actors.PID{}, o.desk.name+"/courier", func() actors.PID {
		if pid := t.courier.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return t, nil
}

// Child describes the process and its courier under a supervisor of their own.
func (t *tillDesk[C, A]) Child() supervision.Child {
	return supervision.Sub(t.o.name, supervision.Spec{
		Intensity: supervision.Intensity{Max: 5, Within: 10 * time.Second},
		Children: []supervision.Child{
			supervision.Worker("book", t.Behavior, t.ProcessOptions()...),
			supervision.Worker("courier", func() actors.Behavior[courierMessage] { return &courier[C, A]{t} }, actors.Kind(t.o.family+".courier")),
		},
	})
}

// perform has a command done, with the money that it moves, and returns when all of that is durable.
func (t *tillDesk[C, A]) perform(ctx context.Context, c C) (A, error) {
	a, err := t.ask(ctx, tillCommand[C, A]{do: &c})
	if err != nil {
		return a.answer, err
	}
	if a.bill == nil {
		return a.answer, nil
	}
	if a.bill.Errand != "" {
		t.bell.Tell(courierMessage{})
		return a.answer, nil
	}
	return t.settle(ctx, *a.bill)
}

// settle carries a bill out and reports it. What the ledger refuses for good is the error, after the process knows.
func (t *tillDesk[C, A]) settle(ctx context.Context, b bill) (A, error) {
	err := t.carry(ctx, &b)
	refused := err != nil && b.Draws && refusal(err)
	if err != nil && !refused {
		var nothing A
		return nothing, err
	}
	a, lost := t.ask(ctx, tillCommand[C, A]{of: &b, done: tillDone{Refused: refused}})
	if lost != nil {
		return a.answer, lost
	}
	if a.bill != nil && a.bill.Errand != "" {
		t.bell.Tell(courierMessage{})
	}
	return a.answer, err
}

// carry does what a bill says. A refusal of one that draws is final: late attempts of others are fenced off before it is believed.
func (t *tillDesk[C, A]) carry(ctx context.Context, b *bill) error {
	if b.Errand != "" {
		return t.errand(ctx, *b)
	}
	_, err := t.ledger.Post(ctx, b.Tx)
	if err == nil || !b.Draws || !refusal(err) {
		return err
	}
	if _, lost := t.ledger.Post(ctx, ledger.Transaction{Key: b.Tx.Key + "/void", Fences: []ledger.Fence{{Ref: b.Tx.Key, Epoch: 1}}}); lost != nil {
		return errors.Join(ErrUnavailable, lost)
	}
	// It may have been posted by somebody else before the fence stood.
	switch _, again := t.ledger.Post(ctx, b.Tx); {
	case again == nil:
		return nil
	case !refusal(again):
		return again
	}
	return err
}

// refusal reports whether the ledger has decided, and would decide the same again.
func refusal(err error) bool {
	for _, final := range []error{
		ledger.ErrInvalidTransaction, ledger.ErrIdempotencyConflict, ledger.ErrFenced, ledger.ErrUnknownHold, ledger.ErrHoldClosed, ledger.ErrHoldExists,
		ledger.ErrInsufficientFunds, ledger.ErrUnknownAccount, money.ErrCurrencyMismatch, money.ErrOverflow, money.ErrInvalidAsset,
	} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}

// courierMessage wakes the courier.
type courierMessage struct{}

// courier carries out the bills that nobody else does: those of callers who have died, those that time has made, and errands. Its process owns no
// state.
type courier[C, A any] struct{ t *tillDesk[C, A] }

// Init publishes who lives, and looks at once.
func (c *courier[C, A]) Init(ctx *actors.Context[courierMessage]) error {
	pid := ctx.PID()
	c.t.courier.Store(&pid)
	ctx.Every(c.t.every, courierMessage{})
	ctx.Self().Tell(courierMessage{})
	return nil
}

// Receive carries out what is open. What fails is tried again with the next tick.
func (c *courier[C, A]) Receive(ctx *actors.Context[courierMessage], _ courierMessage) error {
	limit, stop := ctx.WithTimeout(10 * c.t.every)
	defer stop()
	now := ctx.Now()
	a, err := c.t.ask(limit, tillCommand[C, A]{open: &now})
	if err != nil {
		return nil //nolint:nilerr // it is down: with the next tick
	}
	for _, b := range a.bills {
		if b.Errand == "" && now.Sub(b.At) < c.t.every {
			continue // its caller is about to see to it
		}
		_, err := c.t.settle(limit, b)
		if err != nil && !b.Draws && refusal(err) {
			telemetry.Emit(ctx.Events(), PaymentStuck{Process: c.t.o.name, Subject: b.Subject, Key: b.Tx.Key, Err: err})
		}
		if limit.Err() != nil {
			break
		}
	}
	return nil
}
