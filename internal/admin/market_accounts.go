// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/cost"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// MarketAnswer is a market at one moment.
type MarketAnswer struct {
	Version  int           `json:"version"`         // of this format: 1
	Auctions []AuctionView `json:"auctions"`        // that are not over, at most 1000
	Total    int           `json:"total"`           // of them
	Accounts []AccountView `json:"accounts"`        // by owner and asset
	Holds    []HoldView    `json:"holds"`           // by what they are for, and owner
	Balanced bool          `json:"balanced"`        // the sum of all accounts is 0 for every asset
	Costs    []CostView    `json:"costs,omitempty"` // of tasks that were bought, by who paid and which agent; none while they are not to be had
}

// CostView is what an agent's work has cost somebody.
type CostView struct {
	Whose string `json:"whose"` // who paid, a slash, and the agent
	Tasks uint64 `json:"tasks"` // that were bought
	Cost  string `json:"cost"`  // in the currency of the market
}

// AccountView is what an owner has of an asset.
type AccountView struct {
	Owner string `json:"owner"` // or an account of the market itself, such as fees
	Asset string `json:"asset"`
	Total string `json:"total"` // what may be disposed of and what is held, together
}

// HoldView is what is set aside for something.
type HoldView struct {
	Ref    string `json:"ref"` // what for, such as auction/tea
	Owner  string `json:"owner"`
	Asset  string `json:"asset"`
	Amount string `json:"amount,omitempty"` // empty while it would tell a bid that is secret
}

func (v *marketViews) all(w http.ResponseWriter, r *http.Request) error {
	a, err := MarketNow(v.o)
	if err != nil {
		return err
	}
	if v.o.Costs != nil {
		if rows, _, err := v.o.Costs.Rollups(r.Context(), cost.ByAgent); err == nil { // else they are down, and the rest is still to be seen
			for _, row := range rows {
				a.Costs = append(a.Costs, CostView{row.Name, row.Usages, money.Format(row.Cost)})
			}
		}
	}
	answerWith(w, http.StatusOK, a)
	return nil
}

// MarketNow looks at a market, without its processes.
func MarketNow(o MarketOptions) (MarketAnswer, error) {
	a := MarketAnswer{Version: 1, Auctions: []AuctionView{}, Accounts: []AccountView{}, Holds: []HoldView{}}
	page, err := o.Exchange.List(market.Filter{Live: true, Order: market.ByClose, Limit: 1000})
	if err != nil {
		return a, err
	}
	a.Total = page.Total
	for _, one := range page.Auctions {
		a.Auctions = append(a.Auctions, auctionView(one))
	}
	_, balances, err := o.Exchange.Ledger().Balances()
	if err != nil {
		return a, err
	}
	currencies, err := o.Exchange.Currencies()
	if err != nil {
		return a, err
	}
	a.accounts(balances, append(currencies, o.Currencies...), func(ref string) bool { return SecretHold(o.Exchange, ref) })
	return a, nil
}

// SecretHold reports whether what bidders have set aside for a ref, that of an auction, tells what they bid and nobody may know yet.
func SecretHold(x *market.Exchange, ref string) bool {
	id, ok := strings.CutPrefix(ref, "auction/")
	if !ok {
		return false
	}
	a, ok := x.Peek(id)
	return ok && a.View.Outcome == nil && !a.View.State.Terminal() && a.View.Kind != auction.Dutch
}

// accounts adds up who has how much.
func (a *MarketAnswer) accounts(balances map[ledger.Slot]money.Amount, currencies []money.Asset, secret func(ref string) bool) {
	totals, sums := map[ledger.Slot]money.Amount{}, map[money.Asset]money.Sum{}
	show := func(of money.Asset, x money.Amount) string {
		if slices.Contains(currencies, of) {
			return money.Format(x)
		}
		return strconv.FormatInt(int64(x), 10)
	}
	for slot, x := range balances { // sorted below
		sum := sums[slot.Asset]
		sum.Add(x)
		sums[slot.Asset] = sum
		owner, rest, _ := strings.Cut(string(slot.Account), "/")
		if owner == "stake" || owner == "pool" || owner == "subsidy" {
			owner, rest = string(slot.Account), ""
		}
		totals[ledger.Slot{Account: ledger.Account(owner), Asset: slot.Asset}] += x
		if ref, held := strings.CutPrefix(rest, "held/"); held {
			h := HoldView{Ref: ref, Owner: owner, Asset: string(slot.Asset)}
			if !secret(ref) {
				h.Amount = show(slot.Asset, x)
			}
			a.Holds = append(a.Holds, h)
		}
	}
	for slot, x := range totals { // sorted below
		if x != 0 {
			a.Accounts = append(a.Accounts, AccountView{string(slot.Account), string(slot.Asset), show(slot.Asset, x)})
		}
	}
	a.Balanced = true
	for _, sum := range sums { // whether any is not 0, in no order
		if total, err := sum.Amount(); err != nil || total != 0 {
			a.Balanced = false
		}
	}
	slices.SortFunc(a.Accounts, func(x, y AccountView) int {
		return cmp.Or(cmp.Compare(x.Owner, y.Owner), cmp.Compare(x.Asset, y.Asset))
	})
	slices.SortFunc(a.Holds, func(x, y HoldView) int {
		return cmp.Or(cmp.Compare(x.Ref, y.Ref), cmp.Compare(x.Owner, y.Owner), cmp.Compare(x.Asset, y.Asset))
	})
}
