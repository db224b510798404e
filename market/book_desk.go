// SPDX-License-Identifier: Apache-2.0

package market

import (
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/market/ledger"
	"mabeam.dev/telemetry"
)

// escrowKeeper is the state of a process whose commands need something set aside in the ledger before they count, and whose batches move what was
// set aside. It belongs to the process.
type escrowKeeper[C, R any] interface {
	keeper[C, R]
	// need is what a command could cost, judged by the state before its batch: owner, asset and amount. An amount of 0 is nothing, and an error
	// refuses the command.
	need(c C) (ledger.Hold, error)
	// with is a command with the hold that was made for it.
	with(c C, h ledger.Hold) C
	// took reports whether the last command that was done has taken its hold over; otherwise it is given back.
	took() bool
	// settlement is what the last batch moves, with keys that no other batch has. It is the same whenever the same events were taken in.
	settlement() []ledger.Transaction
	// holds are those that are open once the settlement is posted, by id.
	holds() map[string]ledger.Hold
}

// errAgain ends a command that needs more than was set aside, because of others of its batch: it is taken up with the next one.
var errAgain = errors.New("market: again")

// escrowActor is one incarnation of such a process. It does for each batch, one after the other: hold in the ledger, decide, append to the
// journal, settle in the ledger, answer. What is in the mailbox meanwhile makes the next batch.
//
// Where it may end: before the append, a successor finds holds that its state does not know, and gives them back. After it, a successor posts the
// settlement of the last batch again, which the key makes happen once. No batch is appended before the one ahead of it is settled.
type escrowActor[C, R any] struct {
	deskActor[C, R]
	escrow escrowKeeper[C, R]
	ledger *Ledger
	ref    string
	epoch  uint64 // of the ledger's ref
	count  uint64 // of what this incarnation has named
	owned  bool   // the ledger and the state agree
}

// Receive takes a command, or carries out what was taken.
func (a *escrowActor[C, R]) Receive(ctx *actors.Context[DeskMessage], msg DeskMessage) error {
	switch msg.(type) {
	case flush:
		a.armed = false
		return a.flush(ctx)
	case recovery:
		return a.again(ctx, a.recover(ctx))
	default:
		return a.deskActor.Receive(ctx, msg)
	}
}

// Terminate does nothing: callers who wait hear of the end, and nothing of theirs was done.
func (a *escrowActor[C, R]) Terminate(*actors.Context[DeskMessage], actors.Reason) error { return nil }

// again is after the journal was read anew, or was to be.
func (a *escrowActor[C, R]) again(ctx *actors.Context[DeskMessage], err error) error {
	a.owned = false
	if err != nil || !a.ready {
		return err
	}
	return a.takeOver(ctx)
}

// quarantine refuses everything from now on: ledger and journal say different things, and somebody has to look.
func (a *escrowActor[C, R]) quarantine(ctx *actors.Context[DeskMessage], why error) error {
	a.broken = fmt.Errorf("market: %s %q: %w: %w", a.d.o.family, a.d.o.name, ErrUnavailable, why)
	a.ready = false
	telemetry.Emit(ctx.Events(), ProcessQuarantined{Process: a.d.o.name, Family: a.d.o.family, Stream: a.d.o.stream, Err: why})
	a.fail(len(a.waiting), a.broken)
	return nil
}

// patiently repeats what ended for want of the ledger, with longer and longer pauses. It ends with other errors and with the process.
func (a *escrowActor[C, R]) patiently(ctx *actors.Context[DeskMessage], do func() error) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := do()
		if err == nil || ctx.Err() != nil || !errors.Is(err, ErrUnavailable) && !errors.Is(err, actors.ErrMailboxFull) {
			return err
		}
		if err := ctx.System().Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// post has transactions applied under the epoch of this incarnation, each on its own. The error is that of a successor who has taken over, or
