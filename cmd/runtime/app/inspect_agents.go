// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"mabeam.dev/agents/index"
	"mabeam.dev/internal/admin"
)

// inspectAgents asks the registry of a running node.
func (c *command) inspectAgents() *cobra.Command {
	f := &watchFlags{}
	var where, order, after, namespace string
	var limit int
	var explain, watch bool
	cmd := f.add(&cobra.Command{
		Use: "agents", Short: "Ask which agents a running node has", Args: noArgs,
		Long: `agents answers a query about the agents of a running node. Fields are id kind team
role node state health capability label.NAME version incarnation memory.free cpu.free
queue inflight p50 p99 success_rate throughput done failed registered_at. KEY is the
fingerprint of the public key that an agent signs with in Byzantine consensus, on a
node with a section coordination; -o json has the whole key.

  runtime inspect agents
  runtime inspect agents --where 'capability = "review" and health = "healthy"' --order latency
  runtime inspect agents --where 'queue > 100 or not state in (ready, busy)' -o json
  runtime inspect agents --where 'team = blue' --order 'success_rate desc' --limit 5 --explain
  runtime inspect agents --where 'health != healthy' --watch`,
	})
	flags := cmd.Flags()
	flags.StringVar(&where, "where", "", "condition; every agent, if it is left out")
	flags.StringVar(&order, "order", "", "fields to order by, such as 'p99 desc, id'; by id, if it is left out")
	flags.IntVar(&limit, "limit", 50, "most agents shown, up to 1000")
	flags.StringVar(&after, "after", "", "show those behind this cursor, which a longer answer ends with")
	flags.StringVar(&namespace, "namespace", "", "namespace asked in; * is all")
	flags.BoolVar(&explain, "explain", false, "say how the answer was found, too")
	flags.BoolVar(&watch, "watch", false, "go on with every change of the answer until interrupted")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ask := url.Values{"where": {where}, "order": {order}, "after": {after}}
		if cmd.Flags().Changed("limit") {
			ask.Set("limit", strconv.Itoa(limit))
		}
		if cmd.Flags().Changed("namespace") {
			ask.Set("namespace", namespace)
		}
		if watch {
			if cmd.Flags().Changed("limit") || after != "" || explain {
				return usage("--watch is of all agents that are meant: leave out --limit, --after and --explain")
			}
		}
		q, err := admin.ParseAgentQuery(ask)
		if err != nil {
			return badQuery(err)
		}
		if q.Limit == 0 && !watch { // the default of the flag gives way to a limit in the condition
			ask.Set("limit", strconv.Itoa(limit))
		}
		if explain {
			ask.Set("explain", "1")
		}
		return c.ask(f, func(client *admin.Client) error {
			if watch {
				return c.watchAgents(cmd, client, f.form, ask)
			}
			a, err := client.Agents(cmd.Context(), ask)
			if err != nil {
				return err
			}
			return c.showAgents(f.form, a)
		})
	}
	return cmd
}

// badQuery points at the mistake.
func badQuery(err error) error {
	var at *admin.AgentQueryError
	if !errors.As(err, &at) {
		return usage("%w", err)
	}
	text := fmt.Sprintf("--%s: %s", at.Parameter, strings.TrimPrefix(at.Err.Error(), "query: "))
	if col := at.Column(); col > 0 && !strings.Contains(at.Text, "\n") {
		text += fmt.Sprintf("\n  %s\n  %s^", at.Text, strings.Repeat(" ", utf8.RuneCountInString(at.Text[:min(col-1, len(at.Text))])))
	}
	return usage("%s", text)
}

func (c *command) showAgents(form string, a admin.AgentsAnswer) error {
	if form == "json" {
		return c.json(a)
	}
	if a.Explain != nil {
		fmt.Fprintln(c.Stdout, a.Explain.String())
	}
	if len(a.Agents) == 0 {
		fmt.Fprintln(c.Stdout, "no agent")
		return nil
	}
	table := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
	head, keyed := "AGENT\tKIND\tSTATE\tHEALTH\tQUEUE\tIN HAND\tP50\tP99\tSUCCESS\tDONE\tFAILED", slices.ContainsFunc(a.Agents, hasKey)
	if keyed {
		head += "\tKEY"
	}
	fmt.Fprintln(table, head)
	for _, r := range a.Agents {
		cells := agentCells(r)
		if keyed {
			cells = append(cells, dash(r.Fingerprint))
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if a.Next != "" {
		fmt.Fprintf(c.Stdout, "... more with --after %s\n", a.Next)
	}
	return nil
}

func hasKey(r admin.AgentRow) bool { return r.Fingerprint != "" }

func agentCells(r admin.AgentRow) []string {
	name := r.ID
	if r.Namespace != "" {
		name = r.Namespace + ":" + r.ID
	}
	health := r.Health
	if len(r.Causes) > 0 {
		var causes []string
		for _, cause := range r.Causes {
			causes = append(causes, cause.Name)
		}
		health += " (" + strings.Join(causes, ", ") + ")"
	}
	return []string{
		name, dash(r.Kind), dash(r.State), health, known(r.Queue, count), known(r.Inflight, count), known(r.P50, span), known(r.P99, span),
		known(r.Success, percent), strconv.FormatUint(r.Done, 10), strconv.FormatUint(r.Failed, 10),
	}
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// known writes a figure, or that it is not known.
func known[T any](m index.Maybe[T], write func(T) string) string {
	if v, ok := m.Get(); ok {
		return write(v)
	}
	return "-"
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + "%" }

// span writes seconds with three digits.
func span(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	return d.Round(max(time.Microsecond, d/1000)).String()
}

// watchAgents shows the answer and every change of it, one line each.
func (c *command) watchAgents(cmd *cobra.Command, client *admin.Client, form string, ask url.Values) error {
	err := client.WatchAgents(cmd.Context(), ask, func(e admin.AgentEvent) error {
		switch {
		case e.Effect == "answer" && form == "json":
			return c.line(e.Answer)
		case e.Effect == "answer":
			return c.showAgents(form, e.Answer)
		case form == "json":
			return c.line(struct {
				Version int    `json:"version"` // of this format: 1
				Effect  string `json:"effect"`  // added, changed or removed
				admin.AgentChange
			}{1, e.Effect, e.Change})
		}
		if e.Change.Gap {
			fmt.Fprintln(c.Stdout, "... steps were folded together")
		}
		_, err := fmt.Fprintf(c.Stdout, "%-7s  %s\n", e.Effect, strings.Join(agentCells(e.Change.Agent), "  "))
		return err
	})
	if cmd.Context().Err() != nil {
		return nil // interrupted, as it is meant to be
	}
	return err
}

// line prints a value as one line of JSON.
func (c *command) line(v any) error { return json.NewEncoder(c.Stdout).Encode(v) }
