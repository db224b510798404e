// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mabeam.dev/config"
	"mabeam.dev/testkit/scenario"
)

// scenarioFlags are the flags of scenario run.
type scenarioFlags struct {
	seed            uint64
	prefix          int
	explore, repeat int
	update, verbose bool
	junit, events   string
	timeout         time.Duration
	form            *string
}

// scenarioRun runs scenarios.
func (c *command) scenarioRun() *cobra.Command {
	var f scenarioFlags
	cmd := &cobra.Command{
		Use: "run FILE...", Short: "Run scenarios and say which expectations do not hold",
		Long: `run runs each scenario on its own and says which hold. The same file, seed and build
print the same bytes. Exit code 3 says that an expectation does not hold, 2 that a file
is no scenario, 1 that a run could not be carried out.

  runtime scenario run examples/scenarios/*.txtar
  runtime scenario run storm.txtar --seed 7 --verbose
  runtime scenario run storm.txtar --explore 1000
  runtime scenario run storm.txtar --update`,
		Args: someFiles,
		RunE: func(_ *cobra.Command, files []string) error { return c.runScenarios(f, files) },
	}
	flags := cmd.Flags()
	flags.Uint64Var(&f.seed, "seed", 1, "the seed that decides every order")
	flags.IntVar(&f.prefix, "prefix", 0, "draw only this many decisions from the seed; 0 draws all")
	flags.IntVar(&f.explore, "explore", 0, "run this many seeds, from --seed on, and show the first that fails, made short")
	flags.IntVar(&f.repeat, "repeat", 1, "run so often, and fail unless every run does the same")
	flags.BoolVar(&f.update, "update", false, "rewrite expected output with what was printed; expectations stay")
	flags.BoolVar(&f.verbose, "verbose", false, "show each command and what it prints")
	flags.StringVar(&f.junit, "junit", "", "write the outcome to this file, as JUnit XML")
	flags.StringVar(&f.events, "events", "", "write every event of every run to this file")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "real time that one scenario may take")
	f.form = outputFlag(cmd, "text", "json")
	return cmd
}

// verdict is what became of one file.
type verdict struct {
	file    string
	result  scenario.Result
	runs    int
	failure error
	took    time.Duration // real
}

func (c *command) runScenarios(f scenarioFlags, files []string) error {
	if err := checkOutput(*f.form, "text", "json"); err != nil {
		return err
	}
	if f.seed == 0 || f.repeat < 1 || f.explore < 0 || f.prefix < 0 || f.timeout <= 0 {
		return usage("scenario run: --seed and --repeat begin at 1, --explore and --prefix at 0, and --timeout is more than 0s")
	}
	var scripts []*scenario.Script
	bad := false
	for _, name := range files { // every mistake of every file first
		s, err := c.readScenario(name)
		if err != nil {
			if err.Error() != "" {
				fmt.Fprintln(c.Stderr, err)
			}
			bad = true
		}
		scripts = append(scripts, s)
	}
	if bad {
		return exitWith(ExitUsage, nil)
	}
	var all []verdict
	for i, s := range scripts {
		v := c.runScenario(f, s)
		v.file = files[i]
		if f.update {
			var err error
			if v, err = c.updateScenario(f, s, v); err != nil {
				return err
			}
		}
		all = append(all, v)
		if *f.form == "text" {
			c.tellScenario(f, v)
		}
	}
	return c.endScenarios(f, all)
}

// runScenario runs one scenario as the flags say, in real time that is limited.
func (c *command) runScenario(f scenarioFlags, s *scenario.Script) verdict {
	begin := time.Now()
	done := make(chan verdict, 1) // sent to once
	go func() {                   // awaited below, or left behind by a run that does not end, which ends the program
		done <- c.scenarioVerdict(f, s)
	}()
	limit := time.NewTimer(f.timeout)
	defer limit.Stop()
	select {
	case v := <-done:
		v.took = time.Since(begin)
		return v
	case <-limit.C:
		return verdict{runs: 1, took: f.timeout, failure: fmt.Errorf("%s: not over within %s of real time (--timeout)", s.Name, f.timeout)}
	}
}

func (c *command) scenarioVerdict(f scenarioFlags, s *scenario.Script) verdict {
	o := scenario.Options{Seed: f.seed, Prefix: f.prefix, Kinds: c.kinds}
	if f.explore > 0 {
		x := scenario.Explore(s, o, f.explore)
		switch {
		case x.Failing != nil:
			return verdict{runs: x.Runs, result: *x.Failing, failure: x.Failing.Failure}
		case x.Unlike != nil:
			return verdict{runs: x.Runs, result: *x.Unlike, failure: fmt.Errorf("%s: seed %d: a second run did something else", s.Name, x.Unlike.Seed)}
		}
		return verdict{runs: x.Runs, result: scenario.Result{Seed: f.seed}}
	}
	first := scenario.Run(s, o)
	for range f.repeat - 1 {
		if again := scenario.Run(s, o); !first.Same(again) {
			return verdict{runs: f.repeat, result: again, failure: fmt.Errorf("%s: seed %d: a second run did something else", s.Name, f.seed)}
		}
	}
	return verdict{runs: f.repeat, result: first, failure: first.Failure}
}

// updateScenario rewrites expected output until the scenario holds, or something else than output is wrong.
func (c *command) updateScenario(f scenarioFlags, s *scenario.Script, v verdict) (verdict, error) {
	for {
		text := s.Update(v.result)
		data, err := os.ReadFile(s.Name)
		if err != nil || text == string(data) {
			return v, err
		}
		if err := replaceFile(s.Name, data, []byte(text)); err != nil {
			return v, err
		}
		if s, err = c.readScenario(s.Name); err != nil {
			return v, err
		}
		file := v.file
		v = c.runScenario(f, s)
		v.file = file
	}
}

// tellScenario prints the outcome of one scenario.
func (c *command) tellScenario(f scenarioFlags, v verdict) {
	if f.verbose {
		fmt.Fprint(c.Stdout, v.result.Output)
	}
	if v.failure != nil {
		fmt.Fprintf(c.Stdout, "FAIL  %s  seed %d\n", v.file, max(v.result.Seed, 1))
		var all config.Errors
		if errors.As(v.failure, &all) {
			fmt.Fprint(c.Stderr, all.Text())
			return
		}
		fmt.Fprintln(c.Stderr, strings.TrimRight(v.failure.Error(), "\n"))
		return
	}
	what := fmt.Sprintf("seed %d", v.result.Seed)
	if f.explore > 0 {
		what = fmt.Sprintf("seeds %d to %d", f.seed, f.seed+uint64(f.explore)-1)
	} else {
		what += fmt.Sprintf("  %s virtual, %d events", v.result.Elapsed, len(v.result.Events))
	}
	fmt.Fprintf(c.Stdout, "ok    %s  %s\n", v.file, what)
}

// codeOfScenario is the exit code that a failure stands for.
func codeOfScenario(err error) int {
	var unmet *scenario.UnmetError
	var command *scenario.CommandError
	var mistakes config.Errors
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &mistakes):
		return ExitUsage
	case errors.As(err, &unmet), errors.As(err, &command):
		return ExitUnmet
	}
	return ExitFailed
}
