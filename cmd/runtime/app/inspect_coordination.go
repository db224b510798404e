// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// inspectCoordination shows what the agents of a running node decide together.
func (c *command) inspectCoordination() *cobra.Command {
	f := &watchFlags{}
	cmd := f.add(&cobra.Command{
		Use: "coordination", Short: "Show the sessions and locks of a running node", Args: noArgs,
		Long: `coordination shows the sessions that are open, in the order of their starts, how the
last sessions of each protocol went, and the spaces: who holds a lock or waits for it,
who is at a barrier, who leads in which term, and counters.

  runtime inspect coordination
  runtime inspect coordination -o json`,
	})
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.ask(f, func(client *admin.Client) error {
			a, err := client.Coordination(cmd.Context())
			switch {
			case err != nil:
				return err
			case f.form == "json":
				return c.json(a)
			}
			return c.showCoordination(a)
		})
	}
	return cmd
}

// tables writes tables of which each is aligned by itself, with an empty line between two.
type tables struct {
	c     *command
	open  *tabwriter.Writer
	first bool
}

func (t *tables) line(cells ...string) {
	if t.open == nil {
		t.open = tabwriter.NewWriter(t.c.Stdout, 0, 0, 2, ' ', 0)
	}
	fmt.Fprintln(t.open, strings.Join(cells, "\t"))
}

// head begins a table.
func (t *tables) head(cells ...string) error {
	if err := t.end(); err != nil {
		return err
	}
	if t.first {
		fmt.Fprintln(t.c.Stdout)
	}
	t.first = true
	t.line(cells...)
	return nil
}

func (t *tables) end() error {
	if t.open == nil {
		return nil
	}
	err := t.open.Flush()
	t.open = nil
	return err
}

func (c *command) showCoordination(a admin.CoordinationAnswer) error {
	t := &tables{c: c}
	var err error
	if len(a.Sessions) == 0 {
		err = t.head("no open session")
	} else {
		err = t.head("SESSION", "PROTOCOL", "STATE", "ANSWERS", "ROUNDS", "DEADLINE", "QUESTION")
	}
	if err != nil {
		return err
	}
	for _, s := range a.Sessions {
		answers := fmt.Sprintf("%d of %d", s.Answers, len(s.Participants))
		t.line(s.ID, s.Protocol, s.State, answers, strconv.Itoa(s.Rounds), s.Deadline, firstLine(s.Question))
	}
	if more := a.Stats.Active - len(a.Sessions); more > 0 {
		t.line(fmt.Sprintf("... and %d more", more))
	}
	if len(a.Stats.Protocols) > 0 {
		if err := t.head("PROTOCOL", "SESSIONS", "DECIDED", "P50", "P99", "MESSAGES", "TURNOUT"); err != nil {
			return err
		}
	}
	for _, p := range a.Stats.Protocols {
		t.line(p.Protocol, strconv.Itoa(p.Sessions), strconv.Itoa(p.Decided), seconds(p.P50), seconds(p.P99), strconv.Itoa(p.Messages), fmt.Sprintf("%.0f%%", 100*p.Turnout))
	}
	for _, s := range a.Spaces {
		if err := t.space(s); err != nil {
			return err
		}
	}
	return t.end()
}

// firstLine is the beginning of a text, short enough for a table.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if r := []rune(line); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return line
}

func seconds(s float64) string { return strconv.FormatFloat(s*1000, 'f', 1, 64) + "ms" }

// space shows one space: who has what, and who waits for it.
func (t *tables) space(s admin.SpaceView) error {
	if err := t.head("SPACE "+s.Space, "KIND", "STATE", "WHO", "WAITING"); err != nil {
		return err
	}
	if s.Down != "" {
		t.line("", "", s.Down)
		return nil
	}
	for _, l := range s.Locks {
		kind, state := "lock", "free"
		if len(l.Holders) > 0 {
			state = "held"
			if l.Holders[0].Mode == "shared" {
				state = "read"
			}
		}
		if l.Size > 0 {
			kind, state = "semaphore", fmt.Sprintf("%d of %d", l.Used, l.Size)
		}
		t.line(l.Name, kind, state, owners(l.Holders), owners(l.Waiters))
	}
	for _, b := range s.Barriers {
		state := fmt.Sprintf("generation %d, %d of %d", b.Generation, len(b.Arrived), b.Need)
		if b.Broken != "" {
			state = "broken: " + b.Broken
		}
		t.line(b.Name, "barrier", state, "-", dash(strings.Join(b.Arrived, " ")))
	}
	for _, l := range s.Latches {
		state := "open"
		if l.Left > 0 {
			state = fmt.Sprintf("%d missing", l.Left)
		}
		t.line(l.Name, "latch", state, "-", dash(strings.Join(l.Waiting, " ")))
	}
	for _, e := range s.Elections {
		t.line(e.Name, "election", "term "+e.Term, dash(e.Leader), dash(strings.Join(e.Candidates, " ")))
	}
	for _, n := range s.Counters {
		t.line(n.Name, "counter", strconv.FormatInt(n.Value, 10), "-", "-")
	}
	return nil
}

// owners lists who holds or waits, with tokens.
func owners(all []admin.ClaimView) string {
	var out []string
	for _, c := range all {
		who := c.Owner
		if c.Token != "" {
			who += " (" + c.Token + ")"
		}
		out = append(out, who)
	}
	return dash(strings.Join(slices.Clip(out), " "))
}
