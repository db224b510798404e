// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"strings"
	"time"

	"mabeam.dev/internal/admin"
	"mabeam.dev/protocols"
)

// councilWatch shows what happens in one session.
type councilWatch struct {
	c     *command
	quiet bool
	begun bool
	seen  int // step that was shown last
	from  time.Time
}

// show tells what is new.
func (w *councilWatch) show(s admin.SessionView) {
	if !w.begun && !w.quiet {
		fmt.Fprintf(w.c.Stdout, "session %s: %s among %s\n", s.ID, s.Protocol, plural(len(s.Participants), "agent"))
	}
	w.begun = true
	for _, step := range s.Steps {
		if step.Number > w.seen+1 && !w.quiet {
			fmt.Fprintf(w.c.Stdout, "  ... %s not shown\n", plural(step.Number-w.seen-1, "step"))
		}
		w.seen = step.Number
		if w.from.IsZero() {
			w.from = step.At
		}
		if !w.quiet {
			fmt.Fprintf(w.c.Stdout, "%8s  %-8s %s\n", step.At.Sub(w.from).Round(100*time.Microsecond), step.What, stepText(step))
		}
	}
}

// stepText is whom a step is about and what it says.
func stepText(s protocols.Step) string {
	switch {
	case s.Agent == "":
		return s.Text
	case s.Text == "":
		return s.Agent
	}
	return s.Agent + ": " + s.Text
}

// result says what the session came to.
func (w *councilWatch) result(r admin.SessionResult) {
	out := w.c.Stdout
	if r.State == string(protocols.StateDecided) {
		fmt.Fprintf(out, "decided: %s\n", r.Decision)
	} else {
		fmt.Fprintf(out, "%s: %s\n", r.State, strings.TrimSuffix(r.Why+": "+r.Text, ": "))
	}
	if r.Cached {
		fmt.Fprintf(out, "as session %s was asked the same before\n", r.Session)
	}
	if r.Method != "" {
		fmt.Fprintf(out, "by %s, turnout %.0f%%\n", r.Method, 100*r.Turnout)
	}
	for _, t := range r.Tally {
		fmt.Fprintf(out, "  %-20s %s, weight %g\n", t.Option, plural(t.Voters, "vote"), t.Weight)
	}
	for _, list := range []struct {
		what string
		who  []string
	}{{"voted otherwise", r.Dissent}, {"did not answer", r.Missing}, {"proven liars", r.Liars}} {
		if len(list.who) > 0 {
			fmt.Fprintf(out, "%s: %s\n", list.what, strings.Join(list.who, ", "))
		}
	}
	if n := len(r.Keys); n > 0 {
		stands := (n - 1) / 3 // as many liars a group of n stands
		fmt.Fprintf(out, "a certificate proves it; %s stand %s\n", plural(n, "member"), plural(stands, "liar"))
		if len(r.Liars) > stands {
			fmt.Fprintln(out, "WARNING: more have lied than that: another proof could say otherwise")
		}
	}
	for _, x := range r.Excluded {
		fmt.Fprintf(out, "left out: %s: %s\n", x.Agent, x.Why)
	}
	fmt.Fprintf(out, "%d messages in %s\n", r.Messages, time.Duration(r.Seconds*float64(time.Second)).Round(100*time.Microsecond))
}
