// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sample() *Table {
	t := New("kernel")
	t.Add(Row{Measure: "tell", Value: 61.234, Unit: "ns/op", Baseline: 58, BaselineName: "raw send", Goal: RatioAtMost(1.15)})
	t.Add(Row{Measure: "tell, allocations", Value: 0, Unit: "allocs/op", Goal: ValueAtMost(0)})
	t.Add(Row{Measure: "call", Value: 900, Unit: "ns/op", Baseline: 300, BaselineName: "channel round trip", Goal: RatioAtMost(2)})
	t.Add(Row{Measure: "idle process", Value: 1234.5, Unit: "bytes"})
	return t
}

func TestTableAndFileHoldTheSameRows(t *testing.T) {
	var out strings.Builder
	dir := filepath.Join(t.TempDir(), "new", "bench")
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	require.NoError(t, sample().Report(&out, dir, at))
	const want = `measure            value  unit       baseline                  ratio  goal      met
tell               61.23  ns/op      58 (raw send)             1.06x  <= 1.15x  yes
tell, allocations  0      allocs/op  -                         -      <= 0      yes
call               900    ns/op      300 (channel round trip)  3.00x  <= 2x     NO
idle process       1235   bytes      -                         -      -         -
`
	assert.Contains(t, out.String(), want)

	data, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	require.NoError(t, err)
	var got struct {
		Name, Machine, Go, Protoactor string
		Cores                         int
		Rows                          []map[string]any
	}
	require.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, "kernel", got.Name)
	assert.NotEmpty(t, got.Machine)
	assert.NotEmpty(t, got.Protoactor)
	assert.Positive(t, got.Cores)
	require.Len(t, got.Rows, 4)
	assert.InDelta(t, 61.234/58, got.Rows[0]["ratio"], 1e-12)
	assert.Equal(t, true, got.Rows[0]["met"])
	assert.Equal(t, "<= 1.15x", got.Rows[0]["goal"])
	assert.Equal(t, false, got.Rows[2]["met"])
	for _, key := range []string{"baseline", "ratio", "goal", "met"} {
		assert.Contains(t, got.Rows[3], key)
		assert.Nil(t, got.Rows[3][key], key)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 1, "no temporary file may stay behind")
}

func TestMissedNamesExactlyTheRowsBeyondTheirGoal(t *testing.T) {
	missed := sample().Missed()
	require.Len(t, missed, 1)
	assert.Equal(t, "call", missed[0].Measure)

	lower := New("x")
	lower.Add(Row{Measure: "rate", Value: 9, Unit: "/s", Goal: ValueAtLeast(10)})
	lower.Add(Row{Measure: "speed-up", Value: 30, Unit: "/s", Baseline: 10, BaselineName: "old", Goal: RatioAtLeast(3)})
	missed = lower.Missed()
	require.Len(t, missed, 1)
	assert.Equal(t, "rate", missed[0].Measure)
}

func TestBrokenMeasurementsCannotBeReported(t *testing.T) {
	good := Row{Measure: "m", Value: 1, Unit: "ns"}
	cases := map[string]struct {
		change func(*Row)
		want   string
	}{
		"not a number":          {func(r *Row) { r.Value = math.NaN() }, "not a finite number"},
		"infinite baseline":     {func(r *Row) { r.Baseline, r.BaselineName = math.Inf(1), "b" }, "not a finite number"},
		"no unit":               {func(r *Row) { r.Unit = "" }, "unit"},
		"no name":               {func(r *Row) { r.Measure = "" }, "no name"},
		"nameless baseline":     {func(r *Row) { r.Baseline = 2 }, "baseline has no name"},
		"ratio of nothing":      {func(r *Row) { r.Goal = RatioAtMost(1) }, "needs a baseline"},
		"measure of same name":  {func(r *Row) { r.Measure = "other" }, "twice"},
		"several in one report": {func(r *Row) { r.Unit, r.Value = "", math.NaN() }, "unit"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			row := good
			c.change(&row)
			tab := New("t")
			tab.Add(Row{Measure: "other", Value: 1, Unit: "ns"})
			tab.Add(row)
			dir := t.TempDir()
			err := tab.Report(&strings.Builder{}, dir, time.Time{})
			require.ErrorContains(t, err, c.want)
			assert.NoFileExists(t, filepath.Join(dir, "t.json"))
			_, isRow := errors.AsType[*RowError](err)
			assert.True(t, isRow)
		})
	}
	assert.ErrorContains(t, New("t").Validate(), "nothing was measured")
	assert.ErrorContains(t, New("../t").Validate(), "file name")
}

