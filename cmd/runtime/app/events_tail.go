// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"mabeam.dev/events"
	"mabeam.dev/internal/admin"
)

func (c *command) eventsTail() *cobra.Command {
	f := &eventFlags{}
	var last, limit int
	var from uint64
	var again bool
	cmd := &cobra.Command{
		Use: "tail", Short: "Show the newest events, and each further one as it happens", Args: noArgs,
		Long: `tail shows the newest events of a running node that meet every condition, or with
--from all from a position on, and then each further one when it is durable,
without a gap and without a repetition, until it is interrupted.

  runtime events tail --stream work/tasks
  runtime events tail --last 0 --type work.died --retry
  runtime events tail --from 1 -o jsonl`,
	}
	f.where(cmd, false)
	f.which(cmd, false)
	form := outputFlag(cmd, "text", "jsonl")
	cmd.Flags().IntVar(&last, "last", 10, "newest events shown at first, up to 1000")
	cmd.Flags().Uint64Var(&from, "from", 0, "show everything from this position on, in place of the newest")
	cmd.Flags().IntVar(&limit, "limit", 0, "end after so many events; 0 goes on")
	cmd.Flags().BoolVar(&again, "retry", false, "when the node ends, wait for it and go on where it stopped")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(*form, "text", "jsonl"); err != nil {
			return err
		}
		if last < 0 || last > 1000 || limit < 0 {
			return usage("--last %d --limit %d: want --last from 0 to 1000 and --limit of 0 or more", last, limit)
		}
		v, err := f.parameters()
		if err != nil {
			return err
		}
		v.Set("scan", "true") // a tail reads on from a place, which is a walk along the log by its nature
		if _, err := checked(v); err != nil {
			return err
		}
		v.Del("scan")
		ctx, stop := c.interruptible(cmd.Context())
		defer stop()
		t := &tail{c: c, f: f, v: v, form: *form, left: limit, next: events.Position(from)}
		if from == 0 {
			v.Set("last", strconv.Itoa(last))
		}
		for {
			err := t.once(ctx)
			var lost *admin.UnreachableError
			switch {
			case errors.Is(err, errEnough), ctx.Err() != nil:
				return nil
			case again && (errors.As(err, &lost) || codeOf(err) == ExitUnreachable):
				t.awaits(ctx, err)
			default:
				return eventError(err)
			}
		}
	}
	return cmd
}

// interruptible gives a context that the first signal ends.
func (c *command) interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	go func() { // ends with the context, which the caller ends at the latest
		select {
		case <-c.Signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// errEnough ends a tail that has shown as much as it was asked for.
var errEnough = errors.New("enough")

// tail is where one is.
type tail struct {
	c    *command
	f    *eventFlags
	v    url.Values
	form string
	left int             // events to be shown; 0 at the begin means without end
	next events.Position // where to go on; 0 before the first event
	away bool            // it was said that the node is away
}

// once follows a node until it ends.
func (t *tail) once(ctx context.Context) error {
	j, err := t.c.open(t.f)
	if err != nil {
		return err
	}
	if t.next > 0 {
		t.v.Del("last")
		t.v.Set("from", strconv.FormatUint(uint64(t.next), 10))
	}
	return j.(remote).client.Tail(ctx, t.v, func(e events.Event, gone *admin.Removed) error {
		t.away = false
		if gone != nil {
			fmt.Fprintf(t.c.Stderr, "runtime: events before position %d have been removed\n", gone.First)
			t.next = gone.First
			return nil
		}
		t.next = e.Position + 1
		if t.form == "jsonl" {
			line, err := events.Line(e)
			if err != nil {
				return err
			}
			fmt.Fprintf(t.c.Stdout, "%s\n", line)
		} else {
			fmt.Fprintln(t.c.Stdout, eventLine(e))
		}
		if t.left--; t.left == 0 {
			return errEnough
		}
		return nil
	})
}

// retryEvery is the pause between two attempts to reach a node again.
const retryEvery = 500 * time.Millisecond

// awaits pauses before the next attempt, and says once that the node is away.
func (t *tail) awaits(ctx context.Context, why error) {
	if !t.away {
		fmt.Fprintf(t.c.Stderr, "runtime: %v; waiting for it\n", why)
		t.away = true
	}
	select {
	case <-time.After(retryEvery):
	case <-ctx.Done():
	}
}
