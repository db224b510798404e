// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// watchFlags are those of every command about what a running node knows of itself.
type watchFlags struct {
	addr, socket, node, token, form string
}

// add makes the flags of a command.
func (f *watchFlags) add(cmd *cobra.Command) *cobra.Command {
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "", "host:port of the node")
	flags.StringVar(&f.socket, "socket", "", "path of the node's socket")
	flags.StringVar(&f.node, "node", "", "name of the node, if several run")
	flags.StringVar(&f.token, "token-file", "", "file with the token, for a node on another machine")
	flags.StringVarP(&f.form, "output", "o", "text", "form of the output: text or json")
	return cmd
}

// ask finds the node and does something with it.
func (c *command) ask(f *watchFlags, do func(*admin.Client) error) error {
	if err := checkOutput(f.form, "text", "json"); err != nil {
		return err
	}
	client, err := c.client(f.addr, f.socket, f.node)
	if err != nil {
		return err
	}
	if f.token != "" {
		token, err := os.ReadFile(f.token)
		if err != nil {
			return usage("token: %w", err)
		}
		client = client.WithToken(strings.TrimSpace(string(token)))
	}
	err = do(client)
	var refused *admin.StatusError
	if errors.As(err, &refused) && (refused.Reason == admin.CodeBody || refused.Reason == admin.CodeAlert || refused.Reason == admin.CodeAgent) {
		return exitWith(ExitUsage, err)
	}
	return told(err)
}

// oneAtMost is cobra.MaximumNArgs(1) with our exit code.
func oneAtMost(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage("%s takes one argument at most, got %q", cmd.CommandPath(), args)
	}
	return nil
}

// inspectAlerts shows what is wrong.
func (c *command) inspectAlerts() *cobra.Command {
	f := &watchFlags{}
	cmd := f.add(&cobra.Command{
		Use: "alerts", Short: "Show the alerts of a running node", Args: noArgs,
		Long: `alerts shows what is pending or firing, since when and how bad, who takes care of it,
the silences in force, and routes whose receiver cannot be told.`,
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Alerts(cmd.Context())
			if err != nil {
				return err
			}
			return c.showAlerts(f.form, a)
		})
	}
	return cmd
}

// inspectCrashes shows crash reports.
func (c *command) inspectCrashes() *cobra.Command {
	f := &watchFlags{}
	var limit int
	cmd := f.add(&cobra.Command{
		Use: "crashes [PATH]", Short: "Show the crash reports of a running node", Args: oneAtMost,
		Long: `crashes shows the reports of processes that crashed: who, on which message, in which
state, with which stack, among whom, and what happened before. PATH chooses one
process.

  runtime inspect crashes
  runtime inspect crashes /node/tree/reviewer-2 --limit 1`,
	})
	cmd.Flags().IntVar(&limit, "limit", 10, "most reports shown, the newest; 0 shows all that are kept")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if limit < 0 {
			return usage("limit %d: want 0 or more", limit)
		}
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Crashes(cmd.Context(), strings.Join(args, ""), limit)
			switch {
			case err != nil:
				return err
			case f.form == "json":
				return c.json(a)
			case len(a.Crashes) == 0:
				fmt.Fprintln(c.Stdout, "no crash")
			}
			for i, r := range a.Crashes {
				if i > 0 {
					fmt.Fprintln(c.Stdout)
				}
				fmt.Fprint(c.Stdout, r.Text)
			}
			return nil
		})
	}
	return cmd
}

