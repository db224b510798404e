// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"strconv"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// alerts looks at the alerts of a running node and answers them.
func (c *command) alerts() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "See and answer the alerts of a running node",
		Long: `alerts shows what is wrong with a running node and says who takes care of it, or
mutes what is known. Rules and routes are in the section alerts of the config file.

  runtime alerts list
  runtime alerts ack restarts --key /node/tree
  runtime alerts silence dead-letters --for 2h --reason "queue is being moved"
  runtime alerts unsilence 3`,
		Args: unknown,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	list := c.inspectAlerts()
	list.Use, list.Short = "list", "Show what is pending or firing, and the silences"
	cmd.AddCommand(list, c.alertsAck(), c.alertsSilence(), c.alertsUnsilence())
	return cmd
}

// author is who gives an order if nobody is named.
func (c *command) author(named string) string {
	return cmp.Or(named, c.env("USER"), c.env("LOGNAME"), "unknown")
}

func (c *command) alertsAck() *cobra.Command {
	f, o := &watchFlags{}, admin.AlertOrder{}
	cmd := f.add(&cobra.Command{
		Use: "ack RULE", Short: "Say that somebody takes care of an alert",
		Long: `ack keeps an alert that is pending or firing from being repeated and escalated until
it is resolved.

  runtime alerts ack restarts --key /node/tree`,
	})
	cmd.Flags().StringVar(&o.Key, "key", "", "what the alert is about, as the list shows it")
	cmd.Flags().StringVar(&o.Author, "author", "", "who takes care of it; you, if nobody is named")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("%s: name one rule", cmd.CommandPath())
		}
		o.Rule, o.Author = args[0], c.author(o.Author)
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Acknowledge(cmd.Context(), o)
			if err != nil {
				return err
			}
			return c.showAlerts(f.form, a)
		})
	}
	return cmd
}

func (c *command) alertsSilence() *cobra.Command {
	f, o := &watchFlags{}, admin.AlertOrder{}
	cmd := f.add(&cobra.Command{
		Use: "silence [RULE]", Short: "Mute alerts for a while",
		Long: `silence keeps alerts from being told for a while, at most 7 days. They are evaluated
and listed all the same, and what is still true at the end is told then. RULE and the
key are patterns in which * stands for anything; what is left out fits everything.

  runtime alerts silence dead-letters --for 2h --reason "queue is being moved"`,
	})
	cmd.Flags().StringVar(&o.Key, "key", "", "what the alerts are about")
	cmd.Flags().StringVar(&o.For, "for", "1h", "how long, such as 30m")
	cmd.Flags().StringVar(&o.Reason, "reason", "", "why, for whoever meets the silence; required")
	cmd.Flags().StringVar(&o.Author, "author", "", "who wants it; you, if nobody is named")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage("%s: name one rule, or a pattern", cmd.CommandPath())
		}
		if o.Reason == "" {
			return usage("%s: --reason is required: whoever meets the silence wants to know", cmd.CommandPath())
		}
		if len(args) == 1 {
			o.Rule = args[0]
		}
		o.Author = c.author(o.Author)
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Silence(cmd.Context(), o)
			if err != nil {
				return err
			}
			return c.showAlerts(f.form, a)
		})
	}
	return cmd
}

func (c *command) alertsUnsilence() *cobra.Command {
	f := &watchFlags{}
	cmd := f.add(&cobra.Command{Use: "unsilence ID", Short: "End a silence"})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("%s: name one silence by its number", cmd.CommandPath())
		}
		id, err := strconv.ParseUint(args[0], 10, 64)
		if err != nil {
			return usage("silence %q: want a number", args[0])
		}
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Unsilence(cmd.Context(), id)
			if err != nil {
				return err
			}
			return c.showAlerts(f.form, a)
		})
	}
	return cmd
}
