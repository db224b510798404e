// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mabeam.dev/internal/benchtab"
)

func main() { benchtab.Main(run) }

// bench is one run.
type bench struct {
	runs      int
	rounds    int
	quick     bool
	reference string
	table     *benchtab.Table
}

// firstSeed is that of the first run of each comparison; the others follow it.
const firstSeed = 1000

// measures are in the order of the table.
var measures = []struct {
	name string
	rows func(*bench) error
}{
	{"published", (*bench).published},
	{"bandits", (*bench).bandits},
	{"ensembles", (*bench).ensembles},
	{"teams", (*bench).teams},
	{"optimisers", (*bench).optimisers},
	{"drift", (*bench).drift},
	{"costs", (*bench).costs},
	{"spaces", (*bench).spaces},
}

func run(args []string, stdout, stderr io.Writer) (err error) {
	b := bench{table: benchtab.New("cognitive")}
	var only string
	flags := benchtab.NewCommand("cognitive", stderr)
	flags.IntVar(&b.runs, "runs", 200, "seeds of each comparison")
	flags.IntVar(&b.rounds, "rounds", 5, "times that each duration is measured; each figure is their median")
	flags.BoolVar(&b.quick, "quick", false, "only what takes little time")
	flags.StringVar(&b.reference, "reference", "cognitive/testdata/reference", "folder of the published figures")
	flags.StringVar(&only, "only", "", "measure only what has this in its name")
	if err := flags.Read(args, func() bool { return b.runs > 1 && b.rounds > 0 }); err != nil {
		return err
	}
	if err := flags.Profiled(func() error {
		for _, m := range measures {
			if strings.Contains(m.name, only) {
				if err := m.rows(&b); err != nil {
					return fmt.Errorf("cognitive: %s: %w", m.name, err)
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

// load reads a file of published figures.
func (b *bench) load(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(b.reference, name))
}

func (b *bench) decode(name string, into any) error {
	data, err := b.load(name)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// median is the middle duration of the rounds, in milliseconds.
func (b *bench) median(do func() error) (float64, error) {
	var took []float64
	for range b.rounds {
		start := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(start).Seconds()*1000)
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
