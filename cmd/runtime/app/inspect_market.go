// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// inspectMarket shows the market of a running node.
func (c *command) inspectMarket() *cobra.Command {
	f := &watchFlags{}
	cmd := f.add(&cobra.Command{
		Use: "market", Short: "Show the auctions, accounts and trade of a running node", Args: noArgs,
		Long: `market shows the auctions that are not over, in the order in which they close, what
every owner has, what is held for what, and what tasks that were bought have cost. What
bidders of an auction offer, and what is held for that, is shown when it is decided. Where the node runs them there are also
the ten agents with the best reputation, the books of orders and the prediction
markets, the deals that are in work, and the cases that are open.

  runtime inspect market
  runtime inspect market -o json`,
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.ask(f, func(client *admin.Client) error {
			a, err := wholly(cmd.Context(), client)
			if err != nil {
				return err
			}
			if f.form == "json" {
				return c.json(a)
			}
			if err := c.showMarket(a.MarketAnswer); err != nil {
				return err
			}
			return c.showBazaar(a)
		})
	}
	return cmd
}

func (c *command) showMarket(a admin.MarketAnswer) error {
	table := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { fmt.Fprintln(table, strings.Join(cells, "\t")) }
	if len(a.Auctions) == 0 {
		line("no auction")
	} else {
		line("AUCTION", "KIND", "STATE", "OWNER", "GOODS", "PRICE", "BEST", "BIDDERS", "CLOSES")
	}
	for _, v := range a.Auctions {
		state := v.State
		if v.Halted != "" {
			state += " (" + v.Halted + ")"
		}
		kind := v.Kind
		if v.Reverse {
			kind += ", buying"
		}
		goods := strings.Join(v.Goods, " ")
		if v.Units > 1 {
			goods = strconv.FormatInt(v.Units, 10) + " " + goods
		}
		line(v.ID, kind, state, v.Owner, goods, dash(v.Price), dash(v.Standing), strconv.Itoa(v.Bidders), dash(v.Closes))
	}
	if more := a.Total - len(a.Auctions); more > 0 {
		line(fmt.Sprintf("... and %d more", more))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(c.Stdout)
	line("OWNER", "ASSET", "HAS")
	for _, v := range a.Accounts {
		line(v.Owner, v.Asset, v.Total)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(a.Holds) > 0 {
		fmt.Fprintln(c.Stdout)
		line("HELD FOR", "OWNER", "ASSET", "AMOUNT")
		for _, v := range a.Holds {
			line(v.Ref, v.Owner, v.Asset, secretly(v.Amount))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if len(a.Costs) > 0 {
		fmt.Fprintln(c.Stdout)
		line("PAID BY/AGENT", "TASKS", "COST")
		for _, v := range a.Costs {
			line(v.Whose, strconv.FormatUint(v.Tasks, 10), v.Cost)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if !a.Balanced {
		fmt.Fprintln(c.Stdout, "\nthe accounts do not add up to 0")
	}
	return nil
}

// secretly writes an amount, or that it is not to be known.
func secretly(amount string) string {
	if amount == "" {
		return "secret"
	}
	return amount
}
