// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mabeam.dev/testkit/scenario"
)

// scenario is the parent of the verbs about scenarios.
func (c *command) scenario() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenario",
		Short: "Run scripted scenarios in virtual time",
		Long: `scenario runs scripts that start a node, break it, and say what is to come of it: in
virtual time and in an order drawn from a seed, so that a run can be repeated.

  runtime scenario run examples/scenarios/*.txtar
  runtime scenario verbs`,
		Args: func(cmd *cobra.Command, args []string) error { return unknown(cmd, args) },
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(c.scenarioRun(), c.scenarioVerbs())
	return cmd
}

func (c *command) scenarioVerbs() *cobra.Command {
	return &cobra.Command{
		Use: "verbs", Short: "List every command that a scenario may use, with examples", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			group := scenario.Group("")
			for _, v := range scenario.Verbs() {
				if v.Group != group {
					group = v.Group
					fmt.Fprintf(c.Stdout, "%s\n", strings.ToUpper(string(group)))
				}
				fmt.Fprintf(c.Stdout, "  %s\n      %s\n      example: %s\n", v.Usage, v.Doc, v.Example)
			}
			return nil
		},
	}
}

func (c *command) scenarioRun() *cobra.Command {
	var seed uint64
	var verbose bool
	cmd := &cobra.Command{
		Use: "run FILE...", Short: "Run scenarios and say which expectations do not hold",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("scenario run needs at least one file")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error {
			code := ExitDone
			for _, name := range files {
				data, err := os.ReadFile(name)
				if err != nil {
					return exitWith(ExitUsage, err)
				}
				s, err := scenario.Parse(name, string(data))
				if err != nil {
					return exitWith(ExitUsage, err)
				}
				r := scenario.Run(s, scenario.Options{Seed: seed, Kinds: c.kinds})
				if verbose {
					fmt.Fprint(c.Stdout, r.Output)
				}
				if r.Failure != nil {
					fmt.Fprintln(c.Stderr, r.Failure)
					code = ExitUnmet
					continue
				}
				fmt.Fprintf(c.Stdout, "ok    %s  seed %d\n", name, r.Seed)
			}
			if code != ExitDone {
				return exitWith(code, nil)
			}
			return nil
		},
	}
	cmd.Flags().Uint64Var(&seed, "seed", 1, "the seed that decides every order")
	cmd.Flags().BoolVar(&verbose, "verbose", false, "show each command and what it prints")
	return cmd
}
