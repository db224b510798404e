// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// marketOrder brings an order to a book of a running node.
func (c *command) marketOrder() *cobra.Command {
	f := &watchFlags{}
	var o admin.PlaceOrder
	cmd := f.add(&cobra.Command{
		Use: "order NAME buy|sell QUANTITY", Short: "Bring an order to a book of orders",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 3 {
				return usage("%s needs the name of a book, buy or sell, and a quantity", cmd.CommandPath())
			}
			return nil
		},
		Long: `order brings an order to a book of a running node, and says what became of it at
once. What it could cost is set aside first. Repeated with its --key it is done once.

  runtime market order gpu-hours buy 10 --price 2.50 --owner ann --key ann-17
  runtime market order gpu-hours sell 4 --kind ioc --price 2.40 --owner bob --key bob-3`,
	})
	flags := cmd.Flags()
	flags.StringVar(&o.Owner, "owner", "", "whose order it is")
	flags.StringVar(&o.Key, "key", "", "name of the order, for ever")
	flags.StringVar(&o.Kind, "kind", "limit", "limit, market, ioc, fok or post-only")
	flags.StringVar(&o.Price, "price", "", "worst price of a piece")
	flags.StringVar(&o.Funds, "funds", "", "the most that a market order to buy spends")
	flags.StringVar(&o.Stop, "stop", "", "price that brings the order to the book")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		n, err := strconv.ParseInt(args[2], 10, 64)
		if err != nil {
			return usage("quantity %q: want a whole number", args[2])
		}
		if o.Owner == "" || o.Key == "" {
			return usage("an order needs --owner and --key")
		}
		o.Side, o.Quantity = args[1], n
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.PlaceOrder(cmd.Context(), args[0], o)
			switch {
			case err != nil:
				return err
			case f.form == "json":
				return c.json(a)
			case a.Duplicate:
				fmt.Fprint(c.Stdout, "done before: ")
			}
			fmt.Fprintf(c.Stdout, "order %d: %d filled for %s, %d left\n", a.Order, a.Filled, a.Cost, a.Left)
			return nil
		})
	}
	return cmd
}
