// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
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
	growth    *benchtab.Table
}

// firstSeed is that of the first run of each comparison; the others follow it.
const firstSeed = 1000

// growth is the measure that has a table of its own.
const growth = "growth"

// measures are in the order of the tables.
var measures = []benchtab.Measure[bench]{
	{Name: "published", Rows: (*bench).published},
	{Name: "bandits", Rows: (*bench).bandits},
	{Name: "ensembles", Rows: (*bench).ensembles},
	{Name: "teams", Rows: (*bench).teams},
	{Name: "optimisers", Rows: (*bench).optimisers},
	{Name: "drift", Rows: (*bench).drift},
	{Name: "stability", Rows: (*bench).stability},
	{Name: "costs", Rows: (*bench).costs},
	{Name: "reads", Rows: (*bench).reads},
	{Name: "commits", Rows: (*bench).commits},
	{Name: "feedback", Rows: (*bench).feedback},
	{Name: "overhead", Rows: (*bench).overhead},
	{Name: "votes", Rows: (*bench).votes},
	{Name: "memory", Rows: (*bench).memory},
	{Name: growth, Rows: (*bench).grow},
}

func run(args []string, stdout, stderr io.Writer) error {
	b := bench{table: benchtab.New("cognitive"), growth: benchtab.New("variables")}
	flags := benchtab.NewCommand("cognitive", stderr)
	flags.IntVar(&b.runs, "runs", 200, "seeds of each comparison")
	flags.IntVar(&b.rounds, "rounds", 5, "times that each duration is measured; each figure is their median")
	flags.Quick(&b.quick)
	flags.StringVar(&b.reference, "reference", "cognitive/testdata/reference", "folder of the published figures")
	only := flags.Only()
	if err := flags.Read(args, func() bool { return b.runs > 1 && b.rounds > 0 }); err != nil {
		return err
	}
	done, err := benchtab.Do(flags, &b, measures, *only)
	if err != nil {
		return err
	}
	now, grown := time.Now(), slices.Contains(done, growth)
	if !grown || len(done) > 1 {
		if err := b.table.Report(stdout, flags.Out, now); err != nil {
			return err
		}
	}
	if grown {
		return b.growth.Report(stdout, flags.Out, now)
	}
	return nil
}

func (b *bench) row(measure string, value float64, unit string, goal benchtab.Goal) {
	b.table.Note(measure, value, unit, goal)
}

// interval adds a row for the median of what several windows or rounds gave, and one for the end of its 95 % interval that is held against the goal.
func (b *bench) interval(measure string, samples []float64, unit string, goal benchtab.Goal) {
	rng := rand.New(rand.NewPCG(95, uint64(len(samples))))
	medians := make([]float64, resamples)
	again := make([]float64, len(samples))
	for i := range medians {
		for j := range again {
			again[j] = samples[rng.IntN(len(samples))]
		}
		medians[i] = middleOf(again)
	}
	low, high := ends(medians)
	b.row(fmt.Sprintf("%s, median of %d", measure, len(samples)), middleOf(samples), unit, benchtab.Goal{})
	if strings.HasPrefix(goal.String(), ">=") {
		b.row(measure+", lower end of 95 %", low, unit, goal)
		return
	}
	b.row(measure+", upper end of 95 %", high, unit, goal)
}

// many is how many of the usual number of operations are done.
func (b *bench) many(usual int) int {
	if b.quick {
		return int(math.Max(10, float64(usual)/1000))
	}
	return usual
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
func (b *bench) median(do func() error) (float64, error) { return benchtab.Rounds(b.rounds, do) }
