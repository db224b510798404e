// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"time"

	"mabeam.dev/internal/benchtab"
)

// errUsage is returned for a command line that says what is not known; what is known has been printed.
var errUsage = errors.New("usage")

func main() {
	switch err := run(os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// settings are what the flags say.
type settings struct {
	effort
	idle, most, million int
	out, docs           string
	only, profile       string
}

func run(args []string, stdout, stderr io.Writer) error {
	verbs := map[string]func(settings, io.Writer) error{"kernel": kernel, "million": million, "otp": otp, "plots": plots}
	verb := "kernel"
	if len(args) > 0 && verbs[args[0]] != nil {
		verb, args = args[0], args[1:]
	}
	var s settings
	flags := flag.NewFlagSet("bench kernel|million|otp|plots", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&s.rounds, "rounds", 11, "interleaved rounds; each figure is their median")
	flags.Float64Var(&s.part, "part", 1, "part of the usual number of operations in a round")
	flags.IntVar(&s.idle, "idle", 100_000, "idle processes for the memory figure")
	flags.IntVar(&s.most, "most", 1_000_000, "kernel: with how many processes alive the growth of costs is measured, at most")
	flags.IntVar(&s.million, "n", 1_000_000, "million: how many processes")
	flags.StringVar(&s.out, "out", "out/bench", "folder of the JSON files")
	flags.StringVar(&s.only, "only", "", "kernel, otp: measure only what has this in its name")
	flags.StringVar(&s.profile, "cpuprofile", "", "write a profile of the processor's time to this file")
	flags.StringVar(&s.docs, "docs", "docs", "plots: folder of performance.md and plots/")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	if flags.NArg() > 0 || s.rounds < 1 || s.part <= 0 || s.idle < 1 || s.million < 1 {
		fmt.Fprintf(stderr, "bench: unknown %q, or a flag that is not positive\n", flags.Args())
		flags.Usage()
		return errUsage
	}
	if s.profile == "" {
		return verbs[verb](s, stdout)
	}
	file, err := os.Create(s.profile)
	if err != nil {
		return fmt.Errorf("bench: profile: %w", err)
	}
	err = pprof.StartCPUProfile(file)
	if err == nil {
		err = verbs[verb](s, stdout)
		pprof.StopCPUProfile()
	}
	return errors.Join(err, file.Close())
}

// effort is how long the measuring may take.
type effort struct {
	rounds int
	part   float64
}

// ops returns how many operations of the usual number a round has.
func (e effort) ops(usual int) int { return max(10, int(float64(usual)*e.part)) }

func report(t *benchtab.Table, s settings, w io.Writer) error { return t.Report(w, s.out, time.Now()) }
