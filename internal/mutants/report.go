// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Row is one line of the table.
type Row struct {
	// Mutant is the one that was tried.
	Mutant Mutant
	// Verdict is what became of it.
	Verdict Verdict
	// Failed are the tests that noticed it.
	Failed []string
	// Detail says more about a mutant that could not be judged; else it is empty.
	Detail string
}

// shown is how many of the tests that noticed a mutant a row names.
const shown = 3

// text renders the row; width is that of the longest name.
func (r Row) text(width int) string {
	line := fmt.Sprintf("%-*s  %-*s", width, r.Mutant.Name, len(NotCompiling), r.Verdict)
	switch r.Verdict {
	case Killed:
		line += fmt.Sprintf("  %3d  %s", len(r.Failed), r.killers())
	case Survived:
		line += "  no test notices: " + r.Mutant.Why
	case NotCompiling, NotApplicable, NoVerdict:
		line += "\n    " + strings.ReplaceAll(strings.TrimSpace(r.Detail), "\n", "\n    ")
	}
	return strings.TrimRight(line, " ") + "\n"
}

// killers names the first tests that noticed the mutant, subtests by their last part.
func (r Row) killers() string {
	var names []string
	for _, name := range r.Failed[:min(shown, len(r.Failed))] {
		names = append(names, strings.TrimSuffix(path.Base(name), ".txt"))
	}
	if more := len(r.Failed) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// summary is the last line of the table.
func summary(rows []Row, took time.Duration) string {
	var parts []string
	for _, v := range []Verdict{Killed, Survived, NotCompiling, NotApplicable, NoVerdict} {
		n := 0
		for _, r := range rows {
			if r.Verdict == v {
				n++
			}
		}
		if n > 0 || v == Killed || v == Survived {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ToLower(string(v))))
		}
	}
	return fmt.Sprintf("mutants: %d tried: %s (%s)\n", len(rows), strings.Join(parts, ", "), took.Round(time.Second))
}

// allKilled tells whether every mutant was noticed.
func allKilled(rows []Row) bool {
	return !slices.ContainsFunc(rows, func(r Row) bool { return r.Verdict != Killed })
}
