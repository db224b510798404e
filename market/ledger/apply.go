// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"

	"mabeam.dev/market/money"
)

// Receipt is what became of a transaction.
type Receipt struct {
	// Seq is its place in the book, from 1.
	Seq uint64
	// Already says that it was applied before, and nothing was done now. Content and Postings are then nil.
	Already bool
	// Content is the transaction as JSON, for the journal.
	Content []byte
	// Postings are all its legs with those of its holds, in order.
	Postings []Posting
}

// change is what a transaction does to a slot on balance.
type change struct {
	slot Slot
	sum  money.Sum
	then money.Amount
}

// Apply applies a transaction wholly, or returns an error and changes nothing: what Validate finds, and of the book *ConflictError,
// *FencedError, *AccountError, *FundsError, ErrUnknownHold, ErrHoldClosed, ErrHoldExists, money.ErrCurrencyMismatch and money.ErrOverflow. A
// transaction that was applied before is no error. The book keeps nothing of t but its texts.
func (b *Book) Apply(t Transaction) (Receipt, error) {
	if err := t.Validate(); err != nil {
		return Receipt{}, err
	}
	content, sum := encode(&t)
	if len(content) > MaxBytes {
		return Receipt{}, &TransactionError{Key: t.Key, Field: "postings", Reason: fmt.Sprintf("%d bytes encoded, at most %d", len(content), MaxBytes)}
	}
	if was, ok := b.keys[t.Key]; ok {
		if was.digest != sum {
			return Receipt{}, &ConflictError{Key: t.Key, Seq: was.seq}
		}
		return Receipt{Seq: was.seq, Already: true}, nil
	}
	legs, err := b.judge(&t)
	if err != nil {
		return Receipt{}, fmt.Errorf("ledger: apply %q: %w", t.Key, err)
	}
	b.carryOut(&t, sum)
	return Receipt{Seq: b.seq, Content: content, Postings: legs}, nil
}

// judge finds out whether the transaction can be applied, and leaves what it does to the balances in b.net.
func (b *Book) judge(t *Transaction) ([]Posting, error) {
	for _, f := range t.Fences {
		if f.Epoch < b.fences[f.Ref] {
			return nil, &FencedError{f.Ref, f.Epoch, b.fences[f.Ref]}
		}
	}
	legs := make([]Posting, 0, len(t.Postings)+2*len(t.Hold)+3*len(t.Close))
	legs, err := b.closing(t, legs)
	if err != nil {
		return nil, err
	}
	for i := range t.Hold {
		h := &t.Hold[i]
		if _, twice := b.holds[h.ID]; twice {
			return nil, fmt.Errorf("hold %q: %w", h.ID, ErrHoldExists)
		}
		if _, twice := b.closed[h.ID]; twice {
			return nil, fmt.Errorf("hold %q: %w", h.ID, ErrHoldExists)
		}
		if err := b.allowed(t, h.Ref); err != nil {
			return nil, err
		}
		legs = append(legs, Posting{Available(h.Owner), h.Asset, -h.Amount}, Posting{Held(h.Owner, h.Ref), h.Asset, h.Amount})
	}
	legs = append(legs, t.Postings...)
	for i := range legs {
		if err := b.usable(t, legs[i].Account); err != nil {
			return nil, err
		}
	}
	return legs, b.weigh(legs)
}

// closing adds the legs of the holds that are closed.
func (b *Book) closing(t *Transaction, legs []Posting) ([]Posting, error) {
	for i := range t.Close {
		c := &t.Close[i]
		h, ok := b.holds[c.ID]
		if !ok {
			if _, was := b.closed[c.ID]; was {
				return nil, fmt.Errorf("hold %q: %w", c.ID, ErrHoldClosed)
			}
			return nil, fmt.Errorf("hold %q: %w", c.ID, ErrUnknownHold)
		}
		if err := b.allowed(t, h.Ref); err != nil {
			return nil, err
		}
		from := Held(h.Owner, h.Ref)
		legs = append(legs, Posting{from, h.Asset, -h.Amount})
		rest := h.Amount
		var paid money.Sum
		for _, pay := range c.Pay {
			if pay.Asset != h.Asset {
				return nil, fmt.Errorf("pay %s from hold %q of %s: %w", pay.Asset, c.ID, h.Asset, money.ErrCurrencyMismatch)
			}
			paid.Add(pay.Amount)
			rest -= min(rest, pay.Amount)
			legs = append(legs, pay)
		}
		var have money.Sum
		have.Add(h.Amount)
		if paid.Cmp(have) > 0 {
			return nil, &FundsError{Account: from, Asset: h.Asset, Need: most(paid), Have: h.Amount}
		}
		if rest > 0 {
			legs = append(legs, Posting{Available(h.Owner), h.Asset, rest})
		}
	}
	return legs, nil
}

