// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"time"

	"mabeam.dev/internal/benchtab"
)

func main() { benchtab.Main(run) }

// settings are what the flags say.
type settings struct {
	effort
	idle, most, million int
	out, docs           string
	only                string
}

func run(args []string, stdout, stderr io.Writer) error {
	verbs := map[string]func(settings, io.Writer) error{"kernel": kernel, "million": million, "otp": otp, "plots": plots}
	verb := "kernel"
	if len(args) > 0 && verbs[args[0]] != nil {
		verb, args = args[0], args[1:]
	}
	var s settings
	flags := benchtab.NewCommand("bench kernel|million|otp|plots", stderr)
	flags.IntVar(&s.rounds, "rounds", 11, "interleaved rounds; each figure is their median")
	flags.Float64Var(&s.part, "part", 1, "part of the usual number of operations in a round")
	flags.IntVar(&s.idle, "idle", 100_000, "idle processes for the memory figure")
	flags.IntVar(&s.most, "most", 1_000_000, "kernel: with how many processes alive the growth of costs is measured, at most")
	flags.IntVar(&s.million, "n", 1_000_000, "million: how many processes")
	flags.StringVar(&s.only, "only", "", "kernel, otp: measure only what has this in its name")
	flags.StringVar(&s.docs, "docs", "docs", "plots: folder of performance.md and plots/")
	if err := flags.Read(args, func() bool { return s.rounds > 0 && s.part > 0 && s.idle > 0 && s.million > 0 }); err != nil {
		return err
	}
	s.out = flags.Out
	return flags.Profiled(func() error { return verbs[verb](s, stdout) })
}

// effort is how long the measuring may take.
type effort struct {
	rounds int
	part   float64
}

// ops returns how many operations of the usual number a round has.
func (e effort) ops(usual int) int { return max(10, int(float64(usual)*e.part)) }

func report(t *benchtab.Table, s settings, w io.Writer) error { return t.Report(w, s.out, time.Now()) }
