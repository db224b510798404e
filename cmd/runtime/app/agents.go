// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// agents steers the agents of a running node.
func (c *command) agents() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "agents",
		Short: "Take agents of a running node out of work and put them back",
		Long: `agents gives one agent of a running node an order. Which agents there are, and in
which state, is shown by runtime inspect agents.

  runtime agents maintenance reviewer-2 --reason "new disk"
  runtime agents resume reviewer-2
  runtime agents drain reviewer-2 --within 10m`,
		Args: unknown,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(
		c.agentOrder((*admin.Client).MaintainAgent, &cobra.Command{
			Use: "maintenance ID", Short: "Give an agent no work until resume",
			Long: `maintenance keeps an agent from taking work. What it has in hand goes on, and the
agent stays alive.

  runtime agents maintenance reviewer-2 --reason "new disk"`,
		}),
		c.agentOrder((*admin.Client).ResumeAgent, &cobra.Command{
			Use: "resume ID", Short: "End the maintenance of an agent",
			Long: `resume lets an agent take work again.

  runtime agents resume reviewer-2`,
		}),
		c.agentOrder((*admin.Client).DrainAgent, &cobra.Command{
			Use: "drain ID", Short: "Have an agent finish what it has in hand and end",
			Long: `drain gives an agent no more work, and ends it when it has nothing in hand. Its
supervisor starts a permanent agent again, with a new state.

  runtime agents drain reviewer-2 --within 10m`,
		}),
	)
	return cmd
}

// agentOrder is a command that sends one order to one agent.
func (c *command) agentOrder(send func(*admin.Client, context.Context, string, admin.AgentOrder) (admin.AgentOrderAnswer, error), cmd *cobra.Command) *cobra.Command {
	f, o := &watchFlags{}, admin.AgentOrder{}
	f.add(cmd)
	cmd.Flags().StringVar(&o.Reason, "reason", "", "why, for whoever looks at the agent")
	if cmd.Name() == "drain" {
		cmd.Flags().StringVar(&o.Within, "within", "", "time for what is in hand, such as 10m; what is left then goes back to its queue")
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("%s: name one agent", cmd.CommandPath())
		}
		return c.ask(f, func(client *admin.Client) error {
			a, err := send(client, cmd.Context(), args[0], o)
			if err != nil {
				return err
			}
			if f.form == "json" {
				return c.json(a)
			}
			_, err = fmt.Fprintf(c.Stdout, "%s  %s\n", a.ID, a.State)
			return err
		})
	}
	return cmd
}
