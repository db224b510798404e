// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// coordinateTruth tells a node what was true of a question of an ensemble.
func (c *command) coordinateTruth() *cobra.Command {
	f := &watchFlags{}
	cmd := f.add(&cobra.Command{
		Use: "truth SESSION TRUTH", Short: "Tell what was true of a question", Args: words(2, 2, "a session and what was true"),
		Long: `truth tells a running node what was true of the question that an ensemble was asked in a
session. From then on those who were right weigh more in questions of the same subject. It is
told once: something else is refused.

  runtime coordinate --protocol ensemble --id mail-1 --question "Is this spam? ..." --option ham --option spam
  runtime coordinate truth mail-1 ham`,
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.TellTruth(cmd.Context(), args[0], args[1])
			switch {
			case err != nil:
				return err
			case f.form == "json":
				return c.json(a)
			}
			fmt.Fprintf(c.Stdout, "%s: %s\n", a.Session, a.Truth)
			return nil
		})
	}
	return cmd
}

// coordinateSkills shows what the members of ensembles are weighed by.
func (c *command) coordinateSkills() *cobra.Command {
	f := &watchFlags{}
	cmd := f.add(&cobra.Command{
		Use: "skills", Short: "Show what the members of ensembles are weighed by", Args: noArgs,
		Long: `skills shows for each subject how often each agent was right, on how many questions, and what
its vote weighs. Where nobody has told any truth, agents are judged by one another.`,
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Skills(cmd.Context())
			switch {
			case err != nil:
				return err
			case f.form == "json":
				return c.json(a)
			}
			w := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "SUBJECT\tMETHOD\tAGENT\tRIGHT\tOF\tWEIGHT")
			for _, s := range a.Subjects {
				for _, m := range s.Members {
					fmt.Fprintf(w, "%s\t%s\t%s\t%.3f\t%d\t%+.3f\n", dash(s.Subject), s.Method, m.Agent, m.Accuracy, m.Outcomes, m.Weight)
				}
			}
			return w.Flush()
		})
	}
	return cmd
}
