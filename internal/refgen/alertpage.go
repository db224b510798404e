// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"

	"mabeam.dev/internal/node"
	"mabeam.dev/telemetry/alert"
)

// alertsPage lists the series that rules may look at and the rules that every node has.
func alertsPage(s *source) (string, error) {
	var b strings.Builder
	b.WriteString(banner("the series and rules of package internal/node") + `# Alerts

A rule of the section ` + "`alerts`" + ` in the [config file](config.md) looks at one figure of one series: its last value, or a rate, a count or a percentile of
the last 10 s, 1 min or 5 min. ` + "`runtime inspect series`" + ` shows the series of a running node, ` + "`runtime inspect alerts`" + ` what fires.

## Series

Besides these, ` + "`event.NAME`" + ` counts the events of that [name](events.md), and ` + "`agent.METRIC`" + ` is what agents record of themselves, by agent: of the
1,000 that record most. Gauges have a last value; counters have rate and increase; values have count, sum, mean, min, max and percentiles.

`)
	var rows [][]string
	for _, one := range node.Series() {
		rows = append(rows, []string{code(one.Name), one.Kind, one.Key, one.Doc})
	}
	table(&b, []string{"Series", "Kind", "Key", "Meaning"}, rows)
	b.WriteString(`## Default rules

A rule of the same name in the config file takes the place of one of these; ` + "`alerts.defaults: false`" + ` leaves all of them out.

`)
	events, _ := s.events() // what is wrong with them is said by their own page
	known := map[string]bool{}
	for _, e := range events {
		known["event."+e.name] = true
	}
	rows = nil
	for _, r := range node.AlertPack() {
		if strings.HasPrefix(r.Series, "event.") && !known[r.Series] {
			return "", fmt.Errorf("refgen: the rule %q looks at %q, and there is no such event", r.Name, r.Series)
		}
		rows = append(rows, []string{code(r.Name), r.Severity.String(), condition(r), r.Runbook})
	}
	table(&b, []string{"Rule", "Severity", "Fires when", "What to do"}, rows)
	return strings.TrimRight(b.String(), "\n") + "\n", nil
}

// condition says when a rule fires and when it is over.
func condition(r alert.Rule) string {
	text := code(fmt.Sprintf("%s %s %g", r.Measure().Expression(), r.Compare, r.Threshold))
	if r.Scope != "" {
		text += " of " + code(r.Scope)
	}
	if r.For > 0 {
		text += " for " + r.For.String()
	}
	if r.Clear != nil {
		text += fmt.Sprintf(", until it is %g", *r.Clear)
	}
	if len(r.InhibitedBy) > 0 {
		text += ", unless " + code(strings.Join(r.InhibitedBy, "`, `")) + " fires"
	}
	return text
}
