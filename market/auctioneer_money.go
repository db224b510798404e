// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// fresh names something of this incarnation: another one has another epoch.
func (a *auctioneerActor) fresh() string {
	a.count++
	out := append(append(make([]byte, 0, 64), "auction/"...), a.h.o.Spec.ID...)
	out = strconv.AppendUint(append(out, '/'), a.epoch, 10)
	return string(strconv.AppendUint(append(out, '/'), a.count, 10))
}

// fenced gives a transaction the epoch of this incarnation.
func (a *auctioneerActor) fenced(t ledger.Transaction) ledger.Transaction {
	t.Fences = []ledger.Fence{{Ref: a.ref, Epoch: a.epoch}}
	return t
}

// post has a transaction applied under the epoch of this incarnation, and repeats it until its outcome is known.
func (a *auctioneerActor) post(ctx *actors.Context[AuctioneerMessage], t ledger.Transaction) error {
	t = a.fenced(t)
	return a.patiently(ctx, func() error {
		_, err := a.h.o.Ledger.Post(ctx, t)
		return err
	})
}

// postAll is post for several that are applied each on its own. Its error is that of the ledger, of which none of them had an outcome.
func (a *auctioneerActor) postAll(ctx *actors.Context[AuctioneerMessage], list []ledger.Transaction) (posted []Posted, err error) {
	err = a.patiently(ctx, func() error {
		posted, err = a.h.o.Ledger.PostAll(ctx, list)
		return err
	})
	for _, r := range posted {
		if a.lost(ctx, r.Err) {
			return nil, actors.StopWith(r.Err)
		}
	}
	return posted, err
}

// held is what an owner has set aside.
func (a *auctioneerActor) held(owner string, asset money.Asset) money.Amount {
	if asset == a.m.Spec().Currency {
		return a.set[owner]
	}
	sum := money.Amount(0)
	for _, h := range a.holds {
		if h.Owner == owner && h.Asset == asset {
			sum += h.Amount // the ledger has them all: they fit
		}
	}
	return sum
}

// keep makes the open holds those of a list.
func (a *auctioneerActor) keep(holds []ledger.Hold) {
	a.holds = nil
	clear(a.set)
	for _, h := range holds {
		a.add(h)
	}
}

// add takes note of a hold that was opened.
func (a *auctioneerActor) add(h ledger.Hold) {
	a.holds = append(a.holds, h)
	if h.Asset != a.m.Spec().Currency {
		return
	}
	if a.set == nil {
		a.set = map[string]money.Amount{}
	}
	a.set[h.Owner] += h.Amount
}

// hold tops up what an owner has set aside.
func (a *auctioneerActor) hold(ctx *actors.Context[AuctioneerMessage], owner string, need auction.Need) error {
	more := need.Amount - a.held(owner, need.Asset)
	if more <= 0 {
		return nil
	}
	h := ledger.Hold{ID: a.fresh(), Owner: owner, Ref: a.ref, Asset: need.Asset, Amount: more}
	if err := a.post(ctx, ledger.Set(h.ID, h)); err != nil {
		return err
	}
	a.add(h)
	return nil
}

// holdLots sets aside what the owner sells, or may have to pay.
func (a *auctioneerActor) holdLots(ctx *actors.Context[AuctioneerMessage]) error {
	needs, err := a.m.OwnerNeeds()
	for _, n := range needs {
		if err == nil {
			err = a.hold(ctx, a.m.Spec().Owner, n)
		}
	}
	return err
}

// owes reports whether winners have left a deposit, and the rest is to be asked for.
func (a *auctioneerActor) owes() bool {
	o, decided := a.m.Outcome()
	return decided && o.Sold && a.m.Spec().DepositPerMillion != million
}

// payBy is until when a winner has time to pay the rest; false if nobody has to.
func (a *auctioneerActor) payBy() (time.Time, bool) {
	return a.m.Last().Add(a.h.o.PayWithin), a.m.State() == auction.Settling
}

