// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"

	"mabeam.dev/market/money"
)

const (
	// MaxLegs is how many accounts, postings, holds, closes and payments a transaction may have, all together.
	MaxLegs = 16384
	// MaxBytes is how long a transaction may be when it is encoded.
	MaxBytes = 512 << 10
)

// problems collects what is wrong with a transaction.
type problems struct {
	key  string
	list []error
}

func (p *problems) add(field, format string, args ...any) {
	p.list = append(p.list, &TransactionError{Key: p.key, Field: field, Reason: fmt.Sprintf(format, args...)})
}

// Validate checks what can be checked without a book, and returns every problem, joined, each a *TransactionError. Repeated ids are found as
// well as postings that do not sum to 0; of a sum that does not fit the error is also money.ErrOverflow.
func (t *Transaction) Validate() error {
	p := &problems{key: t.Key}
	if !name(t.Key, maxKey, true) {
		p.add("key", "%d bytes, want a name of 1 to %d", len(t.Key), maxKey)
	}
	if !printable(t.Memo) {
		p.add("memo", "want at most %d printable ASCII characters without quotes", maxMemo)
	}
	legs := t.legs()
	switch {
	case legs == 0 && len(t.Fences) == 0:
		p.add("postings", "nothing is changed")
	case legs > MaxLegs:
		p.add("postings", "%d legs, at most %d", legs, MaxLegs)
		return errors.Join(p.list...)
	}
	for i, a := range t.Accounts {
		if k, _, _ := a.split(); k != availableKind && k != poolKind {
			p.add(fmt.Sprintf("accounts[%d]", i), "%.150q cannot be opened", a)
		}
	}
	t.postings(p)
	t.holds(p)
	for i, f := range t.Fences {
		if !validRef(f.Ref) {
			p.add(fmt.Sprintf("fences[%d].ref", i), "%.150q is no ref", f.Ref)
		}
		for _, g := range t.Fences[:i] {
			if f.Ref == g.Ref {
				p.add(fmt.Sprintf("fences[%d].ref", i), "%.150q has two epochs", f.Ref)
			}
		}
	}
	return errors.Join(p.list...)
}

// legs counts the parts.
func (t *Transaction) legs() int {
	n := len(t.Accounts) + len(t.Postings) + len(t.Hold) + len(t.Close) + len(t.Fences)
	for _, c := range t.Close {
		n += len(c.Pay)
	}
	return n
}

// postings checks the postings and their sums.
func (t *Transaction) postings(p *problems) {
	type total struct {
		asset money.Asset
		sum   money.Sum
	}
	var few [4]total // most transactions move one asset
	totals := few[:0]
next:
	for i := range t.Postings {
		o := &t.Postings[i]
		p.posting(o, func() string { return fmt.Sprintf("postings[%d]", i) }, false)
		for k := range totals {
			if totals[k].asset == o.Asset {
				totals[k].sum.Add(o.Amount)
				continue next
			}
		}
		totals = append(totals, total{asset: o.Asset})
		totals[len(totals)-1].sum.Add(o.Amount)
	}
	for _, s := range totals {
		if s.sum.Sign() != 0 {
			left, err := s.sum.Amount()
			p.add("postings", "%v %.64s more is posted to accounts than from them", left, s.asset)
			if err != nil {
				p.list = append(p.list, err)
			}
		}
	}
}

// posting checks one posting; at says where it stands. Where it is a payment, its amount must be above 0.
func (p *problems) posting(o *Posting, at func() string, payment bool) {
	switch k, _, _ := o.Account.split(); k {
	case noKind:
		p.add(at()+".account", "%.150q is no account", o.Account)
	case heldKind:
		p.add(at()+".account", "%.150q is moved by holds alone", o.Account)
	}
	if err := o.Asset.Validate(); err != nil {
		p.add(at()+".asset", "%v", err)
	}
	if o.Amount == 0 || payment && o.Amount < 0 {
		p.add(at()+".amount", "%v", o.Amount)
	}
}

// holds checks what is opened and closed.
func (t *Transaction) holds(p *problems) {
	seen := idSet{}
	of := len(t.Hold) + len(t.Close)
	for i := range t.Hold {
		h := &t.Hold[i]
		add := func(field, format string, args ...any) { p.add(fmt.Sprintf("hold[%d].%s", i, field), format, args...) }
		if !name(h.ID, maxKey, true) || !seen.add(h.ID, of) {
			add("id", "%.200q is no id, or is there twice", h.ID)
		}
		if !validOwner(h.Owner) {
			add("owner", "%.100q is no owner", h.Owner)
		}
		if !validRef(h.Ref) {
			add("ref", "%.150q is no ref", h.Ref)
		}
		if err := h.Asset.Validate(); err != nil {
			add("asset", "%v", err)
		}
		if h.Amount <= 0 {
			add("amount", "%v", h.Amount)
		}
	}
	for i := range t.Close {
		c := &t.Close[i]
		if !name(c.ID, maxKey, true) || !seen.add(c.ID, of) {
			p.add(fmt.Sprintf("close[%d].id", i), "%.200q is no id, or is there twice", c.ID)
		}
		for k := range c.Pay {
			p.posting(&c.Pay[k], func() string { return fmt.Sprintf("close[%d].pay[%d]", i, k) }, true)
			if c.Pay[k].Asset != c.Pay[0].Asset {
				p.add(fmt.Sprintf("close[%d].pay", i), "%.64q and %.64q in one hold", c.Pay[0].Asset, c.Pay[k].Asset)
			}
		}
	}
}

// idSet finds ids that come twice; it costs nothing for a single one.
type idSet struct{ all map[string]bool }

func (s *idSet) add(id string, of int) bool {
	if of == 1 {
		return true
	}
	if s.all == nil {
		s.all = make(map[string]bool, of)
	}
	if s.all[id] {
		return false
	}
	s.all[id] = true
	return true
}

// printable reports whether a memo needs no quoting.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\' {
			return false
		}
	}
	return len(s) <= maxMemo
}