// allowed holds the epoch that a transaction carries for a ref against the highest seen.
func (b *Book) allowed(t *Transaction, ref string) error {
	current := b.fences[ref]
	if current == 0 {
		return nil
	}
	for _, f := range t.Fences {
		if f.Ref == ref {
			return nil // judged before
		}
	}
	return &FencedError{Ref: ref, Current: current}
}

// usable reports whether an account is open, or opened by the transaction.
func (b *Book) usable(t *Transaction, a Account) error {
	k, owner, _ := a.split()
	home := a.home(k, owner)
	if home == "" || b.open[home] {
		return nil
	}
	for _, opened := range t.Accounts {
		if opened == home {
			return nil
		}
	}
	return &AccountError{Account: a}
}

// weigh sums the legs by slots and computes the balances after them.
func (b *Book) weigh(legs []Posting) error {
	b.net = b.net[:0]
	large := len(legs) > 16
	if large {
		b.netAt = make(map[Slot]int, len(legs))
	}
	for i := range legs {
		at := b.slot(Slot{legs[i].Account, legs[i].Asset}, large)
		b.net[at].sum.Add(legs[i].Amount)
	}
	b.netAt = nil
	for i := range b.net {
		c := &b.net[i]
		have := b.balances[c.slot]
		after := c.sum
		after.Add(have)
		then, err := after.Amount()
		switch {
		case c.slot.Account == World && err != nil:
			return fmt.Errorf("%q: %w", c.slot.Account, err)
		case c.slot.Account == World:
		case after.Sign() < 0:
			return &FundsError{c.slot.Account, c.slot.Asset, most(c.sum.Neg()), have}
		case err != nil:
			return fmt.Errorf("%q: %w", c.slot.Account, err)
		}
		c.then = then
	}
	return nil
}

// slot finds the change of a slot, or adds it.
func (b *Book) slot(s Slot, large bool) int {
	if large {
		at, ok := b.netAt[s]
		if !ok {
			at = len(b.net)
			b.netAt[s] = at
			b.net = append(b.net, change{slot: s})
		}
		return at
	}
	for i := range b.net {
		if b.net[i].slot == s {
			return i
		}
	}
	b.net = append(b.net, change{slot: s})
	return len(b.net) - 1
}

// most is a sum as an amount, Max for one beyond it.
func most(s money.Sum) money.Amount {
	a, err := s.Amount()
	if errors.Is(err, money.ErrOverflow) {
		return money.Max
	}
	return a
}

// carryOut changes the book as judge has found.
func (b *Book) carryOut(t *Transaction, sum digest) {
	b.seq++
	b.keys[t.Key] = done{b.seq, sum}
	for _, a := range t.Accounts {
		b.open[a] = true
	}
	for _, f := range t.Fences {
		if f.Epoch > 0 {
			b.fences[f.Ref] = f.Epoch
		}
	}
	for _, c := range t.Close {
		h := b.holds[c.ID]
		delete(b.holds, c.ID)
		b.closed[c.ID] = len(c.Pay) > 0
		if ids := b.byRef[h.Ref]; len(ids) > 1 {
			delete(ids, c.ID)
		} else {
			delete(b.byRef, h.Ref)
		}
	}
	for _, h := range t.Hold {
		b.holds[h.ID] = opened{h, b.seq}
		if b.byRef[h.Ref] == nil {
			b.byRef[h.Ref] = map[string]bool{}
		}
		b.byRef[h.Ref][h.ID] = true
	}
	for i := range b.net {
		if c := &b.net[i]; c.then == 0 {
			delete(b.balances, c.slot)
		} else {
			b.balances[c.slot] = c.then
		}
	}
}
