// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"iter"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// LedgerOptions set up a ledger. Name, Stream and Journal must be set.
type LedgerOptions struct {
	// Name is the process's name. There is one ledger for each tenant.
	Name string
	// Stream is where its transactions are.
	Stream  string
	Journal Journal
	// Snapshots, if it is set, shortens recoveries.
	Snapshots Snapshots
	// SnapshotEvery is how many transactions lie between two snapshots; 0 means 100,000. Taking one takes the process about a second for each
	// million of keys and holds.
	SnapshotEvery int
}

// Ledger is the handle of the one process that keeps a tenant's books. It outlives restarts of the process and may be used from any goroutine.
type Ledger struct {
	*desk[ledgerCommand, ledgerAnswer]
	seen balances
}

// ledgerCommand is a transaction, or one of the questions that are answered in their turn.
type ledgerCommand struct {
	post      *ledger.Transaction
	all       []ledger.Transaction // each on its own
	take      string               // a ref to fence anew
	reconcile string               // a ref
}

type ledgerAnswer struct {
	receipt ledger.Receipt
	all     []Posted // of the first ones; the others have to be asked for again
	epoch   uint64
	holds   []ledger.Hold
}

// NewLedger makes the handle, or returns what is missing. The process is started with Start, or by a supervisor from Behavior and
// ProcessOptions; until then everything is ErrUnavailable.
func NewLedger(o LedgerOptions) (*Ledger, error) {
	if o.SnapshotEvery <= 0 {
		o.SnapshotEvery = 100_000
	}
	d := deskOptions{name: o.Name, stream: o.Stream, family: "market.ledger", journal: o.Journal, snapshots: o.Snapshots, every: o.SnapshotEvery}
	if err := d.validate(); err != nil {
		return nil, err
	}
	l := &Ledger{}
	l.desk = newDesk(d, func() keeper[ledgerCommand, ledgerAnswer] { return &ledgerKeeper{seen: &l.seen} })
	return l, nil
}

// Post applies a transaction and returns when it is durable. A repetition has Already in its receipt. Errors are those of ledger.Book.Apply, and
// ErrUnavailable, after which the same transaction is to be posted again.
func (l *Ledger) Post(ctx context.Context, t ledger.Transaction) (ledger.Receipt, error) {
	a, err := l.ask(ctx, ledgerCommand{post: &t})
	return a.receipt, err
}

// Posted is what became of one of many transactions: its receipt, or why it was refused.
type Posted struct {
	Receipt ledger.Receipt
	Err     error
}

// PostAll applies transactions in order, each on its own: one that is refused does not keep the others from being applied. It returns when all that
// were applied are durable, mostly with one append for all of them. An error is ErrUnavailable, after which the same are to be posted again:
// some of them may have been applied.
func (l *Ledger) PostAll(ctx context.Context, list []ledger.Transaction) ([]Posted, error) {
	all := make([]Posted, 0, len(list))
	for len(all) < len(list) {
		a, err := l.ask(ctx, ledgerCommand{all: list[len(all):]})
		if err != nil {
			return nil, err
		}
		all = append(all, a.all...)
	}
	return all, nil
}

// PostFrom is Post for a process that must not block: the outcome becomes the message that then makes, in one of its next turns.
func PostFrom[N any](c *actors.Context[N], l *Ledger, t ledger.Transaction, then func(ledger.Receipt, error) N) {
	request(c, l.desk, ledgerCommand{post: &t}, func(a ledgerAnswer, err error) N { return then(a.receipt, err) })
}

// Take makes the caller the only writer to a ref: it raises the ref's epoch and returns it. Whoever writes with a lower one, or none, is
// refused from then on.
func (l *Ledger) Take(ctx context.Context, ref string) (epoch uint64, err error) {
	a, err := l.ask(ctx, ledgerCommand{take: ref})
	return a.epoch, err
}

// Reconcile returns the open holds of a ref in the order in which they were opened, all of them durable.
func (l *Ledger) Reconcile(ctx context.Context, ref string) ([]ledger.Hold, error) {
	a, err := l.ask(ctx, ledgerCommand{reconcile: ref})
	return a.holds, err
}

// Balance returns what is in an account of an asset, without asking the process: what was there after some transaction, and a caller's own that
// was answered is in it. While the process restarts it is what was there before. ErrUnavailable before the first start.
func (l *Ledger) Balance(a ledger.Account, of money.Asset) (money.Amount, error) {
	_, all, err := l.Read(ledger.Slot{Account: a, Asset: of})
	if err != nil {
		return 0, err
	}
	return all[0], nil
}

// Read is Balance for several slots at one moment, with the number of transactions until then: whole transactions, never a part of one.
func (l *Ledger) Read(slots ...ledger.Slot) (seq uint64, all []money.Amount, err error) {
	return l.seen.read(slots)
}

// Balances returns everything that is not 0 at one moment. The caller owns the map.
func (l *Ledger) Balances() (seq uint64, all map[ledger.Slot]money.Amount, err error) {
	return l.seen.all()
}

// History gives the batches in the journal, in order, without the process.
func (l *Ledger) History(ctx context.Context) iter.Seq2[ledger.Batch, error] {
	return func(yield func(ledger.Batch, error) bool) {
		err := l.o.journal.Read(ctx, l.o.stream, 0, func(_ uint64, ev Event) error {
			if ev.Type != ledgerBatch {
				return nil
			}
			b, err := ledger.DecodeBatch(ev.Data)
			if err == nil && !yield(b, nil) {
				return errFound
			}
			return err
		})
		if err != nil && !errors.Is(err, errFound) {
			yield(ledger.Batch{}, err)
		}
	}
}

// Statement draws up what happened to an asset in an account from a time on and before another, from the journal.
func (l *Ledger) Statement(ctx context.Context, a ledger.Account, of money.Asset, from, to time.Time) (ledger.Statement, error) {
	return ledger.NewStatement(l.History(ctx), a, of, from, to)
}

// Verify audits the journal, folds it, and compares the two. What does not agree is a *ledger.ImbalanceError.
func (l *Ledger) Verify(ctx context.Context) (ledger.Report, error) {
	var history []ledger.Batch // both look at the same
	for b, err := range l.History(ctx) {
		if err != nil {
			return ledger.Report{}, err
		}
		history = append(history, b)
	}
	again := func(yield func(ledger.Batch, error) bool) {
		for _, b := range history {
			if !yield(b, nil) {
				return
			}
		}
	}
	report, err := ledger.Audit(again)
	if err != nil {
		return ledger.Report{}, err
	}
	book, err := ledger.Fold(again)
	if err != nil {
		return ledger.Report{}, err
	}
	if err := book.Check(); err != nil {
		return ledger.Report{}, err
	}
	return report, book.Agrees(report)
}