// charge sets aside what the winners owe beyond their deposits, and settles. A winner who has not got it when its time is up has defaulted: the
// auction is decided again without it.
func (a *auctioneerActor) charge(ctx *actors.Context[AuctioneerMessage]) error {
	o, _ := a.m.Outcome()
	if a.settling != nil { // all had paid, and what was held may be gone
		return a.settle(ctx)
	}
	for _, award := range o.Awards {
		err := a.hold(ctx, award.Bidder, auction.Need{Asset: a.m.Spec().Currency, Amount: award.Amount})
		if a.lost(ctx, err) {
			return actors.StopWith(err)
		}
		if errors.Is(err, ledger.ErrInsufficientFunds) {
			if due, _ := a.payBy(); ctx.Now().Before(due) {
				return nil // it is asked again then
			}
			telemetry.Emit(ctx.Events(), WinnerDefaulted{Process: a.h.o.Name, Round: o.Round + 1})
			return a.commit(ctx, auction.Default{At: ctx.Now(), Bidder: award.Bidder})
		}
		if err != nil {
			return err
		}
	}
	return a.settle(ctx)
}

// million is the whole of a share that is counted in millionths.
const million = 1_000_000

// decision makes a decision durable, and with it, if all that it asks for is held, the transaction that settles it: nothing can come between
// them.
func (a *auctioneerActor) decision(ctx *actors.Context[AuctioneerMessage], in auction.Decide) error {
	p := placed{auctionPlace: auctionPlace{in: in}}
	if p.prepared, p.err = auction.Prepare(in); p.err == nil {
		p.result, p.err = a.accept(ctx, &p)
	}
	if p.err != nil {
		return fmt.Errorf("market: auction %q: %w", a.h.o.Spec.ID, p.err)
	}
	list := []Event{{auctionInput, p.prepared.Encoded()}}
	if !a.owes() {
		if ev, err := a.plan(); err == nil { // else settle says why not
			list = append(list, ev)
		}
	}
	if err := a.append(ctx, list...); err != nil {
		return err
	}
	a.publish()
	return nil
}

// plan makes the transaction that settles, for the journal.
func (a *auctioneerActor) plan() (Event, error) {
	t, err := a.settlement()
	if err != nil {
		return Event{}, err
	}
	data, err := json.Marshal(t)
	if err != nil {
		return Event{}, err
	}
	a.settling = &t
	return Event{auctionSettling, data}, nil
}

// settle pays for what was sold with one transaction. The journal has it before the ledger: a successor posts the same again, and the key
// keeps it from being done twice. What the ledger refuses for good fails the auction. While somebody whom it pays is under review it waits.
func (a *auctioneerActor) settle(ctx *actors.Context[AuctioneerMessage]) error {
	if a.settling == nil {
		ev, err := a.plan()
		if err != nil {
			return a.commit(ctx, auction.Fail{At: ctx.Now(), Reason: err.Error()})
		}
		if err := a.append(ctx, ev); err != nil {
			return err
		}
	}
	who, spec := "", a.m.Spec()
	if who = a.h.o.reviewed.waits(a.settling, &spec); who != "" && !a.kept {
		telemetry.Emit(ctx.Events(), PayoutHeld{Process: a.h.o.Name, Owner: who})
	}
	if a.kept = who != ""; a.kept {
		return nil
	}
	err := a.post(ctx, *a.settling)
	if a.lost(ctx, err) {
		return actors.StopWith(err)
	}
	if err != nil {
		return a.commit(ctx, auction.Fail{At: ctx.Now(), Reason: err.Error()})
	}
	a.keep(nil)
	return a.commit(ctx, auction.Settle{At: ctx.Now()})
}

// settlement is the transaction that the outcome asks for.
func (a *auctioneerActor) settlement() (ledger.Transaction, error) {
	holds := make([]auction.Hold, len(a.holds))
	for i, h := range a.holds {
		holds[i] = auction.Hold{ID: h.ID, Owner: h.Owner, Asset: h.Asset, Amount: h.Amount}
	}
	releases, err := a.m.Settlement(holds)
	t := ledger.Transaction{Key: a.m.SettlementKey()}
	for _, r := range releases {
		c := ledger.Close{ID: r.Hold.ID}
		for _, p := range r.Pay {
			to := ledger.Available(p.To)
			switch p.Account {
			case auction.ToFees:
				to = ledger.Fees
			case auction.ToPenalty:
				to = ledger.Penalty
			}
			c.Pay = append(c.Pay, ledger.Posting{Account: to, Asset: r.Hold.Asset, Amount: p.Amount})
		}
		t.Close = append(t.Close, c)
	}
	return t, err
}
