// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
	"mabeam.dev/market"
	"mabeam.dev/market/integrity"
)

// marketRankings asks who is how good.
func (c *command) marketRankings() *cobra.Command {
	f := &watchFlags{}
	var domain string
	var limit int
	cmd := f.add(&cobra.Command{
		Use: "rankings", Short: "Rank agents by what was measured of their deals", Args: noArgs,
		Long: `rankings asks a running node who is how good, the best first. All numbers but the
trust are lower bounds from 0 to 1, of what settled deals say; the weight is how many
deals that is. Trust begins at stakes and follows deals that satisfied.

  runtime market rankings
  runtime market rankings --domain review --limit 5 -o json`,
	})
	cmd.Flags().StringVar(&domain, "domain", "", "kind of work; all, if it is left out")
	cmd.Flags().IntVar(&limit, "limit", 50, "most agents shown, up to 1000")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if limit < 1 || limit > 1000 {
			return usage("--limit %d: want a number from 1 to 1000", limit)
		}
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Rankings(cmd.Context(), url.Values{"domain": {domain}, "limit": {strconv.Itoa(limit)}})
			if err != nil {
				return err
			}
			if f.form == "json" {
				return c.json(a)
			}
			fmt.Fprintf(c.Stdout, "market: %s\n", a.Level)
			if len(a.Ranks) == 0 {
				fmt.Fprintln(c.Stdout, "nobody is known by any deal")
				return nil
			}
			table := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "AGENT\tOVERALL\tRELIABILITY\tPERFORMANCE\tCOST\tCOOPERATION\tTRUST\tDEALS")
			for _, r := range a.Ranks {
				fmt.Fprintf(table, "%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.4f\t%.1f\n", r.Agent, r.Overall, r.Reliability, r.Performance, r.Cost, r.Cooperation, r.Trust, r.Weight)
			}
			return table.Flush()
		})
	}
	return cmd
}

// marketCases asks for cases and findings.
func (c *command) marketCases() *cobra.Command {
	f := &watchFlags{}
	cmd := f.add(&cobra.Command{
		Use: "cases", Short: "Show cases of misconduct, and what monitors have found", Args: noArgs,
		Long: `cases asks a running node for the cases about misconduct and for what its monitors have
found. A finding is a reason to look: it becomes a case when it is severe, when it is
contested, or when somebody accuses. See 'runtime market case'.`,
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Cases(cmd.Context())
			if err != nil {
				return err
			}
			if f.form == "json" {
				return c.json(a)
			}
			if len(a.Cases)+len(a.Findings) == 0 {
				fmt.Fprintln(c.Stdout, "no case, and nothing was found")
				return nil
			}
			table := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "CASE\tSTATE\tABOUT\tSUBJECTS\tFOR\tSCORE\tBY")
			row := func(id, state, by string, f integrity.Finding) {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%.2f\t%s\n", id, state, f.Kind, strings.Join(f.Subjects, " "), dash(f.Beneficiary), f.Score, by)
			}
			for _, is := range a.Cases {
				state := is.State
				if is.Guilty && is.State == "final" {
					state = "final: guilty"
				}
				row(is.ID, state, cmp.Or(is.Accuser, "a monitor"), is.Finding)
			}
			for _, r := range a.Findings {
				row(r.ID, "found: "+r.Finding.Severity.String(), "a monitor", r.Finding)
			}
			return table.Flush()
		})
	}
	return cmd
}

// marketCase takes a step of a case.
func (c *command) marketCase() *cobra.Command {
	f := &watchFlags{}
	var by, reason, kind, subjects, records, victim string
	var guilty bool
	cmd := f.add(&cobra.Command{
		Use: "case STEP ID", Short: "Accuse, review, decide, appeal or contest", Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("want a step and the id of a case, such as: runtime market case review c-1 --by judge")
			}
			return nil
		},
		Long: `case takes a step of a case of misconduct on a running node. A case is reported, reviewed
by somebody who is no party, decided, and can be appealed for a time; somebody else
decides that. Nothing is taken before a decision, and nothing is gone before an appeal
is over. Whom a finding concerns can contest it.

  runtime market case accuse c-1 --by bob --kind collusion --subjects eve,sam --records auction-7
  runtime market case review c-1 --by judge
  runtime market case decide c-1 --by judge --guilty --reason 'the same machine'
  runtime market case appeal c-1 --by eve --reason 'it was stolen'
  runtime market case contest integrity/bidding/1 --by sam`,
	})
	flags := cmd.Flags()
	flags.StringVar(&by, "by", "", "who takes the step; required")
	flags.StringVar(&reason, "reason", "", "why")
	flags.BoolVar(&guilty, "guilty", false, "the decision; without it, not guilty")
	flags.StringVar(&kind, "kind", "other", "of an accusation: 'quality fraud', 'effort manipulation', collusion, performance, abandonment or other")
	flags.StringVar(&subjects, "subjects", "", "of an accusation: who did it, with commas")
	flags.StringVar(&records, "records", "", "of an accusation: the auctions or deals to look at, with commas")
	flags.StringVar(&victim, "victim", "", "of an accusation: who was harmed")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if by == "" {
			return usage("--by is missing: who takes the step")
		}
		o := admin.CaseOrder{Case: args[1], By: by, Guilty: guilty, Reason: reason}
		switch args[0] {
		case "accuse":
			if subjects == "" || records == "" {
				return usage("an accusation needs --subjects and --records")
			}
			o.By = ""
			o.Accusation = &market.Accusation{
				Kind: kind, Accuser: by, Victim: victim,
				Finding: integrity.Finding{Kind: integrity.Kind(kind), Subjects: strings.Split(subjects, ","), Records: strings.Split(records, ",")},
			}
		case "review", "decide", "appeal", "contest":
		default:
			return usage("a case has no step %q: accuse, review, decide, appeal or contest", args[0])
		}
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.StepCase(cmd.Context(), args[0], o)
			if err != nil {
				return err
			}
			if f.form == "json" {
				return c.json(a)
			}
			fmt.Fprintf(c.Stdout, "case %s is %s\n", a.Case.ID, a.Case.State)
			return nil
		})
	}
	return cmd
}
