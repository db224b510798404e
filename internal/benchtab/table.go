// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// Table collects the rows of one benchmark program, in order.
type Table struct {
	name string
	peer string
	rows []Row
}

// New returns an empty table. The name is that of the JSON file: letters, digits, '-' and '_' only (checked by Validate).
func New(name string) *Table { return &Table{name: name} }

// Add appends rows.
func (t *Table) Add(rows ...Row) { t.rows = append(t.rows, rows...) }

// Against says which program the baselines come from; see Env.Peer.
func (t *Table) Against(peer string) { t.peer = peer }

// Missed returns the rows whose goal is not reached.
func (t *Table) Missed() []Row {
	var out []Row
	for _, r := range t.rows {
		if met, known := r.Met(); known && !met {
			out = append(out, r)
		}
	}
	return out
}

// Validate returns all faults of all rows joined, each a *RowError, or nil.
func (t *Table) Validate() error {
	var errs []error
	if t.name == "" || strings.Trim(t.name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		errs = append(errs, fmt.Errorf("benchtab: report %q: the name is not usable as a file name", t.name))
	}
	if len(t.rows) == 0 {
		errs = append(errs, fmt.Errorf("benchtab: report %q: nothing was measured", t.name))
	}
	seen := map[string]bool{}
	for _, r := range t.rows {
		faults := r.faults()
		if seen[r.Measure] {
			faults = append(faults, "the measure is there twice")
		}
		seen[r.Measure] = true
		for _, f := range faults {
			errs = append(errs, &RowError{Table: t.name, Measure: r.Measure, Reason: f})
		}
	}
	return errors.Join(errs...)
}

// Render writes the aligned table.
func (t *Table) Render(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "measure\tvalue\tunit\tbaseline\tratio\tgoal\tmet")
	for _, r := range t.rows {
		baseline, ratio := "-", "-"
		if x, ok := r.Ratio(); ok {
			baseline = Figure(r.Baseline) + " (" + r.BaselineName + ")"
			ratio = strconv.FormatFloat(x, 'f', 2, 64) + "x"
		}
		goal := r.Goal.String()
		if goal == "" {
			goal = "-"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Measure, Figure(r.Value), r.Unit, baseline, ratio, goal, r.metWord())
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("benchtab: render %q: %w", t.name, err)
	}
	return nil
}

func (r Row) metWord() string {
	met, known := r.Met()
	switch {
	case !known:
		return "-"
	case met:
		return "yes"
	}
	return "NO"
}

// Figure writes a figure as the table does, with what a reader can use: whole numbers from 100 up, else two decimals at most.
func Figure(v float64) string {
	if math.Abs(v) >= 100 {
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	}
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// Report validates the table, prints it to w and writes dir/NAME.json; at is the time of the measurement. It prints the
// environment above the table, because a figure without its machine says little.
func (t *Table) Report(w io.Writer, dir string, at time.Time) error {
	if err := t.Validate(); err != nil {
		return err
	}
	env := Here()
	env.Peer = t.peer
	fmt.Fprintf(w, "%s: %s\n", t.name, env)
	if err := t.Render(w); err != nil {
		return err
	}
	data, err := t.encode(env, at)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, t.name+".json")
	if err := writeWhole(path, data); err != nil {
		return fmt.Errorf("benchtab: write %q: %w", path, err)
	}
	fmt.Fprintf(w, "rows written to %s\n", path)
	return nil
}

// writeWhole puts the data beside its place and renames it, so that a reader never sees half a file.
func writeWhole(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}
