// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"
	"time"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// ledgerBatch is the type of the events of a ledger.
const ledgerBatch = "market.ledger.batch"

// ledgerKeeper is the state of a ledger's process.
type ledgerKeeper struct {
	book     *ledger.Book
	receipts []ledger.Receipt // of the next batch
	bytes    int
	touched  map[ledger.Slot]money.Amount // by transactions that are not published; nil means that everything is new
	taken    int                          // transactions since the last snapshot
	seen     *balances
}

func (k *ledgerKeeper) reset() { k.begin(ledger.New()) }

func (k *ledgerKeeper) begin(b *ledger.Book) {
	*k = ledgerKeeper{book: b, seen: k.seen}
}

func (k *ledgerKeeper) replay(ev Event) error {
	if ev.Type != ledgerBatch {
		return fmt.Errorf("market: event %q is none of a ledger", ev.Type)
	}
	batch, err := ledger.DecodeBatch(ev.Data)
	if err != nil {
		return err
	}
	k.taken += len(batch.Transactions)
	_, err = k.book.Replay(batch)
	return err
}

func (k *ledgerKeeper) do(_ time.Time, c ledgerCommand) (ledgerAnswer, error) {
	switch {
	case c.post != nil:
		r, err := k.apply(*c.post)
		r.Content = nil
		return ledgerAnswer{receipt: r}, err
	case c.all != nil:
		return ledgerAnswer{all: k.applyAll(c.all)}, nil
	case c.take != "":
		epoch := k.book.Epoch(c.take) + 1
		_, err := k.apply(ledger.Transaction{Key: fmt.Sprintf("take/%s/%d", c.take, epoch), Fences: []ledger.Fence{{Ref: c.take, Epoch: epoch}}})
		return ledgerAnswer{epoch: epoch}, err
	default:
		return ledgerAnswer{holds: k.book.Reconcile(c.reconcile)}, nil
	}
}

// applyAll applies one transaction after the other until the batch is full.
func (k *ledgerKeeper) applyAll(list []ledger.Transaction) []Posted {
	all := make([]Posted, 0, len(list))
	for _, t := range list {
		if len(all) > 0 && (k.size() > batchBytes || len(all) == BatchLimit) {
			break
		}
		r, err := k.apply(t)
		r.Content = nil
		all = append(all, Posted{r, err})
	}
	return all
}

func (k *ledgerKeeper) apply(t ledger.Transaction) (ledger.Receipt, error) {
	r, err := k.book.Apply(t)
	if err != nil || r.Already {
		return r, err
	}
	k.receipts = append(k.receipts, r)
	k.bytes += len(r.Content)
	k.taken++
	for _, o := range r.Postings {
		if k.touched != nil {
			k.touched[ledger.Slot{Account: o.Account, Asset: o.Asset}] = 0 // read when it is published
		}
	}
	return r, nil
}

func (k *ledgerKeeper) size() int { return k.bytes }

func (k *ledgerKeeper) batch(now time.Time) (Event, bool) {
	if len(k.receipts) == 0 {
		return Event{}, false
	}
	ev := Event{ledgerBatch, ledger.EncodeBatch(now, k.receipts)}
	clear(k.receipts)
	k.receipts, k.bytes = k.receipts[:0], 0
	return ev, true
}

func (k *ledgerKeeper) tick(time.Time) {}

func (k *ledgerKeeper) publish(*telemetry.Bus) {
	if k.touched == nil {
		k.seen.replace(k.book.Seq(), k.book.Balances())
		k.touched = map[ledger.Slot]money.Amount{}
		return
	}
	for s := range k.touched { // each apart: the order does not matter
		k.touched[s] = k.book.Balance(s.Account, s.Asset)
	}
	k.seen.change(k.book.Seq(), k.touched)
	clear(k.touched)
}

func (k *ledgerKeeper) encode() []byte {
	k.taken = 0
	return k.book.Encode()
}

func (k *ledgerKeeper) decode(state []byte) error {
	b, err := ledger.DecodeBook(state)
	if err == nil {
		k.begin(b)
	}
	return err
}

func (k *ledgerKeeper) since() int { return k.taken }
