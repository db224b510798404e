// SPDX-License-Identifier: Apache-2.0

package selector

import (
	"fmt"
	"strings"
)

// entry is one row of the table.
type entry struct {
	when     string // the condition in words
	then     string // the result in words
	why      string
	protocol Protocol
	least    int // participants that the type needs
	fits     func(p Profile) bool
}

// table is the choice. The first row that fits decides; the last one fits everything.
var table = [...]entry{
	{
		when: "an unknown value, f below 0, f above 0 without fault high, or nobody takes part", then: "refused", why: "such a session cannot be",
		fits: func(p Profile) bool { return p.N <= 0 || p.F < 0 || p.F > 0 && p.Fault != High || !p.known() },
	},
	{
		when: "fault high, and fewer than 4 participants or f above a third of them", then: "refused", why: "too few to stand that many liars, and less is never chosen silently",
		fits: func(p Profile) bool { return p.Fault == High && (p.N < ByzantineMin || p.F > (p.N-1)/3) },
	},
	{
		when: "an explicit protocol", then: "that one, within its limits; with fault high and not Byzantine: ratified", why: "it was asked for",
		fits: func(p Profile) bool { return p.Protocol != "" },
	},
	{
		when: "workflow", then: string(Workflow), why: "the session is a graph of steps", protocol: Workflow,
		fits: func(p Profile) bool { return p.Type == Orchestration },
	},
	{
		when: "ml_optimization", then: string(Optimization), why: "the session searches for parameters", protocol: Optimization,
		fits: func(p Profile) bool { return p.Type == MLOptimize },
	},
	{
		when: "ml_ensemble", then: string(Ensemble) + ", from 2 participants", why: "the session combines predictions", protocol: Ensemble, least: 2,
		fits: func(p Profile) bool { return p.Type == MLEnsemble },
	},
	{
		when: "ml_reasoning", then: string(Reasoning), why: "the session compares lines of reasoning", protocol: Reasoning,
		fits: func(p Profile) bool { return p.Type == MLReasoning },
	},
	{
		when: "economic", then: string(Market), why: "the session allocates by price", protocol: Market,
		fits: func(p Profile) bool { return p.Type == Economic },
	},
	{
		when: "refinement", then: string(Refinement) + ", from 2 participants", why: "proposals get better in rounds", protocol: Refinement, least: 2,
		fits: func(p Profile) bool { return p.Type == Refine },
	},
	{
		when: "standard, fault high", then: string(Byzantine) + ", signed up to 16 members", why: "some may lie", protocol: Byzantine,
		fits: func(p Profile) bool { return p.Fault == High },
	},
	{
		when: "standard, distributed, from 2 participants", then: string(Hierarchical) + ", one group a node", why: "counts travel, not ballots", protocol: Hierarchical,
		fits: func(p Profile) bool { return p.Scope == Distributed && p.N >= 2 },
	},
	{
		when: "standard, up to 5 participants, expertise", then: string(Weighted), why: "few who weigh differently", protocol: Weighted,
		fits: func(p Profile) bool { return p.N <= 5 && p.Expertise },
	},
	{
		when: "standard, up to 5 participants", then: string(Simple), why: "few who weigh alike", protocol: Simple,
		fits: func(p Profile) bool { return p.N <= 5 },
	},
	{
		when: "standard, from 6 participants", then: string(Hierarchical), why: "many share the counting; up to the fan-out it is the flat count", protocol: Hierarchical,
		fits: func(Profile) bool { return true },
	},
}

// known reports whether all words are known, without allocating.
func (p Profile) known() bool {
	switch p.Type {
	case Standard, Refine, Economic, MLEnsemble, MLOptimize, MLReasoning, Orchestration:
	default:
		return false
	}
	switch p.Fault {
	case Low, Medium, High:
	default:
		return false
	}
	return p.Scope == Local || p.Scope == Distributed
}

// Row is one row of the table in words.
type Row struct {
	Number          int
	When, Then, Why string
}

// Rows returns the table in words.
func Rows() []Row {
	out := make([]Row, len(table))
	for i, e := range table {
		out[i] = Row{i, e.when, e.then, e.why}
	}
	return out
}

// Explain tells in words which row decided and what came of it.
func (s Selector) Explain(p Profile) string {
	p = p.withDefaults()
	var b strings.Builder
	fmt.Fprintf(&b, "%d participants, type %s, fault tolerance %s", p.N, p.Type, p.Fault)
	if p.F > 0 {
		fmt.Fprintf(&b, " (%d liars)", p.F)
	}
	fmt.Fprintf(&b, ", %s", p.Scope)
	if p.Expertise {
		b.WriteString(", expertise")
	}
	if p.Protocol != "" {
		fmt.Fprintf(&b, ", protocol %s", p.Protocol)
	}
	b.WriteByte('\n')
	row := s.row(p)
	for i := range row {
		fmt.Fprintf(&b, "  row %2d  no   %s\n", i, table[i].when)
	}
	fmt.Fprintf(&b, "  row %2d  yes  %s: %s\n", row, table[row].when, table[row].why)
	chosen, err := s.Select(p)
	if err != nil {
		fmt.Fprintf(&b, "refused: %v\n", err)
		return b.String()
	}
	fmt.Fprintf(&b, "chosen: %s\n", chosen)
	return b.String()
}

// String is the choice in words.
func (s Selection) String() string {
	out := string(s.Protocol)
	if s.Authentication != "" && !s.Ratify {
		out += fmt.Sprintf(", %s, f = %d", s.Authentication, s.F)
	}
	if s.FanOut > 0 {
		out += fmt.Sprintf(", groups of %d", s.FanOut)
	}
	if s.Expertise {
		out += ", weighted by expertise"
	}
	if s.Ratify {
		out += fmt.Sprintf(", ratified by %s, %s, f = %d", Byzantine, s.Authentication, s.F)
	}
	return out
}
