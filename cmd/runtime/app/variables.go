// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// variables is the parent of the verbs about variables.
func (c *command) variables() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "variables",
		Short: "Change variables that agents share",
		Long: `variables proposes values for the variables of a running node. A proposal is checked and,
where the variable asks for it, decided by agents; the command returns when it is committed or
refused. "runtime inspect variables" shows what there is.

  runtime variables set temperature 0.9 --because "p95 too high"
  runtime variables set tuning/team ann,bob --base 0.4
  runtime variables override temperature agent/ann 0.2 --ttl 10m
  runtime variables override temperature agent/ann --gone
  runtime variables rollback temperature 0.3 --because "it was better"
  runtime variables adapt temperature --strategy cost_optimization --floor quality=0.8
  runtime variables report temperature --metric quality=0.9 --metric cost=3`,
		Args: func(cmd *cobra.Command, args []string) error { return unknown(cmd, args) },
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(c.variablesSet(), c.variablesOverride(), c.variablesRollback(), c.variablesAdapt(), c.variablesReport())
	return cmd
}

// variableFlags are those of all proposals.
type variableFlags struct {
	watchFlags
	order admin.VariableOrder
}

func (f *variableFlags) addTo(cmd *cobra.Command) *cobra.Command {
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.order.Because, "because", "", "reason, which the history keeps")
	flags.StringVar(&f.order.By, "by", "", "who proposes it")
	flags.StringVar(&f.order.Agent, "agent", "", "agent that proposes it: it must give a reason, and its limits hold")
	flags.StringVar(&f.order.Base, "base", "", "version that the variable must have, as in 0.17")
	flags.StringVar(&f.order.Key, "key", "", "name of the proposal, which makes a repetition the same one")
	flags.StringVar(&f.order.Within, "within", "", "how long it may take, as in 30s")
	flags.BoolVar(&f.order.Force, "force", false, "skip cooldown, rate limit and decision; never validation")
	return cmd
}

// words checks how many arguments there are.
func words(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usage("%s wants %s, got %d arguments", cmd.CommandPath(), what, len(args))
		}
		return nil
	}
}

func (c *command) variablesSet() *cobra.Command {
	f := &variableFlags{}
	cmd := f.addTo(&cobra.Command{
		Use: "set NAME VALUE", Short: "Propose a value for a variable", Args: words(2, 2, "a variable and a value"),
		Long: `set proposes a value: a number, an option, names with commas between them for a team, or
JSON for fields. NAME has its space before it where several have one of that name.

  runtime variables set temperature 0.9 --because "p95 too high"
  runtime variables set tuning/model large --by ann`,
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f.order.Text = &args[1]
		return c.proposeVariable(cmd, f, args[0], "")
	}
	return cmd
}

func (c *command) variablesOverride() *cobra.Command {
	f := &variableFlags{}
	cmd := f.addTo(&cobra.Command{
		Use: "override NAME SCOPE [VALUE]", Short: "Give some agents a value of their own", Args: words(2, 3, "a variable, a scope and a value"),
		Long: `override sets a value for an agent, a role or a node alone, or takes it away.

  runtime variables override temperature agent/ann 0.2 --ttl 10m
  runtime variables override temperature role/critic --gone`,
	})
	cmd.Flags().StringVar(&f.order.TTL, "ttl", "", "how long it holds, as in 10m; without it for good")
	cmd.Flags().BoolVar(&f.order.Gone, "gone", false, "take the value away")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.order.Gone == (len(args) == 3) {
			return usage("want either a value or --gone")
		}
		if f.order.Scope = args[1]; !f.order.Gone {
			f.order.Text = &args[2]
		}
		return c.proposeVariable(cmd, f, args[0], "/override")
	}
	return cmd
}

func (c *command) variablesRollback() *cobra.Command {
	f := &variableFlags{}
	cmd := f.addTo(&cobra.Command{
		Use: "rollback NAME VERSION", Short: "Propose the value of an earlier version", Args: words(2, 2, "a variable and a version"),
		Long: `rollback proposes the value that a variable had at a version, as a new version. It is
checked and decided like any other.

  runtime variables rollback temperature 0.3 --because "it was better"`,
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f.order.To = args[1]
		return c.proposeVariable(cmd, f, args[0], "/rollback")
	}
	return cmd
}

// proposeVariable proposes and shows what it gave.
func (c *command) proposeVariable(cmd *cobra.Command, f *variableFlags, name, step string) error {
	if f.order.Key == "" {
		f.order.Key = uuid.NewString()
	}
	return c.ask(&f.watchFlags, func(client *admin.Client) error {
		all, err := client.Variables(cmd.Context())
		if err != nil {
			return err
		}
		v, err := variableNamed(all, name)
		if err != nil {
			return err
		}
		r, err := client.Propose(cmd.Context(), v.Space, v.Name, step, f.order)
		switch {
		case err != nil:
			return err
		case f.form == "json":
			return c.json(r)
		case f.order.Gone:
			fmt.Fprintf(c.Stdout, "%s/%s has no value of its own for %s, version %s\n", r.Space, r.Variable, f.order.Scope, r.At)
		case f.order.Scope != "":
			fmt.Fprintf(c.Stdout, "%s/%s = %v for %s, version %s\n", r.Space, r.Variable, r.Value, f.order.Scope, r.At)
		default:
			fmt.Fprintf(c.Stdout, "%s/%s = %v, version %s\n", r.Space, r.Variable, r.Value, r.At)
		}
		return nil
	})
}
