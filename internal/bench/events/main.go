// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/benchtab"
)

func main() { benchtab.Main(run) }

// bench is one run.
type bench struct {
	appends, log int
	dir, only    string
	table        *benchtab.Table
}

func run(args []string, stdout, stderr io.Writer) (err error) {
	b := bench{table: benchtab.New("events")}
	flags := benchtab.NewCommand("events", stderr)
	flags.IntVar(&b.appends, "appends", 60_000, "events of each measure of appends")
	flags.IntVar(&b.log, "n", 200_000, "events in the log that is read and queried")
	flags.StringVar(&b.dir, "dir", "", "folder for the stores; empty means the system's folder for temporary files")
	flags.StringVar(&b.only, "only", "", "measure only what has this in its name: append, log, upkeep, beside")
	if err := flags.Read(args, func() bool { return b.appends > 0 && b.log > 0 }); err != nil {
		return err
	}
	if err := flags.Profiled(b.measure); err != nil {
		return err
	}
	return b.table.Report(stdout, flags.Out, time.Now())
}

func (b *bench) measure() error {
	for _, m := range []struct {
		name    string
		measure func(*sqlite.Store) error
	}{
		{"append, 64 appenders", func(s *sqlite.Store) error { return b.append(s, 64, 1, 12_000, 20) }},
		{"append, 512 appenders", func(s *sqlite.Store) error { return b.append(s, 512, 1, 25_000, 65) }},
		{"append, batches of 256", func(s *sqlite.Store) error { return b.append(s, 1, 256, 40_000, 0) }},
		{"log", b.reading},
		{"upkeep", b.upkeep},
		{"beside", b.beside},
	} {
		if !strings.Contains(m.name, b.only) {
			continue
		}
		if err := b.with(m.measure); err != nil {
			return fmt.Errorf("events: %s: %w", m.name, err)
		}
	}
	return nil
}

// with gives a measure a store of its own.
func (b *bench) with(measure func(*sqlite.Store) error) error {
	dir, err := os.MkdirTemp(b.dir, "bench-events-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	if err != nil {
		return err
	}
	return errors.Join(measure(store), store.Close())
}

func (b *bench) row(measure string, value float64, unit string, goal benchtab.Goal) {
	b.table.Add(benchtab.Row{Measure: measure, Value: value, Unit: unit, Goal: goal})
}
