// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/supervision"
)

// ErrKeyTaken is returned for a command whose key was used for something else.
var ErrKeyTaken = fault.New(4630, "market: the key stands for another command")

// BookError is a mistake in the options of a book of orders, or in a command to one.
type BookError struct {
	// Book is the name of the book.
	Book string
	// Field is what is wrong, and Why what is wrong with it.
	Field, Why string
}

// Error names the book, the field and the reason.
func (e *BookError) Error() string {
	return fmt.Sprintf("market: book %q: %s: %s", e.Book, e.Field, e.Why)
}

// FaultCode is E1893.
func (*BookError) FaultCode() fault.Code { return 1893 }

// BookOptions set up a book of orders. Name, Stream, Journal, Ledger and the assets of Spec must be set.
type BookOptions struct {
	// Name is the process's name, and "book/" and the name is the ref under which the ledger holds what orders could cost: a name of the ledger.
	Name string
	// Stream is where its commands are. What it has been begun with counts, whatever Spec, Fees and Keys say.
	Stream  string
	Journal Journal
	// Ledger holds and pays. All who trade have an account there.
	Ledger *Ledger
	// Spec says what is traded and how, and Fees what is charged.
	Spec orderbook.Spec
	Fees orderbook.Fees
	// Keys is how many keys of commands are remembered, the latest ones; 0 means 65,536.
	Keys int
	// Levels is how many prices of each side readers see; 0 means 64.
	Levels int
	// Snapshots, if it is set, shortens recoveries; SnapshotEvery is how many commands lie between two, 0 means 100,000.
	Snapshots     Snapshots
	SnapshotEvery int
}

// Book is the handle of the process that keeps one book of orders. It outlives restarts of the process and may be used from any goroutine.
//
// What an order could cost is held in the ledger before the order counts; a command is in the journal before it is answered, and what it traded is
// paid before that, too, with one transaction for all commands of a batch.
type Book struct {
	*escrowDesk[bookCommand, bookAnswer]
	seen bookSeen
}

// NewBook makes the handle, or returns everything that is wrong. The process is started with Start, or by a supervisor from Child; until then
// everything is ErrUnavailable.
func NewBook(o BookOptions) (*Book, error) {
	if o.Keys == 0 {
		o.Keys = 1 << 16
	}
	if o.Levels == 0 {
		o.Levels = 64
	}
	if o.SnapshotEvery <= 0 {
		o.SnapshotEvery = 100_000
	}
	var problems []error
	bad := func(wrong bool, field, why string) {
		if wrong {
			problems = append(problems, &BookError{o.Name, field, why})
		}
	}
	bad(o.Ledger == nil, "Ledger", "is missing")
	bad(len(o.Name) > 64 || o.Name != "" && !ledger.Held("owner", "book/"+o.Name).Valid(), "Name", "is no name of the ledger of at most 64 bytes")
	bad(o.Keys < 0, "Keys", "is negative")
	bad(o.Levels < 0, "Levels", "is negative")
	d := deskOptions{name: o.Name, stream: o.Stream, family: "market.book", journal: o.Journal, snapshots: o.Snapshots, every: o.SnapshotEvery}
	if err := errors.Join(append(problems, d.validate(), o.Spec.Validate(), o.Fees.Validate())...); err != nil {
		return nil, err
	}
	b := &Book{}
	ref := "book/" + o.Name
	rules := bookRules{Spec: o.Spec, Fees: o.Fees, Keys: o.Keys}
	b.escrowDesk = newEscrowDesk(d, o.Ledger, ref, func() escrowKeeper[bookCommand, bookAnswer] {
		return &bookKeeper{name: o.Name, ref: ref, begun: rules, levels: o.Levels, seen: &b.seen}
	})
	return b, nil
}

// Child describes the process for a supervisor.
func (b *Book) Child() supervision.Child {
	return supervision.Worker(b.o.name, b.Behavior, b.ProcessOptions()...)
}

// BookOrder is what a trader asks of a book. Key names the command: repeated with the same content it is done once, and answered as before.
type BookOrder struct {
	Key   string
	Owner string
	Side  orderbook.Side
	Kind  orderbook.Kind
	// SelfTrade is what happens where the order meets another one of its owner.
	SelfTrade orderbook.SelfTrade
	// Price, Quantity, Funds and Stop are those of an orderbook.Order.
	Price    money.Amount
	Quantity int64
	Funds    money.Amount
	Stop     money.Amount
}

// Replacement gives an order another price and another quantity, of what is still to be traded; see orderbook.Book.Amend.
type Replacement struct {
	Key      string
	Owner    string
	Order    orderbook.ID
	Price    money.Amount
	Quantity int64
}

// Placed says what became of a command, at once.
type Placed struct {
	// Order is the order, 0 of a command to the book as a whole.
	Order orderbook.ID
	// Filled is how much of it was traded by the command, and Cost what that comes to without fees. Of Uncross and Double it is all that was traded.
	Filled int64
	Cost   money.Amount
	// Left is how much of it rests or waits for its stop.
	Left int64
	// Duplicate says that it was done before, and nothing was done now.
	Duplicate bool
}