// inspectMetrics shows what agents record of themselves.
func (c *command) inspectMetrics() *cobra.Command {
	f := &watchFlags{}
	cmd := f.add(&cobra.Command{
		Use: "metrics [AGENT]", Short: "Show what an agent has recorded of itself", Args: oneAtMost,
		Long: `metrics shows the figures that an agent has recorded: how many, their sum, and of
agents that record much the rate and the percentiles of the last minute. Without an
AGENT it lists those that have recorded something.

  runtime inspect metrics
  runtime inspect metrics reviewer-2 -o json`,
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.AgentMetrics(cmd.Context(), strings.Join(args, ""))
			switch {
			case err != nil:
				return err
			case f.form == "json":
				return c.json(a)
			case a.Agent == "" && len(a.Agents) == 0:
				fmt.Fprintln(c.Stdout, "no agent has recorded anything")
			}
			for _, id := range a.Agents {
				fmt.Fprintln(c.Stdout, id)
			}
			for _, m := range a.Metrics {
				fmt.Fprintf(c.Stdout, "%s  count %d  sum %g  mean %.4g  min %g  max %g  last %g\n", m.Name, m.Count, m.Sum, m.Mean, m.Min, m.Max, m.Last)
				for _, w := range m.Windows {
					fmt.Fprintf(c.Stdout, "  %-3s  count %d  rate %.3g/s  p50 %.4g  p90 %.4g  p99 %.4g\n", w.Window, w.Count, w.Rate, w.P50, w.P90, w.P99)
				}
			}
			return nil
		})
	}
	return cmd
}

// inspectSeries shows what alert rules may look at.
func (c *command) inspectSeries() *cobra.Command {
	f := &watchFlags{}
	cmd := f.add(&cobra.Command{
		Use: "series [NAME]", Short: "Show the series that alert rules may look at", Args: oneAtMost,
		Long: `series shows the figures that the rules of the section alerts are about, as they are
now: the last value or the total, and what there is of the last minute.

  runtime inspect series
  runtime inspect series work.seconds`,
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Series(cmd.Context(), strings.Join(args, ""))
			switch {
			case err != nil:
				return err
			case f.form == "json":
				return c.json(a)
			}
			for _, s := range a.Series {
				line := s.Name
				if s.Key != "" {
					line += "{" + s.Key + "}"
				}
				line += fmt.Sprintf("  %g", s.Last)
				for _, w := range s.Windows {
					switch {
					case w.Window == "1m" && w.Count > 0:
						line += fmt.Sprintf("  1m: count %d  mean %.4g  p50 %.4g  p99 %.4g", w.Count, w.Mean, w.P50, w.P99)
					case w.Window == "1m":
						line += fmt.Sprintf("  1m: %.3g/s", w.Rate)
					}
				}
				fmt.Fprintln(c.Stdout, line)
			}
			return nil
		})
	}
	return cmd
}

// showAlerts prints an answer about alerts.
func (c *command) showAlerts(form string, a admin.AlertsAnswer) error {
	if form == "json" {
		return c.json(a)
	}
	switch {
	case !a.Enabled:
		fmt.Fprintln(c.Stdout, "the node evaluates no rules (alerts.enabled)")
		return nil
	case len(a.Alerts) == 0:
		fmt.Fprintln(c.Stdout, "no alert")
	}
	for _, one := range a.Alerts {
		fmt.Fprintln(c.Stdout, alertLine(one, a.At))
	}
	for _, s := range a.Silences {
		what := strings.Join(strings.Fields(s.Rule+" "+s.Key), " ")
		if what == "" {
			what = "everything"
		}
		fmt.Fprintf(c.Stdout, "silence %d: %s until %s, by %s: %s\n", s.ID, what, s.Until, s.Author, s.Reason)
	}
	for _, r := range a.Failing {
		fmt.Fprintf(c.Stdout, "route %s: its receiver cannot be told\n", r)
	}
	return nil
}

func alertLine(a admin.AlertView, now string) string {
	line := a.State + "  " + a.Severity + "  " + a.Rule
	if a.Key != "" {
		line += " " + a.Key
	}
	line += fmt.Sprintf("  value %.4g  threshold %g", a.Value, a.Threshold)
	if since, err := time.Parse(time.RFC3339Nano, a.Since); err == nil {
		if at, err := time.Parse(time.RFC3339Nano, now); err == nil {
			line += "  for " + at.Sub(since).Round(time.Second).String()
		}
	}
	for _, mark := range []struct {
		is   bool
		text string
	}{{a.Flapping, "flapping"}, {a.Muted != "", a.Muted}, {a.Acknowledged != "", "acknowledged by " + a.Acknowledged}} {
		if mark.is {
			line += "  " + mark.text
		}
	}
	return line
}
