// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
)

// Rules are the conditions beyond "nothing failed" that a run must meet.
type Rules struct {
	// Min is how many tests must have passed; a pattern that matches nothing then fails instead of passing.
	Min int
	// Strict makes every skipped test a failure.
	Strict bool
	// Concurrent leaves out the packages of the pure layer.
	Concurrent bool
	// Notes are sentences about things left out before the tests began.
	Notes []string
}

// Problems returns why the run is not a success, in the order of importance; empty means success. childErr is how go test
// itself ended.
func (r *Run) Problems(rules Rules, childErr error) []string {
	var problems []string
	if n := r.failedTests(); n > 0 {
		problems = append(problems, fmt.Sprintf("%d failed", n))
	}
	for pkg := range r.open {
		problems = append(problems, pkg+" never reported an end")
	}
	slices.Sort(problems)
	if childErr != nil && len(problems) == 0 {
		problems = append(problems, "go test: "+childErr.Error())
	}
	if r.passed < rules.Min {
		problems = append(problems, fmt.Sprintf("%d tests passed, at least %d had to", r.passed, rules.Min))
	}
	if rules.Strict && len(r.skips) > 0 {
		problems = append(problems, fmt.Sprintf("%d skipped, and none may be here", len(r.skips)))
	}
	return problems
}

// Summary renders the closing block.
func (r *Run) Summary(rules Rules, problems []string) string {
	var b strings.Builder
	b.WriteString("\n---- tests ----------------------------------------------------------------\n")
	fmt.Fprintf(&b, "%d passed, %d failed, %d skipped in %d packages (%d packages without tests)\n",
		r.passed, r.failedTests(), len(r.skips), r.packages, len(r.noTests))
	for _, k := range r.failed {
		if k.test != "" {
			fmt.Fprintf(&b, "  FAILED   %s %s\n", k.pkg, k.test)
		} else if !r.hasFailedTest(k.pkg) {
			fmt.Fprintf(&b, "  FAILED   %s\n", k.pkg)
		}
	}
	for _, s := range r.skips {
		fmt.Fprintf(&b, "  skipped  %s %s: %s\n", s.pkg, s.test, s.reason)
	}
	for _, n := range rules.Notes {
		fmt.Fprintf(&b, "  left out %s\n", n)
	}
	if len(r.skips)+len(rules.Notes) == 0 {
		b.WriteString("  nothing was skipped\n")
	}
	for _, p := range problems {
		fmt.Fprintf(&b, "NOT OK: %s\n", p)
	}
	if len(problems) == 0 {
		b.WriteString("OK\n")
	}
	return b.String()
}

func (r *Run) failedTests() int {
	n := 0
	for _, k := range r.failed {
		if k.test != "" || !r.hasFailedTest(k.pkg) {
			n++
		}
	}
	return n
}

func (r *Run) hasFailedTest(pkg string) bool {
	return slices.ContainsFunc(r.failed, func(k testKey) bool { return k.pkg == pkg && k.test != "" })
}
