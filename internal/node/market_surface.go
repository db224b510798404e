// SPDX-License-Identifier: Apache-2.0

package node

import (
	"maps"
	"slices"

	"mabeam.dev/internal/admin"
	"mabeam.dev/market/money"
)

// bazaar is how the market is asked over HTTP.
func (n *Node) bazaar() admin.MarketOptions {
	o := admin.MarketOptions{
		Exchange: n.market.exchange, Costs: n.market.costs, Token: n.o.Config.Surfaces.Token.Reveal(), Body: int64(n.o.Config.Surfaces.Body),
	}
	if c := n.o.Config.Market; c != nil {
		all := map[money.Asset]bool{money.Asset(c.Currency): true}
		for _, a := range c.Accounts {
			for of := range a.Money { // sorted below
				all[money.Asset(of)] = true
			}
		}
		o.Currencies = slices.Sorted(maps.Keys(all))
	}
	return o
}
