// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"errors"
	"fmt"
	"math"

	"mabeam.dev/telemetry/window"
)

// Validate returns every mistake of the spec, joined, or nil.
func (s Spec) Validate() error {
	c := checker{rules: map[string]bool{}, routes: map[string]bool{}}
	if s.Tick < 0 {
		c.add("spec", "", "tick", "is negative")
	}
	for _, r := range s.Routes {
		if c.routes[r.Name] {
			c.add("route", r.Name, "name", "is taken")
		}
		c.routes[r.Name] = true
	}
	for _, r := range s.Rules {
		if c.rules[r.Name] {
			c.add("rule", r.Name, "name", "is taken")
		}
		c.rules[r.Name] = true
	}
	for _, r := range s.Routes {
		c.route(r)
	}
	for _, r := range s.Rules {
		c.rule(r)
	}
	c.circles(s.Rules)
	return errors.Join(c.problems...)
}

type checker struct {
	rules, routes map[string]bool
	problems      []error
}

func (c *checker) add(kind, subject, field, reason string, args ...any) {
	c.problems = append(c.problems, &FieldError{Kind: kind, Subject: subject, Field: field, Reason: fmt.Sprintf(reason, args...)})
}

func (c *checker) route(r Route) {
	bad := func(field, reason string, args ...any) { c.add("route", r.Name, field, reason, args...) }
	if r.Name == "" {
		bad("name", "is missing")
	}
	if r.Repeat < 0 && r.Repeat != Never {
		bad("repeat", "is negative")
	}
	if r.Retry < 0 {
		bad("retry", "is negative")
	}
	switch {
	case r.EscalateAfter < 0:
		bad("escalate_after", "is negative")
	case r.EscalateAfter > 0 && r.EscalateTo == "":
		bad("escalate_to", "is missing")
	case r.EscalateAfter == 0 && r.EscalateTo != "":
		bad("escalate_after", "is missing")
	}
	if r.EscalateTo != "" && !c.routes[r.EscalateTo] {
		bad("escalate_to", "there is no route %q", r.EscalateTo)
	} else if r.EscalateTo != "" && r.EscalateTo == r.Name {
		bad("escalate_to", "is the route itself")
	}
}

func (c *checker) rule(r Rule) {
	bad := func(field, reason string, args ...any) { c.add("rule", r.Name, field, reason, args...) }
	if r.Name == "" {
		bad("name", "is missing")
	}
	if r.Series == "" {
		bad("series", "is missing")
	}
	for _, w := range []struct {
		field string
		n     uint8
		words int
	}{
		{"severity", uint8(r.Severity), len(severities)},
		{"stat", uint8(r.Stat), len(stats)},
		{"compare", uint8(r.Compare), len(comparisons)},
		{"no_data", uint8(r.NoData), len(policies)},
		{"window", uint8(r.Window), len(window.Spans())},
	} {
		if int(w.n) >= w.words {
			bad(w.field, "%d is not one of %d words", w.n, w.words)
		}
	}
	if r.For < 0 {
		bad("for", "is negative")
	}
	if r.ClearFor < 0 {
		bad("clear_for", "is negative")
	}
	switch {
	case !finite(r.Threshold):
		bad("threshold", "is not a finite number")
	case !finite(r.clear()):
		bad("clear", "is not a finite number")
	case r.Compare.upward() && r.clear() > r.Threshold:
		bad("clear", "%v is above the threshold %v of a rule with %s", r.clear(), r.Threshold, r.Compare)
	case !r.Compare.upward() && r.clear() < r.Threshold:
		bad("clear", "%v is below the threshold %v of a rule with %s", r.clear(), r.Threshold, r.Compare)
	}
	for _, name := range r.Routes {
		if !c.routes[name] {
			bad("routes", "there is no route %q", name)
		}
	}
	for _, name := range r.InhibitedBy {
		if !c.rules[name] {
			bad("inhibited_by", "there is no rule %q", name)
		}
	}
}

// circles finds rules that inhibit themselves through others: when all of a circle fire nobody would be told of any.
func (c *checker) circles(rules []Rule) {
	by := map[string][]string{}
	for _, r := range rules {
		by[r.Name] = r.InhibitedBy
	}
	for _, r := range rules {
		seen := map[string]bool{}
		stack := append([]string(nil), r.InhibitedBy...)
		for len(stack) > 0 {
			name := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if name == r.Name {
				c.add("rule", r.Name, "inhibited_by", "the rule inhibits itself")
				break
			}
			if !seen[name] {
				seen[name] = true
				stack = append(stack, by[name]...)
			}
		}
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
