// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"

	"mabeam.dev/market/money"
)

// Report is what an audit has counted.
type Report struct {
	// Transactions is how many there are; Holds how many holds are open at the end.
	Transactions uint64
	Holds        int
	// Balances are those at the end that are not 0.
	Balances map[Slot]money.Amount
}

// Audit goes through a whole history and holds every transaction against the laws, with means of its own: it shares no code with Book.Apply. The
// first thing that breaks a law is an *ImbalanceError.
func Audit(history iter.Seq2[Batch, error]) (Report, error) {
	a := auditor{sums: map[Slot]money.Sum{}, keys: map[string]uint64{}, held: map[string]Hold{}, ended: map[string]bool{}, known: map[Account]bool{World: true, Fees: true, Penalty: true}}
	for batch, err := range history {
		if err != nil {
			return Report{}, err
		}
		if batch.First != a.seq+1 {
			return Report{}, &ImbalanceError{batch.First, "order", fmt.Sprintf("comes after transaction %d", a.seq)}
		}
		for i := range batch.Transactions {
			a.seq++
			if law, reason := a.take(&batch.Transactions[i]); law != "" {
				return Report{}, &ImbalanceError{a.seq, law, reason}
			}
		}
	}
	report := Report{Transactions: a.seq, Holds: len(a.held), Balances: map[Slot]money.Amount{}}
	for s, sum := range a.sums {
		if v, _ := sum.Amount(); v != 0 { // take has seen that it fits
			report.Balances[s] = v
		}
	}
	return report, nil
}

// auditor is the state of an audit: plain sums and lists.
type auditor struct {
	seq   uint64
	sums  map[Slot]money.Sum
	keys  map[string]uint64
	held  map[string]Hold
	ended map[string]bool
	known map[Account]bool
}

// take judges one transaction; the law that it breaks is empty if it breaks none.
func (a *auditor) take(t *Transaction) (law, reason string) {
	if was := a.keys[t.Key]; was != 0 {
		return "key", fmt.Sprintf("%q is transaction %d already", t.Key, was)
	}
	a.keys[t.Key] = a.seq
	for _, account := range t.Accounts {
		a.known[account] = true
	}
	legs, reason := a.legs(t)
	if reason != "" {
		return "hold", reason
	}
	perAsset := map[money.Asset]money.Sum{}
	touched := map[Slot]bool{}
	for _, leg := range legs {
		total := perAsset[leg.Asset]
		total.Add(leg.Amount)
		perAsset[leg.Asset] = total
		s := Slot{leg.Account, leg.Asset}
		sum := a.sums[s]
		sum.Add(leg.Amount)
		a.sums[s] = sum
		touched[s] = true
		if _, owner, _ := leg.Account.split(); !a.known[leg.Account] && !a.known[Available(owner)] {
			return "account", fmt.Sprintf("%q was never opened", leg.Account)
		}
	}
	for _, asset := range slices.Sorted(maps.Keys(perAsset)) {
		if perAsset[asset].Sign() != 0 {
			return "sum", fmt.Sprintf("its postings of %s do not sum to 0", asset)
		}
	}
	for _, s := range sortedSlots(touched) {
		v, err := a.sums[s].Amount()
		if err != nil || v < 0 && s.Account != World {
			return "negative", fmt.Sprintf("%q has %v %s after it (%v)", s.Account, v, s.Asset, err)
		}
	}
	return "", ""
}