// the process's own.
func (a *escrowActor[C, R]) post(ctx *actors.Context[DeskMessage], list []ledger.Transaction) (all []Posted, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	for i := range list {
		list[i].Fences = []ledger.Fence{{Ref: a.ref, Epoch: a.epoch}}
	}
	err = a.patiently(ctx, func() (err error) {
		all, err = a.ledger.PostAll(ctx, list)
		return err
	})
	for _, p := range all {
		if errors.Is(p.Err, ledger.ErrFenced) {
			telemetry.Emit(ctx.Events(), ProcessFenced{Process: a.d.o.name, Family: a.d.o.family, Stream: a.d.o.stream, Err: p.Err})
			return nil, actors.StopWith(p.Err)
		}
	}
	return all, err
}

// settle posts what must not be refused, and reports whether it was not.
func (a *escrowActor[C, R]) settle(ctx *actors.Context[DeskMessage], list []ledger.Transaction) (bool, error) {
	all, err := a.post(ctx, list)
	if err != nil {
		return false, err
	}
	for i, p := range all {
		if p.Err != nil {
			return false, a.quarantine(ctx, fmt.Errorf("settlement %q: %w", list[i].Key, p.Err))
		}
	}
	return true, nil
}

// fresh names something of this incarnation: another one has another epoch.
func (a *escrowActor[C, R]) fresh() string {
	a.count++
	return fmt.Sprintf("%s/%d/%d", a.ref, a.epoch, a.count)
}

// takeOver makes this incarnation the one that writes for the ref, settles what its predecessor may not have settled, and gives back what it
// held for commands that nobody has in the journal.
func (a *escrowActor[C, R]) takeOver(ctx *actors.Context[DeskMessage]) error {
	if err := a.patiently(ctx, func() (err error) { a.epoch, err = a.ledger.Take(ctx, a.ref); return err }); err != nil {
		return err
	}
	if ok, err := a.settle(ctx, a.escrow.settlement()); !ok {
		return err
	}
	var open []ledger.Hold
	if err := a.patiently(ctx, func() (err error) { open, err = a.ledger.Reconcile(ctx, a.ref); return err }); err != nil {
		return err
	}
	want := a.escrow.holds()
	var unknown []string
	for _, h := range open {
		switch w, ok := want[h.ID]; {
		case !ok:
			unknown = append(unknown, h.ID)
		case w != h:
			return a.quarantine(ctx, fmt.Errorf("hold %q is %v %s of %q in the ledger, and %v %s of %q in the journal", h.ID, h.Amount, h.Asset, h.Owner, w.Amount, w.Asset, w.Owner))
		}
	}
	if found := len(open) - len(unknown); found != len(want) {
		return a.quarantine(ctx, fmt.Errorf("the ledger has %d of %d holds", found, len(want)))
	}
	ok, err := a.settle(ctx, a.release(unknown))
	a.owned = ok
	return err
}

func (a *escrowActor[C, R]) release(ids []string) []ledger.Transaction {
	var all []ledger.Transaction
	for len(ids) > 0 {
		n := min(len(ids), 1024) // far below what one transaction may have
		all = append(all, ledger.Release(a.fresh(), ids[:n]))
		ids = ids[n:]
	}
	return all
}

// hold sets aside what commands need, with one call of the ledger. A command that the state or the ledger refuses has an error.
func (a *escrowActor[C, R]) hold(ctx *actors.Context[DeskMessage], batch []command[C, R]) (holds []ledger.Hold, errs []error, err error) {
	holds, errs = make([]ledger.Hold, len(batch)), make([]error, len(batch))
	var list []ledger.Transaction
	var of []int
	for i := range batch {
		h, err := a.escrow.need(batch[i].do)
		if errs[i] = err; err != nil || h.Amount <= 0 {
			continue
		}
		h.ID, h.Ref = a.fresh(), a.ref
		holds[i] = h
		list, of = append(list, ledger.Set(h.ID, h)), append(of, i)
	}
	all, err := a.post(ctx, list)
	for j, p := range all {
		if p.Err != nil {
			holds[of[j]], errs[of[j]] = ledger.Hold{}, p.Err
		}
	}
	return holds, errs, err
}

