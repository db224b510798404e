// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"mabeam.dev/agents/work"
	"mabeam.dev/internal/node"
)

// report is what came of a run; its JSON is the summary with -o json.
type report struct {
	Version   int         `json:"version"`           // of this format: 1
	Node      string      `json:"node"`              // its name
	Seconds   float64     `json:"seconds"`           // that it worked
	Known     bool        `json:"known"`             // whether the numbers of the queues are; those of accepted tasks are in the journal anyway
	Done      int         `json:"done"`              // tasks with a result
	Dead      int         `json:"dead"`              // dead letters
	Cancelled int         `json:"cancelled"`         // tasks that were withdrawn
	Open      int         `json:"open"`              // tasks without an outcome
	BadLines  int         `json:"bad_lines"`         // lines that were no task, or refused
	Crashes   int64       `json:"crashes"`           // of children of supervisors
	Restarts  int64       `json:"restarts"`          // by supervisors
	GaveUp    int64       `json:"gave_up"`           // supervisors that gave up
	Agents    []agentLife `json:"agents"`            // by id
	Results   []string    `json:"results,omitempty"` // files of results
	Journal   string      `json:"journal"`           // folder of the journal
	Review    *reviewView `json:"review,omitempty"`  // of the main job
}

// reviewView is what the results of the main job say.
type reviewView struct {
	Packages int            `json:"packages"`           // with an outcome
	Of       int            `json:"of"`                 // packages there are
	Files    int            `json:"files"`              // that were read
	Lines    int            `json:"lines"`              // in them
	Findings int            `json:"findings"`           // in all
	Rules    map[string]int `json:"rules"`              // findings by rule
	Retries  int            `json:"retries"`            // attempts beyond the first
	Dead     int            `json:"dead"`               // packages without a result
	Slowest  []slowView     `json:"slowest"`            // attempts, the slowest first
	Problems []string       `json:"problems,omitempty"` // what must not be
}

// slowView is one slow attempt.
type slowView struct {
	ID      string  `json:"id"`      // of the task
	Agent   string  `json:"agent"`   // that did it
	Seconds float64 `json:"seconds"` // that it took
}

// report gathers the numbers of a run that has ended.
func (j *job) report(n *node.Node, stats []work.Stats, took time.Duration) report {
	s := sum(stats)
	r := report{
		Version: 1, Node: j.cfg.Node.Name, Seconds: took.Seconds(), Known: len(stats) == len(j.cfg.Work),
		Done: s.done, Dead: s.dead, Cancelled: s.cancelled, Open: s.open, BadLines: int(s.bad),
		Crashes: j.tally.crashes.Load(), Restarts: j.tally.restarts.Load(), GaveUp: j.tally.gaveUp.Load(),
		Agents: agentLives(n.Directory()), Journal: j.cfg.Node.Data.String(),
	}
	for _, q := range j.cfg.Work {
		if q.Results.Reveal() != "-" {
			r.Results = append(r.Results, q.Results.String())
		}
	}
	return r
}

// print writes the report for people.
func (r report) print(w io.Writer) {
	if r.Review != nil {
		r.Review.print(w)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if r.Known {
		fmt.Fprintf(t, "done\t%d results, %d dead letters, %d cancelled, %d open, in %.1f s\n", r.Done, r.Dead, r.Cancelled, r.Open, r.Seconds)
	} else {
		fmt.Fprintf(t, "done\tnot known: the queues are gone after %.1f s; accepted tasks are in the journal for the next start\n", r.Seconds)
	}
	if r.BadLines > 0 {
		fmt.Fprintf(t, "bad lines\t%d (no task, or refused; the log has each with its place)\n", r.BadLines)
	}
	fmt.Fprintf(t, "agents\tcrashes %d, restarts %d, gave up %d\n", r.Crashes, r.Restarts, r.GaveUp)
	for _, path := range r.Results {
		fmt.Fprintf(t, "results\t%s\n", path)
	}
	fmt.Fprintf(t, "journal\t%s\n", r.Journal)
	_ = t.Flush() // nobody can be told when standard output is gone
	printLives(w, r.Agents)
}
