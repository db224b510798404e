// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

func (a *auctioneerActor) refName() string { return "auction/" + a.h.o.Spec.ID }

// fresh names something of this incarnation: another one has another epoch.
func (a *auctioneerActor) fresh() string {
	a.count++
	return fmt.Sprintf("%s/%d/%d", a.refName(), a.epoch, a.count)
}

// post has a transaction applied under the epoch of this incarnation, and repeats it until its outcome is known.
func (a *auctioneerActor) post(ctx *actors.Context[AuctioneerMessage], t ledger.Transaction) error {
	t.Fences = []ledger.Fence{{Ref: a.refName(), Epoch: a.epoch}}
	return a.patiently(ctx, func() error {
		_, err := a.h.o.Ledger.Post(ctx, t)
		return err
	})
}

// held is what an owner has set aside.
func (a *auctioneerActor) held(owner string, asset money.Asset) money.Amount {
	sum := money.Amount(0)
	for _, h := range a.holds {
		if h.Owner == owner && h.Asset == asset {
			sum += h.Amount // the ledger has them all: they fit
		}
	}
	return sum
}

// hold tops up what an owner has set aside.
func (a *auctioneerActor) hold(ctx *actors.Context[AuctioneerMessage], owner string, need auction.Need) error {
	more := need.Amount - a.held(owner, need.Asset)
	if more <= 0 {
		return nil
	}
	h := ledger.Hold{ID: a.fresh(), Owner: owner, Ref: a.refName(), Asset: need.Asset, Amount: more}
	if err := a.post(ctx, ledger.Set(h.ID, h)); err != nil {
		return err
	}
	a.holds = append(a.holds, h)
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

// giveBack closes holds that nothing asks for any more: of outbid and withdrawn bids, of bids that no predecessor accepted, and all of
// them when the auction is over.
func (a *auctioneerActor) giveBack(ctx *actors.Context[AuctioneerMessage]) error {
	over := a.m.State().Terminal()
	var ids []string
	var keep []ledger.Hold
	kept := map[string]money.Amount{}
	for _, h := range a.holds { // the older ones are kept first
		owner := h.Owner == a.m.Spec().Owner
		if !over && (owner || kept[h.Owner] < a.m.Exposure(h.Owner)) {
			kept[h.Owner] += h.Amount
			keep = append(keep, h)
		} else {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := a.post(ctx, ledger.Release(a.fresh(), ids)); a.lost(ctx, err) {
		return actors.StopWith(err)
	} else if err != nil {
		return err
	}
	a.holds = keep
	return nil
}

// settle pays for what was sold with one transaction. The journal has it before the ledger: a successor posts the same again, and the key
// keeps it from being done twice. What the ledger refuses for good fails the auction.
func (a *auctioneerActor) settle(ctx *actors.Context[AuctioneerMessage]) error {
	if a.settling == nil {
		t, err := a.settlement()
		if err != nil {
			return a.commit(ctx, auction.Fail{At: ctx.Now(), Reason: err.Error()})
		}
		data, err := json.Marshal(t)
		if err != nil {
			return err
		}
		if err := a.append(ctx, Event{auctionSettling, data}); err != nil {
			return err
		}
		a.settling = &t
	}
	err := a.post(ctx, *a.settling)
	if a.lost(ctx, err) {
		return actors.StopWith(err)
	}
	if err != nil {
		return a.commit(ctx, auction.Fail{At: ctx.Now(), Reason: err.Error()})
	}
	a.holds = nil
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
