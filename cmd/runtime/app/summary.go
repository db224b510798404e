// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"mabeam.dev/agents/reviewer"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/lines"
)

// summary prints what came of the job: always the queues' numbers, for the main job the review as well. With results on standard
// output it goes to standard error, so that data stays data.
func (j *job) summary(stats []work.Stats, took time.Duration) {
	w := j.Stdout
	for _, q := range j.cfg.Work {
		if q.Results.Reveal() == "-" {
			w = j.Stderr
		}
	}
	if j.main && w == j.Stdout { // results that went to standard output are gone
		if err := j.review(w); err != nil {
			fmt.Fprintln(j.Stderr, "runtime: summary:", err)
		}
	}
	s := sum(stats)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(stats) < len(j.cfg.Work) {
		fmt.Fprintf(t, "done\tnot known: the queues are gone after %.1f s; accepted tasks are in the journal for the next start\n", took.Seconds())
	} else {
		fmt.Fprintf(t, "done\t%d results, %d dead letters, %d cancelled, %d open, in %.1f s\n", s.done, s.dead, s.cancelled, s.open, took.Seconds())
	}
	if s.bad > 0 {
		fmt.Fprintf(t, "bad lines\t%d (no task, or refused; the log has each with its place)\n", s.bad)
	}
	fmt.Fprintf(t, "agents\tcrashes %d, restarts %d, gave up %d\n", j.tally.crashes.Load(), j.tally.restarts.Load(), j.tally.gaveUp.Load())
	for _, q := range j.cfg.Work {
		if q.Results.Reveal() != "-" {
			fmt.Fprintf(t, "results\t%s\n", q.Results)
		}
	}
	fmt.Fprintf(t, "journal\t%s\n", j.cfg.Node.Data)
	_ = t.Flush() // nobody can be told when standard output is gone
}

// review is what the results of the main job say.
type review struct {
	packages, files, lines, findings int
	retries, dead                    int
	rules                            map[string]int
	slowest                          []lines.Outcome
	problems                         []string
}

// review prints the table of the main job, made from the results file alone.
func (j *job) review(w io.Writer) error {
	r, err := readReview(j.cfg.Work[0].Results.Reveal())
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "packages\t%d of %d, each with one outcome\n", r.packages, j.total)
	fmt.Fprintf(t, "source\t%d files, %d lines\n", r.files, r.lines)
	fmt.Fprintf(t, "findings\t%d%s\n", r.findings, byRule(r.rules))
	fmt.Fprintf(t, "retries\t%d\n", r.retries)
	fmt.Fprintf(t, "dead letters\t%d\n", r.dead)
	for i, o := range r.slowest {
		label := "slowest"
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(t, "%s\t%s  %.0f ms by %s\n", label, o.ID, o.Seconds*1000, o.Agent)
	}
	for _, p := range r.problems {
		fmt.Fprintf(t, "PROBLEM\t%s\n", p)
	}
	return t.Flush()
}

func byRule(rules map[string]int) string {
	var names []string
	for name := range rules {
		names = append(names, name)
	}
	slices.Sort(names)
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf("%s %d", name, rules[name]))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// readReview reads a results file, line by line; a package with two outcomes is a problem that it reports.
func readReview(path string) (review, error) {
	r := review{rules: map[string]int{}}
	f, err := os.Open(path)
	if err != nil {
		return r, err
	}
	defer f.Close()
	seen := map[string]bool{}
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break // a last line without its end was never an outcome
		}
		if err != nil {
			return r, err
		}
		o, err := lines.ParseOutcome(line)
		if err != nil {
			return r, err
		}
		if seen[o.ID] {
			r.problems = append(r.problems, fmt.Sprintf("%s has two outcomes", o.ID))
		}
		seen[o.ID] = true
		if err := r.add(o); err != nil {
			return r, err
		}
	}
	slices.SortFunc(r.slowest, func(a, b lines.Outcome) int {
		return int((b.Seconds - a.Seconds) * 1e6)
	})
	r.slowest = r.slowest[:min(3, len(r.slowest))]
	return r, nil
}

func (r *review) add(o lines.Outcome) error {
	r.packages++
	r.retries += len(o.Attempts) - 1
	if o.Outcome != "done" {
		r.dead++
		return nil
	}
	var report reviewer.Report
	if err := json.Unmarshal(o.Output, &report); err != nil {
		return fmt.Errorf("result of %s: %w", o.ID, err)
	}
	r.files += report.Files
	r.lines += report.Lines
	for rule, n := range report.ByRule {
		r.rules[rule] += n
		r.findings += n
	}
	o.Output = nil
	r.slowest = append(r.slowest, o)
	return nil
}