func (b *Book) do(ctx context.Context, c bookCommand) (Placed, error) {
	a, err := b.ask(ctx, c)
	return a.placed, err
}

// Place holds what the order could cost, and brings it to the book. Errors are those of orderbook.Book.Place, of ledger.Book.Apply where the owner
// cannot pay, *BookError, ErrKeyTaken, and ErrUnavailable, after which the same order is to be placed again, with the same key.
func (b *Book) Place(ctx context.Context, o BookOrder) (Placed, error) {
	return b.do(ctx, bookCommand{
		Act: actPlace, Key: o.Key, Owner: o.Owner,
		Side: o.Side, Kind: o.Kind, SelfTrade: o.SelfTrade, Price: o.Price, Quantity: o.Quantity, Funds: o.Funds, Stop: o.Stop,
	})
}

// Cancel ends an order of an owner, in every phase; what was held for it is available again.
func (b *Book) Cancel(ctx context.Context, key, owner string, id orderbook.ID) (Placed, error) {
	return b.do(ctx, bookCommand{Act: actCancel, Key: key, Owner: owner, Order: id})
}

// Replace changes an order. What it costs more is held before, what it costs less is available again. Of several commands that are sent at the same
// time, a replacement that needs more than was held because of the others comes after them.
func (b *Book) Replace(ctx context.Context, r Replacement) (Placed, error) {
	return b.do(ctx, bookCommand{Act: actReplace, Key: r.Key, Owner: r.Owner, Order: r.Order, Price: r.Price, Quantity: r.Quantity})
}

// Halt stops trading, see orderbook.Book.Halt. It, Call, Uncross and Double are the operator's: who has the handle sees to who may.
func (b *Book) Halt(ctx context.Context, key string) error {
	_, err := b.do(ctx, bookCommand{Act: actHalt, Key: key})
	return err
}

// Brake refuses everything that could trade with ErrHalted from now on, or no more: orders, replacements and calls. Orders that rest do so, and may be
// cancelled; without the brake the book is what it was, a halt of its operator included. Meanwhile readers see it closed.
func (b *Book) Brake(ctx context.Context, on bool) error {
	c := bookCommand{Act: actBrake}
	if on {
		c.Quantity = 1
	}
	_, err := b.do(ctx, c)
	return err
}

// Call begins a call: limits are collected until Uncross or Double.
func (b *Book) Call(ctx context.Context, key string) error {
	_, err := b.do(ctx, bookCommand{Act: actCall, Key: key})
	return err
}

// Uncross ends a call at the one price at which most is traded; a reference of 0 is the price of the last trade.
func (b *Book) Uncross(ctx context.Context, key string, reference money.Amount) (Placed, error) {
	return b.do(ctx, bookCommand{Act: actUncross, Key: key, Price: reference})
}

// Double ends a call as a double auction by McAfee's rule, see orderbook.Book.Double; what is between the prices goes to the fees.
func (b *Book) Double(ctx context.Context, key string) (Placed, error) {
	return b.do(ctx, bookCommand{Act: actDouble, Key: key})
}

// Orders returns the orders of an owner that rest or wait, by their ids, and all of them for "". They are durable.
func (b *Book) Orders(ctx context.Context, owner string) ([]Standing, error) {
	a, err := b.ask(ctx, bookCommand{asks: func(k *bookKeeper) []Standing { return k.standings(owner) }})
	return a.standings, err
}

// Standing is an order that rests or waits for its stop.
type Standing struct {
	ID    orderbook.ID
	Owner string
	// Order has in Quantity what is still to be traded; its Owner is the book's own number.
	Order orderbook.Order
	// Held is what is set aside for it: of the quote to buy, of the base to sell.
	Held money.Amount
}

// View returns what everybody may know of the book, as far as it is durable; ErrUnavailable before the process was first ready. It and the
// other readers ask no process.
func (b *Book) View() (BookView, error) { return b.seen.view() }

// Trades returns the trades behind a number, the earliest first, at most as many as the tape of the spec has; missed says that there were more.
func (b *Book) Trades(after orderbook.ID) (all []Trade, missed bool, err error) {
	return b.seen.since(after)
}

// VWAP is the average price of the trades at or after a moment that are remembered, weighted by quantity, with that quantity;
// orderbook.ErrNoPrice where there are none.
func (b *Book) VWAP(since time.Time) (money.Amount, int64, error) {
	return b.seen.vwap(since)
}

// TWAP is the average of the last price from a moment until another, with the part of that time for which a price is remembered;
// orderbook.ErrNoPrice where there is none.
func (b *Book) TWAP(since, until time.Time) (money.Amount, time.Duration, error) {
	return b.seen.twap(since, until)
}
