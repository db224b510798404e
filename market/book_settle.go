// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

// follow notes what events of the book move. double is how a double auction was cleared.
func (k *bookKeeper) follow(events []orderbook.Event, double *orderbook.Clearing) {
	call := false
	for _, e := range events {
		switch e.Act {
		case orderbook.Reopened:
			call = true
		case orderbook.Triggered:
			call = false
		case orderbook.Traded:
			k.pay(e, call, double)
		}
		if e.Order != 0 {
			k.touch(e.Order)
		}
	}
}

// pay notes one trade.
func (k *bookKeeper) pay(e orderbook.Event, call bool, double *orderbook.Clearing) {
	s, err := k.rules.Fees.Settle(e, call)
	if call && double != nil {
		s, err = k.rules.Fees.Between(e, double.Gets)
	}
	if err != nil {
		panic(err) // what both hold for it is more
	}
	buyer, seller := k.owners[s.Buyer-1], k.owners[s.Seller-1]
	base, quote := k.rules.Spec.Base, k.rules.Spec.Quote
	k.purses[s.Buy].pay(ledger.Posting{Account: ledger.Available(seller), Asset: quote, Amount: s.Gets})
	k.purses[s.Buy].pay(ledger.Posting{Account: ledger.Fees, Asset: quote, Amount: s.Fees})
	k.purses[s.Sell].pay(ledger.Posting{Account: ledger.Available(buyer), Asset: base, Amount: money.Amount(s.Quantity)})
	k.touch(s.Buy)
	k.touch(s.Sell)
	t := Trade{ID: e.Trade, At: e.At, Price: e.Price, Quantity: e.Quantity, Buyer: buyer, Seller: seller, Buy: s.Buy, Sell: s.Sell, Taker: e.Side}
	if size := k.remembered(); len(k.tape) >= 2*size {
		k.tape = append(k.tape[:0], k.tape[len(k.tape)-size:]...)
	}
	k.tape, k.news = append(k.tape, t), append(k.news, t)
}

// pay notes who gets what of the purse.
func (p *purse) pay(o ledger.Posting) {
	if o.Amount > 0 {
		p.pays = append(p.pays, o)
	}
}

func (k *bookKeeper) touch(id orderbook.ID) {
	if p := k.purses[id]; p != nil && !p.touched {
		p.touched = true
		k.touched = append(k.touched, id)
	}
}

// settle ends a batch: of each order that it touched, what was traded is paid, and as much stays set aside as the rest of it needs. Together
// these are one transaction, as far as one can be so large.
func (k *bookKeeper) settle() {
	k.batches++
	m := mover{key: fmt.Sprintf("settle/%s/%d", k.ref, k.batches)}
	for _, id := range k.touched {
		p := k.purses[id]
		keep := ledger.Hold{ID: fmt.Sprintf("%s/b%d/%d", k.ref, k.batches, id), Owner: p.owner, Ref: k.ref}
		if s, err := k.book.Find(id); err == nil {
			if keep.Asset, keep.Amount, err = k.cost(s.Order); err != nil {
				panic(err) // it was more before
			}
		}
		p.touched = false
		if len(p.holds) == 1 && len(p.pays) == 0 && p.holds[0].Amount == keep.Amount {
			continue
		}
		m.move(p.holds, net(p.pays), keep)
		if p.holds, p.pays = []ledger.Hold{keep}, nil; keep.Amount == 0 {
			delete(k.purses, id)
		}
	}
	k.touched = k.touched[:0]
	k.moved = m.end()
}

func (k *bookKeeper) settlement() []ledger.Transaction { return k.moved }

func (k *bookKeeper) holds() map[string]ledger.Hold {
	all := make(map[string]ledger.Hold, len(k.purses))
	for _, p := range k.purses { // each apart: the order does not matter
		for _, h := range p.holds {
			all[h.ID] = h
		}
	}
	return all
}

// net adds up what goes to the same account, in the order of the first posting to each.
func net(pays []ledger.Posting) []ledger.Posting {
	if len(pays) < 2 {
		return pays
	}
	at := make(map[ledger.Slot]int, len(pays))
	out := make([]ledger.Posting, 0, len(pays))
	for _, o := range pays {
		slot := ledger.Slot{Account: o.Account, Asset: o.Asset}
		if i, ok := at[slot]; ok {
			out[i].Amount += o.Amount // together no more than the hold
			continue
		}
		at[slot] = len(out)
		out = append(out, o)
	}
	return out
}

// The most that goes into one transaction, with names of any length.
const (
	moverPays = 512
	moverLegs = 1024
)

// mover makes as few transactions as possible of what happens to holds.
type mover struct {
	key  string
	list []ledger.Transaction
	now  ledger.Transaction
	legs int
}

// move closes the holds of one order, pays from them, and keeps a part. Payments too many for one transaction go over several, and what is not
// paid yet stays set aside between them.
func (m *mover) move(holds []ledger.Hold, pays []ledger.Posting, keep ledger.Hold) {
	for part := 1; len(pays) > moverPays; part++ {
		rest := keep
		rest.ID = fmt.Sprintf("%s/m%d", keep.ID, part)
		rest.Asset, rest.Amount = holds[0].Asset, 0
		for _, h := range holds {
			rest.Amount += h.Amount
		}
		for _, o := range pays[:moverPays] {
			rest.Amount -= o.Amount
		}
		m.add(holds, pays[:moverPays], rest)
		m.flush() // what is set aside in a transaction cannot be used in the same
		holds, pays = []ledger.Hold{rest}, pays[moverPays:]
	}
	m.add(holds, pays, keep)
}

func (m *mover) add(holds []ledger.Hold, pays []ledger.Posting, keep ledger.Hold) {
	legs := len(holds) + len(pays) + 1
	if m.legs > 0 && m.legs+legs > moverLegs {
		m.flush()
	}
	m.legs += legs
	for i, h := range holds {
		c := ledger.Close{ID: h.ID}
		left := h.Amount
		for len(pays) > 0 && left > 0 {
			o := pays[0]
			if o.Amount > left && i+1 < len(holds) { // the next hold pays the rest of it
				pays = append([]ledger.Posting{{Account: o.Account, Asset: o.Asset, Amount: o.Amount - left}}, pays[1:]...)
				o.Amount = left
			} else {
				pays = pays[1:]
			}
			left -= o.Amount
			c.Pay = append(c.Pay, o)
		}
		m.now.Close = append(m.now.Close, c)
	}
	if keep.Amount > 0 {
		m.now.Hold = append(m.now.Hold, keep)
	}
}

func (m *mover) flush() {
	if m.legs == 0 {
		return
	}
	m.now.Key = fmt.Sprintf("%s/%d", m.key, len(m.list))
	m.list = append(m.list, m.now)
	m.now, m.legs = ledger.Transaction{}, 0
}

func (m *mover) end() []ledger.Transaction {
	m.flush()
	return m.list
}
