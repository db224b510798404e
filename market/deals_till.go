// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// move is money that goes from one account of the ledger to another.
type move struct {
	From, To string
	Amount   money.Amount
}

// order is what a command wants done outside, and what it is about. Of one subject nothing else happens until it is done.
type order struct {
	Subject string
	// Asset and Moves are money. Draws says that it is taken from what somebody has available, so that the ledger may refuse it.
	Asset money.Asset
	Moves []move
	Draws bool
	// Errand is anything else: the process's errand does it.
	Errand string
}

// bill is an order in the journal: it is done by whoever comes to it, and by the courier if nobody does. Its transaction has a key that no other
// has, so it does not matter how often.
type bill struct {
	order
	Seq uint64
	At  time.Time
	Tx  ledger.Transaction
}

// till is the pure part of a process whose commands move money: see [tillKeeper].
type till[C, A any] interface {
	// reset makes the state before the first command.
	reset()
	// step carries out a command, or refuses it and changes nothing. What it wants done is the order, if there is one. A command that was carried
	// out before is answered again with known, and changes nothing. What it reads from outside it writes into the command, once.
	step(at time.Time, c *C) (r stepped[A], err error)
	// done says that an order was carried out, or that the ledger has refused it. It may want something else done about the same subject.
	done(at time.Time, b *bill, refused bool) (A, *order)
	// due are commands that time asks for, in order.
	due(at time.Time) []C
	// waits reports whether an order is not to be carried out yet.
	waits(b *bill) bool
	// answer is what there is to say of a subject now.
	answer(subject string) A
	// tell emits what has happened, all of it durable.
	tell(bus *telemetry.Bus)
	// encode writes the state down, between batches, and decode makes it again.
	encode() []byte
	decode(state []byte) error
}

// stepped is what a command has done.
type stepped[A any] struct {
	answer  A
	subject string
	order   *order
	known   bool
}

// tillEvent is what one append holds, in order.
type tillEvent[C any] struct {
	At    time.Time     `json:"at"`
	Items []tillItem[C] `json:"items"`
}

// tillItem is a command, or the end of a bill.
type tillItem[C any] struct {
	Do   *C        `json:"do,omitempty"`
	Done *tillDone `json:"done,omitempty"`
}

type tillDone struct {
	Seq     uint64 `json:"seq"`
	Refused bool   `json:"refused,omitempty"`
}

// tillCommand is a command, a question, or what became of a bill.
type tillCommand[C, A any] struct {
	do   *C
	ask  func(state till[C, A], now time.Time) (A, error) // pure
	of   *bill
	done tillDone
	open *time.Time // asks for bills that have been open since then
}

type tillAnswer[A any] struct {
	answer A
	bill   *bill // that is open
	bills  []bill
}

// openLimit is how many open bills the courier asks for at a time.
const openLimit = 64

// tillKeeper journals commands with the money they move, before any of it moves: the state knows what is on its way. A bill is posted by the caller
// whose command made it, or by the courier, and what became of it is journaled as well. So whatever ends in between, the same transaction is posted
// again with the same key, and nothing is lost, done twice or stuck.
type tillKeeper[C, A any] struct {
	family, prefix string // of events and of keys
	core           till[C, A]
	seq            uint64
	open           map[uint64]*bill
	bySubject      map[string]uint64
	now            time.Time
	next           []tillItem[C]
	taken          int // items since the last snapshot
}

func (k *tillKeeper[C, A]) reset() {
	k.core.reset()
	*k = tillKeeper[C, A]{family: k.family, prefix: k.prefix, core: k.core, open: map[uint64]*bill{}, bySubject: map[string]uint64{}}
}

// at is a time that never goes back, as the journal can write it.
func (k *tillKeeper[C, A]) at(now time.Time) time.Time {
	if now = now.UTC().Truncate(time.Microsecond); now.After(k.now) {
		k.now = now
	}
	return k.now
}

func (k *tillKeeper[C, A]) replay(ev Event) error {
	if ev.Type != k.family+".batch" {
		return fmt.Errorf("market: event %q is none of %s", ev.Type, k.family)
	}
	var e tillEvent[C]
	if err := json.Unmarshal(ev.Data, &e); err != nil {
		return fmt.Errorf("market: decode %s: %w", k.family, err)
	}
	k.now = e.At
	k.taken += len(e.Items)
	for _, i := range e.Items {
		switch {
		case i.Do != nil:
			r, err := k.core.step(e.At, i.Do)
			if err != nil || r.known {
				return fmt.Errorf("market: replay %s: known %v: %w", k.family, r.known, err)
			}
			k.write(r.order)
		case i.Done != nil:
			b := k.open[i.Done.Seq]
			if b == nil {
				return fmt.Errorf("market: replay %s: bill %d is not open", k.family, i.Done.Seq)
			}
			k.end(b, i.Done.Refused)
		}
	}
	return nil
}

// write makes a bill of an order.
func (k *tillKeeper[C, A]) write(o *order) *bill {
	if o == nil {
		return nil
	}
	k.seq++
	b := k.bill(o, k.seq, k.now)
	k.open[b.Seq], k.bySubject[b.Subject] = b, b.Seq
	return b
}