// legs spells out what the holds of a transaction do, and keeps account of them.
func (a *auditor) legs(t *Transaction) (legs []Posting, reason string) {
	for _, c := range t.Close {
		h, ok := a.held[c.ID]
		if !ok {
			return nil, fmt.Sprintf("%q is not open", c.ID)
		}
		delete(a.held, c.ID)
		a.ended[c.ID] = true
		var rest money.Sum
		rest.Add(h.Amount)
		for _, pay := range c.Pay {
			if pay.Amount <= 0 || pay.Asset != h.Asset {
				return nil, fmt.Sprintf("%q pays %v %s", c.ID, pay.Amount, pay.Asset)
			}
			rest.Sub(pay.Amount)
			legs = append(legs, pay)
		}
		back, err := rest.Amount()
		if err != nil || back < 0 {
			return nil, fmt.Sprintf("%q pays more than it holds", c.ID)
		}
		legs = append(legs, Posting{Held(h.Owner, h.Ref), h.Asset, -h.Amount}, Posting{Available(h.Owner), h.Asset, back})
	}
	for _, h := range t.Hold {
		if _, twice := a.held[h.ID]; twice || a.ended[h.ID] || h.Amount <= 0 {
			return nil, fmt.Sprintf("%q was opened before, or holds %v", h.ID, h.Amount)
		}
		a.held[h.ID] = h
		legs = append(legs, Posting{Available(h.Owner), h.Asset, -h.Amount}, Posting{Held(h.Owner, h.Ref), h.Asset, h.Amount})
	}
	for _, o := range t.Postings {
		if k, _, _ := o.Account.split(); k == heldKind || k == noKind {
			return nil, fmt.Sprintf("it posts to %q", o.Account)
		}
	}
	return append(legs, t.Postings...), ""
}

// sortedSlots puts slots in order.
func sortedSlots[V any](m map[Slot]V) []Slot {
	return slices.SortedFunc(maps.Keys(m), func(x, y Slot) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Asset, y.Asset))
	})
}

// Check holds the book itself against the laws: every asset sums to 0, nothing but World is below 0, and each held account is the sum of its
// open holds. What breaks one is an *ImbalanceError.
func (b *Book) Check() error {
	totals := map[money.Asset]money.Sum{}
	held := map[Slot]money.Sum{}
	for _, h := range b.holds {
		s := Slot{Held(h.Owner, h.Ref), h.Asset}
		sum := held[s]
		sum.Add(h.Amount)
		held[s] = sum
	}
	for _, s := range sortedSlots(b.balances) {
		v := b.balances[s]
		if v < 0 && s.Account != World {
			return &ImbalanceError{0, "negative", fmt.Sprintf("%q has %v %s", s.Account, v, s.Asset)}
		}
		total := totals[s.Asset]
		total.Add(v)
		totals[s.Asset] = total
		if h, ok := held[s]; ok {
			h.Sub(v)
			held[s] = h
		} else if k, _, _ := s.Account.split(); k == heldKind {
			return &ImbalanceError{0, "hold", fmt.Sprintf("%q has %v %s and no hold", s.Account, v, s.Asset)}
		}
	}
	for _, s := range sortedSlots(held) {
		if held[s].Sign() != 0 {
			return &ImbalanceError{0, "hold", fmt.Sprintf("%q is not the sum of its holds of %s", s.Account, s.Asset)}
		}
	}
	for _, asset := range slices.Sorted(maps.Keys(totals)) {
		if totals[asset].Sign() != 0 {
			return &ImbalanceError{0, "sum", fmt.Sprintf("all of %s does not sum to 0", asset)}
		}
	}
	return nil
}

// Agrees compares the book with the report of an audit of its history.
func (b *Book) Agrees(r Report) error {
	if b.seq != r.Transactions || len(b.holds) != r.Holds {
		return &ImbalanceError{0, "order", fmt.Sprintf("%d transactions and %d holds, the audit has %d and %d", b.seq, len(b.holds), r.Transactions, r.Holds)}
	}
	if !maps.Equal(b.balances, r.Balances) {
		for _, s := range append(sortedSlots(b.balances), sortedSlots(r.Balances)...) {
			if b.balances[s] != r.Balances[s] {
				return &ImbalanceError{0, "sum", fmt.Sprintf("%q has %v %s, the audit says %v", s.Account, b.balances[s], s.Asset, r.Balances[s])}
			}
		}
	}
	return nil
}
