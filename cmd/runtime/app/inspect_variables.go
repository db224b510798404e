// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/nearest"
)

// inspectVariables shows the variables of a running node.
func (c *command) inspectVariables() *cobra.Command {
	f := &watchFlags{}
	var why, history, watch bool
	var limit int
	var plot string
	cmd := f.add(&cobra.Command{
		Use: "variables [NAME]", Short: "Show the variables of a running node",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%s takes one variable, got %q", cmd.CommandPath(), args[1])
			}
			return nil
		},
		Long: `variables shows the spaces of variables that agents share: values, versions, and who set
them why. NAME is a variable, with its space before it where several have one of that
name. Of numbers it draws how they went, from their lowest value to their highest.

  runtime inspect variables
  runtime inspect variables tuning/temperature
  runtime inspect variables temperature --why
  runtime inspect variables temperature --history --limit 20 -o json
  runtime inspect variables temperature --plot temperature.svg
  runtime inspect variables --watch`,
	})
	cmd.Flags().BoolVar(&why, "why", false, "show who made the present value, and why")
	cmd.Flags().BoolVar(&history, "history", false, "list the changes, oldest first")
	cmd.Flags().BoolVar(&watch, "watch", false, "go on with every change until interrupted, one line each")
	cmd.Flags().IntVar(&limit, "limit", 100, "most changes that are listed or drawn, the newest; with --watch, and only if it is given, lines after which it ends")
	cmd.Flags().StringVar(&plot, "plot", "", "draw the changes as a picture in SVG, into this file")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case plot != "" && (len(args) == 0 || why || history || watch):
			return usage("--plot is about one variable, and stands alone")
		case len(args) == 0 && (why || history):
			return usage("--why and --history are about one variable: name it")
		case why && history:
			return usage("--why and --history: want one of them")
		case watch && (why || history):
			return usage("--watch is about what is to come: leave out --why and --history")
		case limit < 1:
			return usage("--limit %d: want 1 or more", limit)
		}
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Variables(cmd.Context())
			if err != nil {
				return err
			}
			w := &variableWatch{c: c, asJSON: f.form == "json", left: -1}
			if cmd.Flags().Changed("limit") {
				w.left = limit
			}
			if len(args) == 0 && watch {
				return c.watchVariables(cmd.Context(), client, a, w)
			}
			if len(args) == 0 {
				if f.form == "json" {
					return c.json(a)
				}
				return c.showVariables(a)
			}
			v, err := variableNamed(a, args[0])
			if err != nil {
				return err
			}
			if plot != "" {
				return c.plotVariable(cmd.Context(), client, v, plot, limit)
			}
			if watch {
				w.only = &v
				return c.watchVariables(cmd.Context(), client, a, w)
			}
			return c.showVariable(cmd.Context(), client, v, f.form == "json", why, history, limit)
		})
	}
	return cmd
}

