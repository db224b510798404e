// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"mabeam.dev/config"
	"mabeam.dev/testkit/scenario"
)

// scenario is the parent of the verbs about scenarios.
func (c *command) scenario() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenario",
		Short: "Run scripted scenarios in virtual time",
		Long: `scenario runs scripts that start a node, break it, and say what is to come of it: in
virtual time and in an order drawn from a seed, so that every run can be repeated.

  runtime scenario run examples/scenarios/*.txtar
  runtime scenario verbs                        what a script may say`,
		Args: func(cmd *cobra.Command, args []string) error { return unknown(cmd, args) },
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(c.scenarioRun(), c.scenarioVerbs(), c.scenarioList(), c.scenarioFmt())
	return cmd
}

// someFiles wants at least one argument.
func someFiles(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage("%s needs at least one file", cmd.CommandPath())
	}
	return nil
}

// scenarioVerbs lists the language.
func (c *command) scenarioVerbs() *cobra.Command {
	cmd := &cobra.Command{
		Use: "verbs", Short: "List every command that a scenario may use, with examples",
		Long: `verbs lists the language of scenarios, from the same table that the parser uses.

  runtime scenario verbs
  runtime scenario verbs -o md`,
		Args: noArgs,
	}
	form := outputFlag(cmd, "text", "md")
	cmd.RunE = func(*cobra.Command, []string) error {
		if err := checkOutput(*form, "text", "md"); err != nil {
			return err
		}
		text := scenario.Text()
		if *form == "md" {
			text = scenario.Markdown()
		}
		_, err := fmt.Fprint(c.Stdout, text)
		return err
	}
	return cmd
}

// scenarioList shows what each file is about.
func (c *command) scenarioList() *cobra.Command {
	return &cobra.Command{
		Use: "list FILE...", Short: "Show what scenarios are about",
		Long: `list prints the name of each scenario with the comment that it begins with.

  runtime scenario list examples/scenarios/*.txtar`,
		Args: someFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			for _, name := range files {
				s, err := c.readScenario(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.Stdout, "%s\t%s\n", name, s.About())
			}
			return nil
		},
	}
}

// scenarioFmt rewrites files in their usual form.
func (c *command) scenarioFmt() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use: "fmt FILE...", Short: "Rewrite scenarios in their usual form",
		Long: `fmt puts one blank between words and removes what nobody sees. Expected output and the
files of a scenario stay as they are.

  runtime scenario fmt examples/scenarios/*.txtar
  runtime scenario fmt --check examples/scenarios/*.txtar`,
		Args: someFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			bad := false
			for _, name := range files {
				data, err := os.ReadFile(name)
				if err != nil {
					return exitWith(ExitUsage, err)
				}
				text, err := scenario.Format(name, string(data))
				if err != nil {
					return c.badScenario(err)
				}
				switch {
				case text == string(data):
				case check:
					bad = true
					fmt.Fprintln(c.Stdout, name)
				default:
					if err := replaceFile(name, data, []byte(text)); err != nil {
						return err
					}
				}
			}
			if bad {
				return exitWith(ExitUnmet, nil)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "name the files that would change, and change none")
	return cmd
}

// replaceFile writes a file anew, as a whole, if it still is what was read.
func replaceFile(name string, was, data []byte) error {
	if now, err := os.ReadFile(name); err != nil || !bytes.Equal(now, was) {
		return errors.Join(fmt.Errorf("%s has changed meanwhile; nothing was written", name), err)
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	next := name + ".new"
	if err := os.WriteFile(next, data, info.Mode().Perm()); err != nil {
		return err
	}
	return os.Rename(next, name)
}

// readScenario reads and parses a file.
func (c *command) readScenario(name string) (*scenario.Script, error) {
	data, err := config.OS().ReadFile(name, config.MaxFile+1)
	if err != nil {
		return nil, exitWith(ExitUsage, err)
	}
	if len(data) > config.MaxFile {
		return nil, exitWith(ExitUsage, fmt.Errorf("%s is larger than %d bytes", name, config.MaxFile))
	}
	s, err := scenario.Parse(name, string(data))
	if err != nil {
		return nil, c.badScenario(err)
	}
	return s, nil
}

// badScenario shows the mistakes of a scenario.
func (c *command) badScenario(err error) error {
	var all config.Errors
	if errors.As(err, &all) {
		fmt.Fprint(c.Stderr, all.Text())
		return exitWith(ExitUsage, nil)
	}
	return exitWith(ExitUsage, err)
}
