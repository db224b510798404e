// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
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
var measures = []benchtab.Measure[bench]{
	{Name: "wdp", Rows: (*bench).wdp},
	{Name: "wdp payments", Rows: (*bench).payments},
	{Name: "wdp stretch", Rows: (*bench).stretch},
	{Name: "ledger", Rows: (*bench).ledger},
	{Name: "auctioneer", Rows: (*bench).auctioneer},
	{Name: "auctions", Rows: (*bench).auctions},
	{Name: "order book", Rows: (*bench).orderbook},
	{Name: "books", Rows: (*bench).books},
	{Name: "pricing", Rows: (*bench).pricing},
	{Name: "reputation", Rows: (*bench).reputation},
}

func run(args []string, stdout, stderr io.Writer) error {
	b := bench{table: benchtab.New("market")}
	flags := benchtab.NewCommand("market", stderr)
	flags.IntVar(&b.rounds, "rounds", 5, "times that each thing is measured; each figure is their median")
	flags.Quick(&b.quick)
	only := flags.Only()
	if err := flags.Read(args, func() bool { return b.rounds > 0 }); err != nil {
		return err
	}
	if _, err := benchtab.Do(flags, &b, measures, *only); err != nil {
		return err
	}
	return b.table.Report(stdout, flags.Out, time.Now())
}

func (b *bench) row(measure string, value float64, unit string, goal benchtab.Goal) {
	b.table.Note(measure, value, unit, goal)
}