// bill is an order with its number, and with the transaction that it asks for.
func (k *tillKeeper[C, A]) bill(o *order, seq uint64, at time.Time) *bill {
	b := &bill{order: *o, Seq: seq, At: at}
	if len(o.Moves) > 0 {
		b.Tx = transaction(fmt.Sprintf("%s/%d", k.prefix, seq), o)
	}
	return b
}

// end closes a bill and tells the state.
func (k *tillKeeper[C, A]) end(b *bill, refused bool) (A, *bill) {
	delete(k.open, b.Seq)
	if k.bySubject[b.Subject] == b.Seq {
		delete(k.bySubject, b.Subject)
	}
	a, o := k.core.done(k.now, b, refused)
	return a, k.write(o)
}

func (k *tillKeeper[C, A]) do(now time.Time, c tillCommand[C, A]) (tillAnswer[A], error) {
	switch {
	case c.ask != nil:
		a, err := c.ask(k.core, k.at(now))
		return tillAnswer[A]{answer: a}, err
	case c.open != nil:
		return tillAnswer[A]{bills: k.bills(*c.open)}, nil
	case c.of != nil:
		b := k.open[c.of.Seq]
		if b == nil { // somebody else has seen to it
			return tillAnswer[A]{answer: k.core.answer(c.of.Subject), bill: k.of(c.of.Subject)}, nil
		}
		k.at(now)
		k.next = append(k.next, tillItem[C]{Done: &tillDone{b.Seq, c.done.Refused}})
		a, next := k.end(b, c.done.Refused)
		return tillAnswer[A]{answer: a, bill: k.ready(next)}, nil
	}
	r, err := k.core.step(k.at(now), c.do)
	if err != nil {
		return tillAnswer[A]{}, err
	}
	if r.known {
		return tillAnswer[A]{answer: r.answer, bill: k.of(r.subject)}, nil
	}
	k.next = append(k.next, tillItem[C]{Do: c.do})
	return tillAnswer[A]{answer: r.answer, bill: k.ready(k.write(r.order))}, nil
}

// of is the open bill of a subject, if it is to be carried out.
func (k *tillKeeper[C, A]) of(subject string) *bill {
	return k.ready(k.open[k.bySubject[subject]])
}

// ready is a bill that is to be carried out now, or nil.
func (k *tillKeeper[C, A]) ready(b *bill) *bill {
	if b == nil || k.core.waits(b) {
		return nil
	}
	return b
}

// bills lists the open ones that are to be carried out, the oldest first.
func (k *tillKeeper[C, A]) bills(since time.Time) []bill {
	var all []bill
	for _, seq := range slices.Sorted(maps.Keys(k.open)) {
		if b := k.open[seq]; !b.At.After(since) && !k.core.waits(b) && len(all) < openLimit {
			all = append(all, *b)
		}
	}
	return all
}

func (k *tillKeeper[C, A]) tick(now time.Time) {
	at := k.at(now)
	for _, c := range k.core.due(at) {
		if r, err := k.core.step(at, &c); err == nil && !r.known {
			k.next = append(k.next, tillItem[C]{Do: &c})
			k.write(r.order)
		}
	}
}

func (k *tillKeeper[C, A]) size() int { return 400 * len(k.next) } // about

func (k *tillKeeper[C, A]) batch(time.Time) (Event, bool) {
	if len(k.next) == 0 {
		return Event{}, false
	}
	k.taken += len(k.next)
	data, err := json.Marshal(tillEvent[C]{k.now, k.next})
	if err != nil {
		panic(err) // values only, and the state has refused what is no number
	}
	k.next = nil
	return Event{k.family + ".batch", data}, true
}

func (k *tillKeeper[C, A]) publish(bus *telemetry.Bus) { k.core.tell(bus) }

// transaction makes what the ledger does of an order. Money that goes to a held account opens the one hold of its owner for that ref, money that
// comes from there closes it as a whole. Who is paid has an account from then on.
func transaction(key string, o *order) ledger.Transaction {
	t := ledger.Transaction{Key: key}
	if o.Draws {
		t.Fences = []ledger.Fence{{Ref: key}}
	}
	closes, opened := map[string]int{}, map[ledger.Account]bool{}
	for _, m := range o.Moves {
		from, to := ledger.Account(m.From), ledger.Account(m.To)
		owner, ref, held := strings.Cut(m.To, "/held/")
		payer, source, _ := strings.Cut(m.From, "/held/")
		switch {
		case held:
			t.Hold = append(t.Hold, ledger.Hold{ID: ref + "/" + owner, Owner: owner, Ref: ref, Asset: o.Asset, Amount: m.Amount})
			continue
		case source != "":
			i, ok := closes[m.From]
			if !ok {
				i = len(t.Close)
				closes[m.From] = i
				t.Close = append(t.Close, ledger.Close{ID: source + "/" + payer})
			}
			if to != ledger.Available(payer) { // the rest goes there by itself
				t.Close[i].Pay = append(t.Close[i].Pay, ledger.Posting{Account: to, Asset: o.Asset, Amount: m.Amount})
			}
		default:
			t.Postings = append(t.Postings, ledger.Posting{Account: from, Asset: o.Asset, Amount: -m.Amount}, ledger.Posting{Account: to, Asset: o.Asset, Amount: m.Amount})
		}
		if home := strings.HasSuffix(m.To, "/available") || strings.HasPrefix(m.To, "pool/"); home && !opened[to] {
			opened[to] = true
			t.Accounts = append(t.Accounts, to)
		}
	}
	return t
}
