// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

func (c *command) workList(f *workFlags) *cobra.Command {
	var states []string
	var kind string
	var limit int
	var after uint64
	var agents bool
	cmd := &cobra.Command{
		Use: "list", Short: "Show the numbers of a queue, and its tasks", Args: noArgs,
		Long: `list shows the numbers of a queue, why tasks wait, and its dead letters or, with
--state, other tasks that have not ended.

  runtime work list --state accepted,running --kind review --limit 20`,
	}
	cmd.Flags().StringSliceVar(&states, "state", []string{"dead"}, "states of the tasks shown: accepted, running, waiting, dead")
	cmd.Flags().StringVar(&kind, "kind", "", "kind of the tasks shown")
	cmd.Flags().IntVar(&limit, "limit", 50, "most tasks shown, up to 1000")
	cmd.Flags().Uint64Var(&after, "after", 0, "show those behind this number, which a longer list ends with")
	cmd.Flags().BoolVar(&agents, "agents", false, "show how the agents do, too")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.reach(cmd, f, func(client *admin.Client, queue string) error {
			all, err := client.Queues(cmd.Context())
			if err != nil {
				return err
			}
			found, err := client.Tasks(cmd.Context(), queue, url.Values{
				"state": {strings.Join(states, ",")}, "kind": {kind}, "limit": {strconv.Itoa(limit)}, "after": {strconv.FormatUint(after, 10)},
			})
			if err != nil {
				return err
			}
			for _, q := range all.Queues {
				if q.Name == queue {
					return c.showQueue(f.form, q, found, agents)
				}
			}
			return fmt.Errorf("queue %q has gone", queue)
		})
	}
	return cmd
}

// listing is the JSON form of a list.
type listing struct {
	Version int              `json:"version"`        // of this format: 1
	Queue   admin.QueueView  `json:"queue"`          // its numbers
	Tasks   []admin.TaskView `json:"tasks"`          // in order of arrival
	Next    uint64           `json:"next,omitempty"` // is the --after for the rest
}

func (c *command) showQueue(form string, q admin.QueueView, found admin.TasksAnswer, agents bool) error {
	if form == "json" {
		return c.json(listing{1, q, found.Tasks, found.Next})
	}
	state := ""
	if q.Paused {
		state = "  paused"
	}
	if q.Draining {
		state += "  draining"
	}
	fmt.Fprintf(c.Stdout, "%s  accepted %d  running %d  waiting %d  done %d  dead %d  cancelled %d%s\n",
		q.Name, q.Accepted, q.Running, q.Waiting, q.Done, q.Dead, q.Cancelled, state)
	for _, b := range q.Blocked {
		what := ""
		if b.Capability != "" {
			what = " for " + b.Capability
		}
		fmt.Fprintf(c.Stdout, "  %d accepted%s: %s\n", b.Tasks, what, b.Reason)
	}
	if agents {
		for _, a := range q.Agents {
			fmt.Fprintf(c.Stdout, "  %s\n", agentLine(a))
		}
	}
	for _, t := range found.Tasks {
		fmt.Fprintf(c.Stdout, "  %s\n", taskLine(t))
	}
	if found.Next != 0 {
		fmt.Fprintf(c.Stdout, "  ... more with --after %d\n", found.Next)
	}
	return nil
}

func agentLine(a admin.AgentView) string {
	line := fmt.Sprintf("agent %s  %d of %d  attempts %d", a.ID, a.Held, a.Slots, a.Attempts)
	if a.Attempts > 0 {
		took := time.Duration(a.Latency * float64(time.Second))
		line += fmt.Sprintf("  latency %s  success %.0f%%", took.Round(max(time.Microsecond, took/1000)), 100*a.Success)
	}
	if a.Standing != "first" {
		line += "  " + a.Standing
	}
	return line
}

func taskLine(t admin.TaskView) string {
	line := fmt.Sprintf("%s  %s  %s", t.ID, t.Kind, t.State)
	if t.Attempt > 0 {
		line += fmt.Sprintf("  attempt %d", t.Attempt)
	}
	if t.Agent != "" {
		line += " on " + t.Agent
	}
	if t.Cause != "" {
		line += "  " + t.Cause
	}
	if t.Reason != "" {
		line += ": " + strings.Join(strings.Fields(t.Reason), " ")
	}
	return line
}