func TestProcessorModelIsReadFromTheSystemsList(t *testing.T) {
	assert.Equal(t, "Fast CPU @ 3GHz", cpuModel("processor\t: 0\nmodel name\t: Fast CPU @ 3GHz\nmodel name\t: second\n"))
	assert.Empty(t, cpuModel("Features\t: fp asimd\n"))
}

func TestAFileReadsBackAsItsTable(t *testing.T) {
	tab := sample()
	tab.Add(Row{Measure: "rate", Value: 9, Unit: "/s", Goal: ValueAtLeast(10.5)})
	tab.Against("the peer")
	dir := t.TempDir()
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	require.NoError(t, tab.Report(&strings.Builder{}, dir, at))
	got, err := Read(filepath.Join(dir, "kernel.json"))
	require.NoError(t, err)
	env := Here()
	env.Peer = "the peer"
	assert.Equal(t, Result{Name: "kernel", At: at, Env: env, Rows: tab.rows}, got)
	row, ok := got.Row("call")
	assert.True(t, ok)
	assert.InDelta(t, 900, row.Value, 0)
	_, ok = got.Row("nothing")
	assert.False(t, ok)
}

func TestAFileThatCannotBeRightIsRefused(t *testing.T) {
	_, err := Read(filepath.Join(t.TempDir(), "none.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
	for content, want := range map[string]string{
		`{`:            "unexpected end",
		`{"name":"a"}`: "nothing was measured",
		`{"name":"a","rows":[{"measure":"m","value":1,"unit":"s","goal":"under 3"}]}`: "want <= or >=",
		`{"name":"a","rows":[{"measure":"m","value":1,"unit":"s","goal":"<= x"}]}`:    "invalid syntax",
		`{"name":"a","rows":[{"measure":"m","value":1,"unit":"s","goal":"<= 2x"}]}`:   "needs a baseline",
	} {
		_, err := decode("a.json", []byte(content))
		assert.ErrorContains(t, err, want)
	}
}

func TestShareIsTheGoalInBaselines(t *testing.T) {
	share := func(r Row) any {
		if s, ok := r.Share(); ok {
			return s
		}
		return nil
	}
	assert.Equal(t, 1.5, share(Row{Value: 1, Baseline: 2, Goal: RatioAtMost(1.5)}))
	assert.Equal(t, 4.0, share(Row{Value: 1, Baseline: 2, Goal: ValueAtMost(8)}))
	assert.Nil(t, share(Row{Value: 1, Baseline: 2}))
	assert.Nil(t, share(Row{Value: 1, Goal: ValueAtMost(8)}))
}

func TestSpentIsOneExactlyAtTheGoal(t *testing.T) {
	for _, c := range []struct {
		row  Row
		want float64
	}{
		{Row{Value: 3, Baseline: 2, Goal: RatioAtMost(1.5)}, 1},
		{Row{Value: 3, Baseline: 2, Goal: RatioAtMost(3)}, 0.5},
		{Row{Value: 512, Goal: ValueAtMost(1024)}, 0.5},
		{Row{Value: 0, Goal: ValueAtMost(0)}, 0},
		{Row{Value: 1, Goal: ValueAtMost(0)}, math.Inf(1)},
		{Row{Value: 20, Goal: ValueAtLeast(10)}, 0.5},
	} {
		got, ok := c.row.Spent()
		assert.True(t, ok)
		assert.Equal(t, c.want, got)
		met, _ := c.row.Met()
		assert.Equal(t, got <= 1, met)
	}
	_, ok := Row{Value: 1}.Spent()
	assert.False(t, ok)
}
