// SPDX-License-Identifier: Apache-2.0

package script

import (
	"fmt"
	"strings"

	"mabeam.dev/protocols/machine"
)

// Render writes effects, one a line; "nothing" for none.
func Render(effects []machine.Effect) string {
	if len(effects) == 0 {
		return "nothing\n"
	}
	var b strings.Builder
	for _, effect := range effects {
		switch f := effect.(type) {
		case machine.Send:
			fmt.Fprintf(&b, "to %s: %s\n", f.To, message(f.Msg))
		case machine.Broadcast:
			fmt.Fprintf(&b, "to all: %s\n", message(f.Msg))
		case machine.Ask:
			fmt.Fprintf(&b, "ask %s key=%s args=%s\n", f.Service, f.Key, f.Args)
		case machine.Forget:
			fmt.Fprintf(&b, "forget key=%s round=%d\n", f.Key, f.Round)
		case machine.SetTimer:
			fmt.Fprintf(&b, "timer %s %d in %s\n", f.ID, f.Gen, f.After)
		case machine.StopTimer:
			fmt.Fprintf(&b, "stop %s\n", f.ID)
		case machine.Persist:
			fmt.Fprintf(&b, "persist %s %s\n", f.Kind, f.Data)
		case machine.Report:
			fmt.Fprintf(&b, "report %s: %s\n", f.Agent, f.Kind)
		case machine.Note:
			fmt.Fprintf(&b, "note %s %s: %s\n", f.Kind, f.Agent, f.Text)
		case machine.Decide:
			b.WriteString(Outcome(f.Outcome))
		}
	}
	return b.String()
}

func message(m machine.Message) string {
	in, ok := m.(machine.Invite)
	if !ok {
		return m.Kind()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s round=%d", in.Role, in.Round)
	add := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, " %s=%s", key, value)
		}
	}
	add("key", in.Key)
	add("question", in.Question)
	add("options", strings.Join(in.Options, "|"))
	for _, item := range in.Items {
		add("item", item.ID+":"+strings.ReplaceAll(item.Text, "\n", "/")+strings.Join(append([]string{""}, item.Notes...), ";"))
	}
	add("input", string(in.Input))
	if in.Once {
		b.WriteString(" once")
	}
	return b.String()
}

// Outcome writes an outcome on a few lines.
func Outcome(o machine.Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "end: %s", o.Verdict)
	add := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, " %s=%s", key, value)
		}
	}
	add("decision", o.Decision)
	add("why", string(o.Why))
	add("text", o.Text)
	fmt.Fprintf(&b, "\n  method=%s turnout=%d/%d confidence=%d rounds=%d early=%v\n", o.Method, o.Turnout, o.Electorate, o.Confidence, o.Rounds, o.Early)
	for _, s := range o.Tally {
		fmt.Fprintf(&b, "  %s: %d by %d\n", s.Option, s.Weight, s.Voters)
	}
	if len(o.Dissent) > 0 {
		fmt.Fprintf(&b, "  dissent: %s\n", strings.Join(o.Dissent, " "))
	}
	if len(o.Missing) > 0 {
		fmt.Fprintf(&b, "  missing: %s\n", strings.Join(o.Missing, " "))
	}
	if len(o.Detail) > 0 {
		fmt.Fprintf(&b, "  detail: %s\n", o.Detail)
	}
	return b.String()
}
