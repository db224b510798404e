// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/pay"
)

// solveFlags are what the command line says of a solve.
type solveFlags struct {
	payments      []string
	certificate   string
	timeout       time.Duration
	nodes, pivots int64
	form          string
}

func (c *command) marketSolve() *cobra.Command {
	var f solveFlags
	cmd := &cobra.Command{
		Use: "solve FILE.json", Short: "Find the bids that win, and what the winners pay",
		Long: `solve finds the bids of a combinatorial auction that win together and pay the most. It
says optimal only with a proof; when the limits end it before, it says feasible and how
much more there may be. FILE - is standard input. A first SIGINT ends it with what it has.

  runtime market solve auction.json
  runtime market solve --payments vcg,core -o json auction.json
  runtime market solve --certificate proof.json auction.json
  runtime market solve --timeout 2s auction.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("%s needs one file", cmd.CommandPath())
			}
			return nil
		},
	}
	form := outputFlag(cmd, "text", "json")
	cmd.Flags().StringSliceVar(&f.payments, "payments", nil, "rules of payment to compute: vcg, core")
	cmd.Flags().StringVar(&f.certificate, "certificate", "", "write the proof of the optimum to this file")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 0, "end the solve after this time with what it has; 0 means never")
	cmd.Flags().Int64Var(&f.nodes, "nodes", 0, "nodes to look at, at most; 0 means the usual number, -1 any")
	cmd.Flags().Int64Var(&f.pivots, "pivots", 0, "pivots to make, at most; 0 means the usual number, -1 any")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		f.form = *form
		return c.solve(args[0], f)
	}
	return cmd
}

// solution is what solve prints as JSON.
type solution struct {
	Status   string                      `json:"status"`
	Revenue  int64                       `json:"revenue"`
	Bound    int64                       `json:"bound"`
	Winning  []int                       `json:"winning_bids"`
	Payments map[string]map[string]int64 `json:"payments"`
	// Seconds are those of finding the winners, PaymentSeconds those of the payments.
	Seconds        float64 `json:"seconds"`
	PaymentSeconds float64 `json:"payment_seconds,omitempty"`
}

func (c *command) solve(file string, f solveFlags) error {
	if err := checkOutput(f.form, "text", "json"); err != nil {
		return err
	}
	for _, rule := range f.payments {
		if err := checkOutput(rule, "vcg", "core"); err != nil {
			return usage("payments %q: want vcg or core", rule)
		}
	}
	if f.timeout < 0 {
		return usage("timeout %v: want 0 or more", f.timeout)
	}
	problem, err := c.auction(file)
	if err != nil {
		return err
	}
	began := time.Now()
	options := wdp.Options{Nodes: f.nodes, Pivots: f.pivots, Stop: c.stopAfter(began, f.timeout), Proof: f.certificate != ""}
	result, err := wdp.Solve(problem, options)
	if err != nil {
		return exitWith(ExitUsage, fmt.Errorf("%s: %w", file, err))
	}
	s := solution{
		Status: result.Status.String(), Revenue: result.Revenue, Bound: result.Bound, Winning: append([]int{}, result.Winners...),
		Payments: map[string]map[string]int64{}, Seconds: time.Since(began).Seconds(),
	}
	began = time.Now()
	err = s.pay(problem, result, f.payments, pay.Options{Solve: options, Each: eachAtOnce})
	if len(f.payments) > 0 {
		s.PaymentSeconds = time.Since(began).Seconds()
	}
	if f.certificate != "" {
		err = errors.Join(err, writeProof(f.certificate, result))
	}
	return errors.Join(c.show(problem, s, f.form), err)
}

// stopAfter returns a function that says when to end: after a time, or with a first signal. The solver asks it from several goroutines.
func (c *command) stopAfter(began time.Time, limit time.Duration) func() bool {
	var mu sync.Mutex
	stopped := false
	return func() bool {
		mu.Lock()
		defer mu.Unlock()
		select {
		case <-c.Signals:
			stopped = true
		default:
		}
		stopped = stopped || limit > 0 && time.Since(began) >= limit
		return stopped
	}
}

// eachAtOnce runs do for 0 to n-1 on as many goroutines as there are processors.
func eachAtOnce(n int, do func(int)) {
	var wg sync.WaitGroup
	next := make(chan int, n) // filled and closed here before anybody reads
	for i := range n {
		next <- i
	}
	close(next)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() { // ends when next is empty; awaited below
			for i := range next {
				do(i)
			}
		})
	}
	wg.Wait()
}

// pay computes the payments that are asked for.
func (s *solution) pay(problem *cert.Problem, result wdp.Result, rules []string, options pay.Options) error {
	if len(rules) == 0 {
		return nil
	}
	vcg, err := pay.VCG(problem, result, options)
	if err == nil && slices.Contains(rules, "vcg") {
		s.Payments["vcg"] = amounts(vcg)
	}
	if err != nil || !slices.Contains(rules, "core") {
		return err
	}
	core, err := pay.Core(problem, result, vcg, options)
	if err == nil {
		s.Payments["core"] = amounts(core)
	}
	return err
}

func amounts(p pay.Payments) map[string]int64 {
	out := map[string]int64{}
	for i, bidder := range p.Bidders {
		out[strconv.Itoa(bidder)] = p.Amounts[i]
	}
	return out
}

func writeProof(file string, result wdp.Result) error {
	if result.Proof == nil {
		return fmt.Errorf("%s: there is no proof: the result is only feasible", file)
	}
	data, err := result.Proof.Encode()
	if err == nil {
		err = os.WriteFile(file, data, 0o644)
	}
	return err
}

// show prints the solution.
func (c *command) show(problem *cert.Problem, s solution, form string) error {
	if form == "json" {
		return json.NewEncoder(c.Stdout).Encode(s)
	}
	w := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "status\t%s\nrevenue\t%d %s\nbound\t%d\nseconds\t%.3f\n\n", s.Status, s.Revenue, problem.Unit, s.Bound, s.Seconds)
	head := "BID\tBIDDER\tPRICE\tGOODS"
	fmt.Fprintln(w, head)
	for _, i := range s.Winning {
		b := problem.Bids[i]
		fmt.Fprintf(w, "%d\t%d\t%d\t%s\n", i, b.Bidder, b.Price, strings.Trim(fmt.Sprint(b.Goods), "[]"))
	}
	for _, rule := range []string{"vcg", "core"} {
		if paid, ok := s.Payments[rule]; ok {
			fmt.Fprintf(w, "\nBIDDER\tPAYS (%s)\n", rule)
			for bidder := range problem.Bidders {
				if amount, ok := paid[strconv.Itoa(bidder)]; ok {
					fmt.Fprintf(w, "%d\t%d\n", bidder, amount)
				}
			}
		}
	}
	return w.Flush()
}
