// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"mabeam.dev/internal/benchtab"
)

func main() { benchtab.Main(run) }

// bench is one run.
type bench struct {
	rounds int
	quick  bool
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
	{"books", (*bench).books},
	{"pricing", (*bench).pricing},
	{"reputation", (*bench).reputation},
}

func run(args []string, stdout, stderr io.Writer) (err error) {
	b := bench{table: benchtab.New("market")}
	var only string
	flags := benchtab.NewCommand("market", stderr)
	flags.IntVar(&b.rounds, "rounds", 5, "times that each thing is measured; each figure is their median")
	flags.BoolVar(&b.quick, "quick", false, "only what takes little time")
	flags.StringVar(&only, "only", "", "measure only what has this in its name")
	if err := flags.Read(args, func() bool { return b.rounds > 0 }); err != nil {
		return err
	}
	if err := flags.Profiled(func() error {
		for _, m := range measures {
			if strings.Contains(m.name, only) {
				if err := m.rows(&b); err != nil {
					return fmt.Errorf("market: %s: %w", m.name, err)
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return b.table.Report(stdout, flags.Out, time.Now())
}

func (b *bench) row(measure string, value float64, unit string, goal benchtab.Goal) {
	b.table.Add(benchtab.Row{Measure: measure, Value: value, Unit: unit, Goal: goal})
}
