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
	"mabeam.dev/internal/node"
)

// summary says what came of the job: the numbers of the queues and of the agents, for the main job the review as well. With results on standard
// output it goes to standard error, so that data stays data.
func (j *job) summary(n *node.Node, stats []work.Stats, took time.Duration) {
	w := j.Stdout
	for _, q := range j.cfg.Work {
		if q.Results.Reveal() == "-" {
			w = j.Stderr
		}
	}
	r := j.report(n, stats, took)
	if j.main && w == j.Stdout { // results that went to standard output are gone
		all, err := readReview(j.cfg.Work[0].Results.Reveal())
		if err != nil {
			fmt.Fprintln(j.Stderr, "runtime: summary:", err)
		} else {
			r.Review = all.view(j.total)
		}
	}
	if j.flags.form == "json" {
		_ = json.NewEncoder(w).Encode(r) // nobody can be told when standard output is gone
		return
	}
	r.print(w)
}

// review is what the results of the main job say.
type review struct {
	packages, files, lines, findings int
	retries, dead                    int
	rules                            map[string]int
	slowest                          []lines.Outcome
	problems                         []string
}

// view is the review as it is shown; total is how many packages there are.
func (r review) view(total int) *reviewView {
	v := &reviewView{
		Packages: r.packages, Of: total, Files: r.files, Lines: r.lines, Findings: r.findings, Rules: r.rules, Retries: r.retries, Dead: r.dead,
		Problems: r.problems,
	}
	for _, o := range r.slowest {
		v.Slowest = append(v.Slowest, slowView{o.ID, o.Agent, o.Seconds})
	}
	return v
}

// print writes the table of the main job.
func (v *reviewView) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "packages\t%d of %d, each with one outcome\n", v.Packages, v.Of)
	fmt.Fprintf(t, "source\t%d files, %d lines\n", v.Files, v.Lines)
	fmt.Fprintf(t, "findings\t%d%s\n", v.Findings, byRule(v.Rules))
	fmt.Fprintf(t, "retries\t%d\n", v.Retries)
	fmt.Fprintf(t, "dead letters\t%d\n", v.Dead)
	for i, o := range v.Slowest {
		label := "slowest"
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(t, "%s\t%s  %.0f ms by %s\n", label, o.ID, o.Seconds*1000, o.Agent)
	}
	for _, p := range v.Problems {
		fmt.Fprintf(t, "PROBLEM\t%s\n", p)
	}
	_ = t.Flush() // nobody can be told when standard output is gone
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
