// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"mabeam.dev/internal/admin"
	"mabeam.dev/market/integrity"
	deals "mabeam.dev/market/listing"
	"mabeam.dev/market/money"
)

// wholeMarket is a market with everything else that its node runs of it: what it does not run is nil.
type wholeMarket struct {
	admin.MarketAnswer
	Level       string                 `json:"level,omitempty"`       // of the market as a whole
	Rankings    []admin.RankRow        `json:"rankings,omitempty"`    // the first ten
	Books       []admin.BookView       `json:"books,omitempty"`       // of orders, with their best prices
	Predictions []admin.PredictionView `json:"predictions,omitempty"` // with the prices of their outcomes
	Deals       []deals.Deal           `json:"deals,omitempty"`       // whose money has not moved
	Cases       []admin.CaseView       `json:"cases,omitempty"`       // that are open
}

// wholly asks for all of it. Each part is of its own moment.
func wholly(ctx context.Context, client *admin.Client) (w wholeMarket, err error) {
	if w.MarketAnswer, err = client.Market(ctx); err != nil {
		return w, err
	}
	for _, part := range []func() error{
		func() error {
			a, err := client.Rankings(ctx, url.Values{"limit": {"10"}})
			w.Level, w.Rankings = a.Level, a.Ranks
			return err
		},
		func() error {
			a, err := client.Books(ctx, nil)
			w.Books, w.Predictions = a.Books, a.Predictions
			return err
		},
		func() error {
			a, err := client.Deals(ctx)
			w.Deals = a.Deals
			return err
		},
		func() error {
			a, err := client.Cases(ctx)
			w.Cases = slices.DeleteFunc(a.Cases, func(is admin.CaseView) bool {
				return is.State == integrity.Final.String() || is.State == integrity.Overturned.String()
			})
			return err
		},
	} {
		var refused *admin.StatusError
		if err := part(); errors.As(err, &refused) && refused.Code == http.StatusNotFound {
			continue // the node does not run it
		} else if err != nil {
			return w, err
		}
	}
	return w, nil
}

// showBazaar writes what a node runs of its market besides auctions and accounts.
func (c *command) showBazaar(w wholeMarket) error {
	table := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
	begin := func(cells ...string) {
		fmt.Fprintln(table)
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	line := func(cells ...string) { fmt.Fprintln(table, strings.Join(cells, "\t")) }
	if w.Level != "" {
		fmt.Fprintf(table, "\nmarket: %s\n", w.Level)
	}
	if len(w.Rankings) > 0 {
		begin("AGENT", "OVERALL", "RELIABILITY", "PERFORMANCE", "COST", "TRUST", "DEALS")
		for _, r := range w.Rankings {
			number := func(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }
			line(r.Agent, number(r.Overall), number(r.Reliability), number(r.Performance), number(r.Cost), number(r.Trust), strconv.FormatFloat(r.Weight, 'f', 1, 64))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if len(w.Books) > 0 {
		begin("BOOK", "TRADES IN", "PHASE", "BID", "ASK", "LAST", "TRADES")
		best := func(all []admin.BookLevel) string {
			if len(all) == 0 {
				return "-"
			}
			return fmt.Sprintf("%d at %s", all[0].Quantity, all[0].Price)
		}
		for _, b := range w.Books {
			line(b.Book, b.Base+"/"+b.Quote, b.Phase, best(b.Buy), best(b.Sell), dash(b.Last), strconv.FormatUint(b.Trades, 10))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if len(w.Predictions) > 0 {
		begin("PREDICTION", "STATE", "PRICES", "TRADES", "OUTCOME")
		for _, p := range w.Predictions {
			var prices []string
			for _, name := range slices.Sorted(maps.Keys(p.Prices)) {
				prices = append(prices, name+" "+p.Prices[name])
			}
			state := p.State
			if p.Halted {
				state += " (halted)"
			}
			line(p.Prediction, state, strings.Join(prices, ", "), strconv.FormatUint(p.Trades, 10), dash(p.Outcome))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if len(w.Deals) > 0 {
		begin("DEAL", "STATE", "BUYER", "PROVIDER", "PRICE", "ASSET")
		for _, d := range w.Deals {
			line(d.ID, string(d.State), d.Buyer, d.Provider, money.Format(d.Price), string(d.Asset))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if len(w.Cases) > 0 {
		begin("CASE", "STATE", "ABOUT", "SUBJECTS", "BY")
		for _, is := range w.Cases {
			line(is.ID, is.State, string(is.Finding.Kind), strings.Join(is.Finding.Subjects, " "), cmp.Or(is.Accuser, "a monitor"))
		}
	}
	return table.Flush()
}
