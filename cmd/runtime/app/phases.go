// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// inspectPhases shows how the phases and services of a node are.
func (c *command) inspectPhases() *cobra.Command {
	f := &watchFlags{}
	var loss bool
	cmd := f.add(&cobra.Command{
		Use: "phases", Short: "Show the phases and services of a running node", Args: noArgs,
		Long: `phases shows each phase of a node in the order of the start, and each service in it:
up, degraded, down, starting or waiting, since when, and why. Services with a star
are optional: the node is ready without them. --loss tells what the loss of each
service means to those who use it.

  runtime inspect phases
  runtime inspect phases --loss`,
	})
	cmd.Flags().BoolVar(&loss, "loss", false, "tell what each service's loss means")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.ask(f, func(client *admin.Client) error {
			h, err := client.Health(cmd.Context())
			if err != nil {
				return err
			}
			switch {
			case f.form == "json":
				return c.json(h)
			case loss:
				c.showLosses(h)
			default:
				fmt.Fprintf(c.Stdout, "%s  %s\n%s", h.Node, h.Verdict(), h.Text())
			}
			return nil
		})
	}
	return cmd
}

// showLosses tells of each service what happens without it.
func (c *command) showLosses(h admin.Health) {
	for _, p := range h.Phases {
		for _, s := range p.Services {
			need := "optional"
			if s.Required {
				need = "required"
			}
			fmt.Fprintf(c.Stdout, "%s/%s  %s, %s\n  %s\n", p.Name, s.Name, need, s.Loss, s.Without)
		}
	}
}
