// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"mabeam.dev/cognitive/optimize"
	"mabeam.dev/config"
)

// optimizeFlags are what the command line says of a search.
type optimizeFlags struct {
	file, form string
	quiet      bool
}

func (c *command) optimize() *cobra.Command {
	var f optimizeFlags
	cmd := &cobra.Command{
		Use:   "optimize -c FILE",
		Short: "Search the best settings of any program",
		Long: `optimize tries settings with a program as the objective. The program is an agent: it
gets {"trial": 7, "values": {"x": 1.5}} as the input of a task and answers with a number,
or with {"value": 1.5}. What it reports on the way can end trials early.

A trial whose program crashes, hangs or answers what cannot be has failed, and the search
goes on. All is journaled: after an interruption, kill -9 included, the same command goes
on, and each trial has one answer. SIGINT takes running trials back and ends it.

  runtime optimize -c examples/optimize/sphere.yaml
  runtime optimize -c search.yaml -o json`,
		Args: noArgs,
	}
	form := outputFlag(cmd, "text", "json")
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "file that describes the search")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "no line for each trial")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f.form = *form
		return c.runOptimize(cmd.Context(), f)
	}
	return cmd
}

func (c *command) runOptimize(ctx context.Context, f optimizeFlags) error {
	if err := checkOutput(f.form, "text", "json"); err != nil {
		return err
	}
	if f.file == "" {
		return usage("optimize needs a file: -c FILE")
	}
	data, err := config.OS().ReadFile(f.file, config.MaxFile+1)
	if err != nil {
		return exitWith(ExitUsage, err)
	}
	cfg, err := config.LoadOptimization(config.Input{Name: f.file, Data: data, Env: c.Env, Files: config.OS()})
	if err != nil {
		var all config.Errors
		if errors.As(err, &all) && f.form == "json" {
			fmt.Fprintln(c.Stdout, string(all.JSON()))
			return exitWith(ExitUsage, nil)
		} else if errors.As(err, &all) {
			fmt.Fprintln(c.Stderr, all.Text())
			return exitWith(ExitUsage, nil)
		}
		return exitWith(ExitUsage, err)
	}
	o, err := c.openOptimization(ctx, cfg, f)
	if err != nil {
		return err
	}
	stopped, err := o.run(ctx)
	err = errors.Join(err, o.close())
	if err != nil {
		return err
	}
	if err := o.show(f.form); err != nil {
		return err
	}
	if _, _, ok := o.study.Search().Best(); !ok && !stopped {
		return exitWith(ExitFailed, errors.New("optimize: no trial has a value"))
	}
	if stopped {
		return exitWith(ExitDrained, nil)
	}
	return nil
}

// found is what optimize prints as JSON.
type found struct {
	Best     *foundTrial            `json:"best,omitempty"`
	Trials   int                    `json:"trials"`
	Measured int                    `json:"measured"`
	Pruned   int                    `json:"pruned"`
	Failed   map[optimize.Cause]int `json:"failed"`
	Open     int                    `json:"open"`
	Cost     float64                `json:"cost"`
}

type foundTrial struct {
	Trial    optimize.TrialID `json:"trial"`
	Value    float64          `json:"value"`
	Values   map[string]any   `json:"values"`
	Resource float64          `json:"resource,omitempty"`
}

// failures are the causes of trials without a value.
var failures = []optimize.Cause{optimize.Crashed, optimize.Hung, optimize.Lied, optimize.Refused}

func (o *optimization) found() found {
	search := o.study.Search()
	s := found{
		Trials: search.Asked(), Open: search.Open(), Pruned: o.study.Count(optimize.Pruned), Cost: o.study.Cost(), Failed: map[optimize.Cause]int{},
	}
	s.Measured = s.Trials - s.Open - s.Pruned
	for _, cause := range failures {
		s.Failed[cause] = o.study.Count(cause)
		s.Measured -= s.Failed[cause]
	}
	if t, m, ok := search.Best(); ok {
		s.Best = &foundTrial{t.ID, o.outward(m.Value), search.Space().Settings(t.Point), m.Resource}
	}
	return s
}

// show prints what was found.
func (o *optimization) show(form string) error {
	s := o.found()
	if form == "json" {
		return json.NewEncoder(o.Stdout).Encode(s)
	}
	w := tabwriter.NewWriter(o.Stdout, 0, 0, 2, ' ', 0)
	if s.Best == nil {
		fmt.Fprintf(w, "best\tnone\n")
	} else {
		fmt.Fprintf(w, "best\t%s (trial %d)\n", number(s.Best.Value), s.Best.Trial)
		space := o.study.Search().Space()
		for i := range space.Len() {
			if v, ok := s.Best.Values[space.Dimension(i).Name]; ok {
				fmt.Fprintf(w, "%s\t%v\n", space.Dimension(i).Name, v)
			}
		}
	}
	fmt.Fprintf(w, "trials\t%d: %d measured, %d pruned", s.Trials, s.Measured, s.Pruned)
	for _, cause := range failures {
		if n := s.Failed[cause]; n > 0 {
			fmt.Fprintf(w, ", %d %s", n, cause)
		}
	}
	if s.Open > 0 {
		fmt.Fprintf(w, ", %d open", s.Open)
	}
	fmt.Fprintln(w)
	if s.Cost > 0 {
		fmt.Fprintf(w, "cost\t%s\n", number(s.Cost))
	}
	return w.Flush()
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
