// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"mabeam.dev/events"
	"mabeam.dev/internal/admin"
)

func (c *command) eventsQuery() *cobra.Command {
	f := &eventFlags{}
	var order, after string
	var limit int
	var explain bool
	cmd := &cobra.Command{
		Use: "query", Short: "Show the events that meet every condition", Args: noArgs,
		Long: `query shows events in the order in which they happened. With --correlation and no
other condition it tells the whole story of one piece of work: every event
below the one that caused it, with the time since the beginning. -o json shows the id
in the field correlation of each event; --task takes that of a task instead.

  runtime events query --agent reviewer-3 --order desc --limit 20
  runtime events query --type work.died,work.failed --since 24h -o jsonl
  runtime events query --stream work/tasks --explain`,
	}
	f.where(cmd, true)
	f.which(cmd, true)
	form := outputFlag(cmd, "text", "json", "jsonl")
	cmd.Flags().StringVar(&order, "order", "asc", "asc or desc, by position")
	cmd.Flags().IntVar(&limit, "limit", 100, "most events shown; 0 shows all")
	cmd.Flags().StringVar(&after, "after", "", "show those behind this mark, which a longer list ends with")
	cmd.Flags().BoolVar(&explain, "explain", false, "show how the events would be found, and none of them")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(*form, "text", "json", "jsonl"); err != nil {
			return err
		}
		if limit < 0 {
			return usage("--limit %d: want 0 or more", limit)
		}
		v, err := f.parameters()
		if err != nil {
			return err
		}
		v.Set("order", order)
		if after != "" {
			v.Set("after", after)
		}
		if explain {
			v.Set("explain", "true")
		}
		story := v.Get("correlation") != "" && len(v) == 2 && *form == "text" && order == "asc" && !cmd.Flags().Changed("limit")
		if story {
			limit = events.MaxTrace
		}
		if _, err := checked(v); err != nil {
			return err
		}
		j, err := c.open(f)
		if err != nil {
			return err
		}
		ctx, stop := c.interruptible(cmd.Context())
		defer stop()
		found, err := gather(ctx, j, v, limit)
		if err = errors.Join(err, j.close()); err != nil {
			return err
		}
		switch {
		case found.Explain != nil && *form == "text":
			fmt.Fprintln(c.Stdout, found.Explain.Text)
			return nil
		case *form == "json":
			return c.json(found)
		case *form == "jsonl":
			for _, line := range found.Events {
				fmt.Fprintf(c.Stdout, "%s\n", line)
			}
			return nil
		case story:
			return c.tell(found)
		}
		return c.showEvents(found)
	}
	return cmd
}

// gather asks page after page until there are enough.
func gather(ctx context.Context, j journal, v url.Values, limit int) (admin.EventsAnswer, error) {
	all := admin.EventsAnswer{Version: 1, Events: []json.RawMessage{}}
	for {
		n := 1000
		if limit > 0 {
			n = min(n, limit-len(all.Events))
		}
		v.Set("limit", strconv.Itoa(n))
		q, err := checked(v)
		if err != nil {
			return all, err
		}
		a, err := j.page(ctx, v, q)
		if err != nil {
			return all, err
		}
		all.Events, all.Next, all.Head, all.Explain = append(all.Events, a.Events...), a.Next, a.Head, a.Explain
		if a.Next == "" || limit > 0 && len(all.Events) >= limit {
			return all, nil
		}
		v.Set("after", string(a.Next))
	}
}

// parsed reads the lines of an answer.
func parsed(lines []json.RawMessage) ([]events.Event, error) {
	list := make([]events.Event, len(lines))
	for i, line := range lines {
		var err error
		if list[i], err = events.ParseLine(line); err != nil {
			return nil, err
		}
	}
	return list, nil
}
