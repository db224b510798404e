// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// market checks what takes more than one key of the section to see.
func (d *decoder) market(m *Market) {
	if m == nil {
		return
	}
	d.asset(m.Currency, "market.currency")
	owners := map[string]string{}
	for i, a := range m.Accounts {
		at := item("market.accounts", i)
		d.shared(owners, Plain(a.Owner), at+".owner", CodeDuplicateID, "an account of "+quote(a.Owner)+" is there already")
		d.owner(a.Owner, at+".owner")
		for _, of := range slices.Sorted(maps.Keys(a.Money)) {
			d.asset(of, at+".money."+of)
			d.positive(int64(a.Money[of]), at+".money."+of)
		}
		for _, of := range slices.Sorted(maps.Keys(a.Goods)) {
			d.asset(of, at+".goods."+of)
			d.positive(a.Goods[of], at+".goods."+of)
		}
	}
	parties, of := map[string]string{}, map[string]string{}
	for i, p := range m.Parties {
		at := item("market.parties", i)
		d.shared(parties, Plain(p.Party), at+".party", CodeDuplicateID, "a party named "+quote(p.Party)+" is there already")
		for j, who := range p.Owners {
			d.owner(who, item(at+".owners", j))
			d.shared(of, Plain(who), item(at+".owners", j), CodeConflict, quote(who)+" belongs to a party already")
		}
	}
	d.marketDeals(m)
	d.marketIntegrity(m)
	names := map[string]string{}
	for i, a := range m.Auctions {
		at := item("market.auctions", i)
		d.shared(names, Plain(a.Auction), at+".auction", CodeDuplicateID, "an auction named "+quote(a.Auction)+" is there already")
		d.owner(a.Owner, at+".owner")
		d.auction(a, *m, at)
	}
	d.books(m)
}

// auction asks the rules of auctions; each of their complaints has its place.
func (d *decoder) auction(a Auction, m Market, at string) {
	if d.bad("market.currency", at+".kind", at+".goods") {
		return // what is missing now would be complained about again
	}
	for _, e := range joined(a.Spec(m).Validate()) {
		var s *auction.SpecError
		if !errors.As(e, &s) {
			continue
		}
		path := at + "." + specKey(s.Field)
		if !d.bad(path) {
			d.fail(d.near(path), path, fault{code: CodeConflict, reason: s.Why})
		}
	}
}

// specKey is the key of a file for a field of auction.Spec.
func specKey(field string) string {
	switch field {
	case "id":
		return "auction"
	case "english.increment.absolute":
		return "english.increment"
	case "english.increment.perMillion":
		return "english.increment_per_million"
	}
	var b strings.Builder
	for _, c := range field {
		if c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// owner refuses names that are no owner's in a ledger.
func (d *decoder) owner(name, path string) {
	if name != "" && !ledger.Available(name).Valid() && !d.bad(path) {
		d.fail(d.near(path), path, fault{code: CodeBadValue, reason: quote(name) + " cannot own an account", got: name, want: "up to 100 letters, digits, dots, dashes and underscores, and no word of the ledger"})
	}
}

// asset refuses what names no asset.
func (d *decoder) asset(name, path string) {
	if money.Asset(name).Validate() != nil && !d.bad(path) {
		d.fail(d.near(path), path, fault{code: CodeBadValue, reason: quote(name) + " is no asset", got: name, want: "up to 64 letters, digits and . _ - / :"})
	}
}

func (d *decoder) positive(n int64, path string) {
	if n <= 0 && !d.bad(path) {
		d.fail(d.near(path), path, fault{code: CodeRange, reason: "nobody begins with less than something", want: "more than 0"})
	}
}

// parseAmount reads an exact number of units.
func parseAmount(v *value) (reflect.Value, *fault) {
	a, err := money.Parse(v.text)
	switch {
	case err == nil:
		return reflect.ValueOf(a), nil
	case errors.Is(err, money.ErrPrecision):
		return reflect.Value{}, &fault{code: CodeBadValue, reason: "more than six digits behind the point", got: v.text, want: amountWant}
	case errors.Is(err, money.ErrOverflow):
		return reflect.Value{}, &fault{code: CodeRange, reason: "amount " + quote(v.text) + " is too large", got: v.text, want: amountWant}
	}
	return reflect.Value{}, wrong(v, amountWant)
}

const amountWant = "an amount such as 12.50"