// variableNamed finds a variable by SPACE/NAME, or by NAME where only one space has it.
func variableNamed(a admin.VariablesAnswer, name string) (admin.VariableView, error) {
	var found []admin.VariableView
	var names []string
	for _, s := range a.Spaces {
		for _, v := range s.Variables {
			full := v.Space + "/" + v.Name
			names = append(names, full, v.Name)
			if full == name || v.Name == name {
				found = append(found, v)
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return admin.VariableView{}, usage("several spaces have a variable %q: put the space before it, as in %s/%s", name, found[0].Space, found[0].Name)
	}
	if near := nearest.Word(name, names); near != "" {
		return admin.VariableView{}, usage("there is no variable %q; did you mean %q?", name, near)
	}
	return admin.VariableView{}, usage("there is no variable %q", name)
}

func (c *command) showVariables(a admin.VariablesAnswer) error {
	t := &tables{c: c}
	for _, s := range a.Spaces {
		if err := t.head("SPACE "+s.Space, "VALUE", "VERSION", "CAUSE", "BY", "BECAUSE"); err != nil {
			return err
		}
		for _, v := range s.Variables {
			value := v.Text
			if v.Degraded != "" {
				value += " (degraded)"
			}
			t.line(v.Name, value, v.At, v.Cause, dash(v.Proposer), dash(firstLine(v.Because)))
			for _, o := range v.Exceptions {
				t.line("  for "+o.Scope, o.Text, o.At, o.Cause, dash(o.Proposer), dash(firstLine(o.Because)))
			}
		}
	}
	return t.end()
}

// showVariable shows one variable: how it is, who made it so, or how it went.
func (c *command) showVariable(ctx context.Context, client *admin.Client, v admin.VariableView, asJSON, why, history bool, limit int) error {
	if why {
		a, err := client.WhyVariable(ctx, v.Space, v.Name)
		if err != nil || len(a.Commits) == 0 {
			return err
		}
		if asJSON {
			return c.json(a)
		}
		fmt.Fprintf(c.Stdout, "%s/%s is %s since version %s, of %s.\n", v.Space, v.Name, a.Commits[0].Text, a.Commits[0].At, a.Commits[0].Time)
		c.explainCommit(a.Commits[0], v)
		return c.explainAdaptation(ctx, client, v)
	}
	a, err := client.VariableHistory(ctx, v.Space, v.Name, url.Values{"limit": {strconv.Itoa(limit)}})
	switch {
	case err != nil:
		return err
	case asJSON && history:
		return c.json(a)
	case asJSON:
		return c.json(admin.VariableAnswer{Version: 1, Variable: v})
	}
	if history {
		t := &tables{c: c}
		if err := t.head("VERSION", "TIME", "VALUE", "CAUSE", "BY", "BECAUSE"); err != nil {
			return err
		}
		for _, k := range a.Commits {
			t.line(k.At, k.Time, k.Text, k.Cause, dash(k.Proposer), dash(firstLine(k.Because)))
		}
		return t.end()
	}
	fmt.Fprintf(c.Stdout, "%s/%s = %s   version %s\n", v.Space, v.Name, v.Text, v.At)
	if v.About != "" {
		fmt.Fprintln(c.Stdout, v.About)
	}
	fmt.Fprintf(c.Stdout, "kind      %s\n", v.Kind)
	if v.Expression != "" {
		fmt.Fprintf(c.Stdout, "computed  %s, from %s\n", v.Expression, strings.Join(v.Inputs, ", "))
	}
	if v.Decision != "" {
		fmt.Fprintf(c.Stdout, "decided   by %s\n", v.Decision)
	}
	if v.Degraded != "" {
		fmt.Fprintf(c.Stdout, "degraded  %s\n", v.Degraded)
	}
	if plot, least, most, ok := plotted(a.Commits); ok {
		fmt.Fprintf(c.Stdout, "history   %s  %s to %s\n", plot, least, most)
	}
	return nil
}

// explainCommit says who made a value, and why.
func (c *command) explainCommit(k admin.CommitView, v admin.VariableView) {
	fmt.Fprintf(c.Stdout, "cause     %s\n", k.Cause)
	if k.Proposer != "" {
		fmt.Fprintf(c.Stdout, "by        %s\n", k.Proposer)
	}
	if k.Because != "" {
		fmt.Fprintf(c.Stdout, "because   %s\n", k.Because)
	}
	if k.Decision != "" {
		fmt.Fprintf(c.Stdout, "decided   in session %s\n", k.Decision)
	}
	if v.Expression != "" {
		fmt.Fprintf(c.Stdout, "computed  %s, from %s\n", v.Expression, strings.Join(v.Inputs, ", "))
	}
}

// plotted draws numbers as one character each, from the lowest to the highest; false if there are no two of them.
func plotted(list []admin.CommitView) (plot, least, most string, ok bool) {
	var xs []float64
	for _, k := range list {
		x, number := k.Value.(float64)
		if !number {
			return "", "", "", false
		}
		xs = append(xs, x)
	}
	if len(xs) < 2 {
		return "", "", "", false
	}
	low, high := slices.Min(xs), slices.Max(xs)
	bars := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, x := range xs {
		place := 0
		if high > low {
			place = int((x - low) / (high - low) * float64(len(bars)-1))
		}
		b.WriteRune(bars[place])
	}
	text := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	return b.String(), text(low), text(high), true
}
