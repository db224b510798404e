// SPDX-License-Identifier: Apache-2.0

package cost

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// Price is what a kind of usage costs from a time on.
type Price struct {
	// Kind is what is used: "tokens.input". Model, if it is set, makes the price one for that model alone.
	Kind  string `json:"kind"`
	Model string `json:"model,omitempty"`
	// From is when the price begins to hold; the zero time is since ever.
	From time.Time `json:"from,omitzero"`
	// Amount is the price of Per units of usage; 0 is free.
	Amount money.Amount `json:"amount"`
	Per    int64        `json:"per"`
}

// Of returns the cost of a quantity: rounded up, so that nothing that has a price is free.
func (p Price) Of(quantity int64) (money.Amount, error) {
	return money.MulDiv(p.Amount, quantity, p.Per, money.Up)
}

// article is what has prices.
type article struct{ kind, model string }

// table holds the prices of all times, each list in the order of time.
type table map[article][]Price

// at finds the price of a usage at its time: the one for its model, or else the one for any.
func (t table) at(kind, model string, at time.Time) (Price, bool) {
	for _, a := range [2]article{{kind, model}, {kind, ""}} {
		list := t[a]
		i, exact := slices.BinarySearchFunc(list, at, func(p Price, at time.Time) int { return p.From.Compare(at) })
		if exact {
			i++
		}
		if i > 0 {
			return list[i-1], true
		}
		if model == "" {
			break
		}
	}
	return Price{}, false
}

// with returns the table with one more price; one of the same kind, model and time is replaced. The table itself stays as it is.
func (t table) with(p Price) table {
	a := article{p.Kind, p.Model}
	list := slices.Clone(t[a])
	i, exact := slices.BinarySearchFunc(list, p, func(x, y Price) int { return x.From.Compare(y.From) })
	if exact {
		list[i] = p
	} else {
		list = slices.Insert(list, i, p)
	}
	next := make(table, len(t)+1)
	for k, v := range t {
		next[k] = v
	}
	next[a] = list
	return next
}

// Prices returns all prices, by kind, model and time.
func (b *Book) Prices() []Price {
	var all []Price
	for _, list := range b.prices {
		all = append(all, list...)
	}
	slices.SortFunc(all, func(x, y Price) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Model, y.Model), x.From.Compare(y.From))
	})
	return all
}

// charge computes what a usage costs by a table.
func (t table) charge(u *Usage) (money.Amount, error) {
	p, ok := t.at(u.Kind, u.Model, u.At)
	if !ok {
		return 0, fmt.Errorf("cost: usage %q of %q at %s: %w", u.ID, u.Kind, u.At.UTC().Format(time.RFC3339), ErrNoPrice)
	}
	return p.Of(u.Quantity)
}
