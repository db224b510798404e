// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"strings"
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

// bench is one run.
type bench struct {
	rounds int
	quick  bool
	many   bool
	table  *benchtab.Table
}

// measures are in the order of the table.
var measures = []struct {
	name string
	rows func(*bench) error
}{
	{"wdp", (*bench).wdp},
	{"wdp payments", (*bench).payments},
	{"wdp stretch", (*bench).stretch},
	{"ledger", (*bench).ledger},
	{"auctioneer", (*bench).auctioneer},
	{"auctions", (*bench).auctions},
	{"order book", (*bench).orderbook},
	{"pricing", (*bench).pricing},
}

func run(args []string, stdout, stderr io.Writer) (err error) {
	b := bench{table: benchtab.New("market")}
	var out, only, profile string
	flags := flag.NewFlagSet("market", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&b.rounds, "rounds", 5, "times that each thing is measured; each figure is their median")
	flags.BoolVar(&b.quick, "quick", false, "only what takes little time")
	flags.BoolVar(&b.many, "many", false, "measure a hundred thousand open auctions in place of up to ten thousand")
	flags.StringVar(&out, "out", "out/bench", "folder of the JSON file")
	flags.StringVar(&only, "only", "", "measure only what has this in its name")
	flags.StringVar(&profile, "cpuprofile", "", "write a profile of the processor's time to this file")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	if flags.NArg() > 0 || b.rounds < 1 {
		fmt.Fprintf(stderr, "market: unknown %q, or a flag that is not positive\n", flags.Args())
		return errUsage
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for _, m := range measures {
		if strings.Contains(m.name, only) {
			if err := m.rows(&b); err != nil {
				return fmt.Errorf("market: %s: %w", m.name, err)
			}
		}
	}
	return b.table.Report(stdout, out, time.Now())
}

func (b *bench) row(measure string, value float64, unit string, goal benchtab.Goal) {
	b.table.Add(benchtab.Row{Measure: measure, Value: value, Unit: unit, Goal: goal})
}