// flush carries out the commands that wait, as many as one append holds.
func (a *escrowActor[C, R]) flush(ctx *actors.Context[DeskMessage]) error {
	if !a.ready || !a.owned {
		return nil // who takes over arms another one
	}
	batch := a.waiting[:min(len(a.waiting), BatchLimit)]
	holds, errs, err := a.hold(ctx, batch)
	if err != nil {
		return err
	}
	now := ctx.Now()
	if a.ticked {
		a.ticked = false
		a.escrow.tick(now)
	}
	outcomes := make([]outcome[R], len(batch))
	var unused []string
	refused := 0
	for i := range batch {
		if errs[i] == nil {
			outcomes[i].result, errs[i] = a.escrow.do(now, a.escrow.with(batch[i].do, holds[i]))
			if holds[i].ID != "" && (errs[i] != nil || !a.escrow.took()) {
				unused = append(unused, holds[i].ID)
			}
		}
		if outcomes[i].err = errs[i]; errs[i] != nil && !errors.Is(errs[i], errAgain) {
			refused++
			telemetry.Emit(ctx.Events(), CommandRefused{Process: a.d.o.name, Family: a.d.o.family, Code: fault.CodeOf(errs[i])})
		}
	}
	ev, changed := a.escrow.batch(now)
	var list []ledger.Transaction
	if changed {
		next, err := a.d.o.journal.Append(ctx, a.d.o.stream, a.version, ev)
		if err != nil {
			return a.again(ctx, a.undone(ctx, len(batch), err))
		}
		a.version, a.pause = next, firstPause
		list = a.escrow.settlement()
		telemetry.Emit(ctx.Events(), BatchCommitted{Process: a.d.o.name, Family: a.d.o.family, Commands: len(batch), Refused: refused, Bytes: len(ev.Data), Version: next})
	}
	if ok, err := a.settle(ctx, append(list, a.release(unused)...)); !ok {
		return err
	}
	if changed {
		a.escrow.publish(ctx.Events())
	}
	a.answer(outcomes)
	a.arm(ctx)
	return a.snapshot(ctx)
}

// answer tells the first commands that wait what became of them. Those that have to be taken up again stay, in front.
func (a *escrowActor[C, R]) answer(outcomes []outcome[R]) {
	var left []command[C, R]
	for i, o := range outcomes {
		switch {
		case errors.Is(o.err, errAgain):
			left = append(left, a.waiting[i])
		case o.err != nil:
			a.waiting[i].reply.Fail(o.err)
		default:
			a.waiting[i].reply.Send(o.result)
		}
	}
	a.waiting = append(left, a.waiting[len(outcomes):]...)
}

// snapshot takes one when it is time. Where the journal does not take its hash the state was read anew.
func (a *escrowActor[C, R]) snapshot(ctx *actors.Context[DeskMessage]) error {
	if a.d.o.snapshots == nil || a.saving || a.escrow.since() < a.d.o.every {
		return nil
	}
	if err := a.save(ctx); err != nil || a.saving {
		return err
	}
	return a.again(ctx, nil)
}

// escrowDesk is the handle of such a process. It outlives restarts and may be used from any goroutine.
type escrowDesk[C, R any] struct {
	*desk[C, R]
	make   func() escrowKeeper[C, R]
	ledger *Ledger
	ref    string
}

func newEscrowDesk[C, R any](o deskOptions, l *Ledger, ref string, state func() escrowKeeper[C, R]) *escrowDesk[C, R] {
	d := &escrowDesk[C, R]{make: state, ledger: l, ref: ref}
	d.desk = newDesk(o, func() keeper[C, R] { return state() })
	return d
}

// Behavior makes a new incarnation's behaviour, for Spawn or a child specification. One incarnation lives at a time.
func (d *escrowDesk[C, R]) Behavior() actors.Behavior[DeskMessage] {
	state := d.make()
	return &escrowActor[C, R]{deskActor: deskActor[C, R]{d: d.desk, state: state, pause: firstPause}, escrow: state, ledger: d.ledger, ref: d.ref}
}

// Start starts the process.
func (d *escrowDesk[C, R]) Start(in actors.Spawner) (actors.PID, error) {
	ref, err := actors.Spawn(in, d.o.name, d.Behavior, d.ProcessOptions()...)
	if err != nil {
		return actors.PID{}, err
	}
	return ref.PID(), nil
}
