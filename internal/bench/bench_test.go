// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/benchtab"
)

// bench runs one verb with as little work as there can be.
func bench(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var out, errs strings.Builder
	args = append(args, "-rounds", "1", "-part", "0.0001", "-idle", "50", "-n", "50", "-most", "10000", "-out", dir)
	require.NoError(t, run(args, &out, &errs))
	assert.Empty(t, errs.String())
	return out.String()
}

func read(t *testing.T, dir, name string) benchtab.Result {
	t.Helper()
	r, err := benchtab.Read(filepath.Join(dir, name+".json"))
	require.NoError(t, err)
	return r
}

func TestTheKernelIsMeasuredInEveryRowThatHasAGoal(t *testing.T) {
	dir := t.TempDir()
	out := bench(t, dir, "kernel")
	r := read(t, dir, "kernel")
	for _, measure := range []string{
		"tell", "tell, allocations", "tell, 8 pairs of processes", "ping-pong round trip",
		"call from a goroutine", "call from a goroutine, allocations", "call from a process", "call from a process, allocations",
		"supervised start with its Init", "supervised start with its Init, beside overlapping spawns", "supervised start with its Init, time", "crash to restarted and initialised",
		"idle supervised process", "table lookup by key", "table lookup by key, allocations", "process by name", "process by name, allocations",
		"members of a group of 8", "members of a group of 8, allocations",
	} {
		row, ok := r.Row(measure)
		if assert.True(t, ok, measure) {
			_, known := row.Met()
			assert.True(t, known, measure)
			assert.Contains(t, out, measure)
		}
	}
	growing := read(t, dir, "scaling")
	assert.Len(t, growing.Rows, 11)
	for _, row := range growing.Rows {
		_, n, ok := splitAlive(row.Measure)
		assert.True(t, ok, row.Measure)
		assert.InDelta(t, 10_000, n, 0)
	}
}

func TestOneMeasureAloneCanBeProfiled(t *testing.T) {
	dir := t.TempDir()
	profile := filepath.Join(dir, "cpu.prof")
	bench(t, dir, "kernel", "-only", "ping", "-cpuprofile", profile)
	assert.Len(t, read(t, dir, "kernel").Rows, 1)
	info, err := os.Stat(profile)
	require.NoError(t, err)
	assert.Positive(t, info.Size())
	assert.ErrorContains(t, run([]string{"kernel", "-only", "nothing", "-out", dir}, io.Discard, io.Discard), "nothing was measured")
}

func TestTheCrowdIsStartedToldAndStopped(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "off") // the limit is one of the whole program
	dir := t.TempDir()
	bench(t, dir, "million")
	r := read(t, dir, "million")
	for _, measure := range []string{"start, each", "message, each", "stop, each", "idle process, started", "idle process, after a message"} {
		_, ok := r.Row(measure)
		assert.True(t, ok, measure)
	}
}

func TestTheComparisonWithErlangHasEveryMeasure(t *testing.T) {
	for _, program := range []string{"erl", "erlc"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("Erlang is not installed: no program " + program + " on PATH")
		}
	}
	dir := t.TempDir()
	bench(t, dir, "otp")
	r := read(t, dir, "otp")
	assert.Len(t, r.Rows, len(peerMeasures)+1)
	assert.Contains(t, r.Env.Peer, "Erlang/OTP")
	for _, row := range r.Rows {
		_, ok := row.Ratio()
		assert.True(t, ok, row.Measure)
	}
}

func TestWhereErlangIsMissingTheComparisonSaysSoAndSucceeds(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	dir := t.TempDir()
	assert.Contains(t, bench(t, dir, "otp"), "SKIPPED")
	assert.NoFileExists(t, filepath.Join(dir, "otp.json"))
}

func TestAWrongCommandLineIsRefused(t *testing.T) {
	for _, args := range [][]string{{"nothing"}, {"kernel", "-rounds", "0"}, {"-what"}, {"otp", "-part", "-1"}} {
		var errs strings.Builder
		require.ErrorIs(t, run(args, io.Discard, &errs), benchtab.ErrUsage)
		assert.Contains(t, errs.String(), "-rounds")
	}
}

// texts parses a picture and returns all its texts, one a line.
func texts(t *testing.T, svg []byte) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	var out strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		require.NoError(t, err)
		if data, ok := token.(xml.CharData); ok {
			out.WriteString(string(data) + "\n")
		}
	}
}

func TestThePageAndItsPicturesAreWhatTheRowsSay(t *testing.T) {
	files, err := document("../../docs")
	require.NoError(t, err)
	for _, f := range files {
		got, err := os.ReadFile(f.path)
		require.NoError(t, err)
		assert.Equal(t, string(f.data), string(got), "%s: run 'make plots'", f.path)
		name, isPicture := strings.CutSuffix(filepath.Base(f.path), ".svg")
		if !isPicture {
			continue
		}
		shown := texts(t, got)
		for _, row := range read(t, "../../docs/plots", name).Rows {
			measure := row.Measure
			if _, known := row.Met(); !known && name == "cognitive" {
				continue // its picture has the rows with a goal
			}
			if operation, _, ok := splitAlive(measure); ok {
				measure = operation
			} else if operation, _, ok := benchtab.SplitAmong(measure); ok {
				measure = operation
			}
			assert.Contains(t, shown, "\n"+measure, name)
		}
	}
}

func TestRowsThatWereNotMeasuredAgainStay(t *testing.T) {
	docs, out := t.TempDir(), t.TempDir()
	page, err := os.ReadFile("../../docs/performance.md")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(docs, "performance.md"), page, 0o644))
	tab := func(value float64) {
		tab := benchtab.New("otp")
		tab.Add(benchtab.Row{Measure: "tell", Value: value, Unit: "ns", Baseline: 100, BaselineName: "Erlang/OTP", Goal: benchtab.RatioAtMost(1)})
		require.NoError(t, tab.Report(io.Discard, out, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)))
	}
	plot := func() (string, string) {
		var said strings.Builder
		require.NoError(t, run([]string{"plots", "-out", out, "-docs", docs}, &said, io.Discard))
		text, err := os.ReadFile(filepath.Join(docs, "performance.md"))
		require.NoError(t, err)
		return string(text), said.String()
	}
	tab(50)
	text, said := plot()
	assert.Contains(t, text, "| tell | 50 ns | 100 ns, Erlang/OTP | 0.50x | <= 1x | yes |")
	assert.Contains(t, text, "](plots/otp.svg)")
	assert.Contains(t, said, "kernel was not measured")

	require.NoError(t, os.Remove(filepath.Join(out, "otp.json")))
	again, said := plot()
	assert.Equal(t, text, again)
	assert.Contains(t, said, "otp was not measured")

	tab(70)
	text, _ = plot()
	assert.Contains(t, text, "| tell | 70 ns |")
	assert.NotContains(t, text, "| tell | 50 ns |")
}

func TestAPageWithoutItsMarksIsNamed(t *testing.T) {
	_, err := replaceBlock([]byte("# Performance\n"), "kernel", "rows")
	require.ErrorContains(t, err, "bench kernel")
	_, err = replaceBlock([]byte("<!-- bench kernel: written by make plots, do not edit -->\n"), "kernel", "rows")
	require.ErrorContains(t, err, "bench end")
}

func TestNumbersAreWrittenForReaders(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 123456: "123,456", 1_000_000: "1,000,000"} {
		assert.Equal(t, want, thousands(n))
		operation, got, ok := splitAlive(alive("stop, and start", n))
		assert.Equal(t, n > 0, ok)
		if ok {
			assert.Equal(t, "stop, and start", operation)
			assert.InDelta(t, n, got, 0)
		}
	}
	peak, ok := highWater("Name:\tbench\nVmPeak:\t  99 kB\nVmHWM:\t    2048 kB\n")
	assert.True(t, ok)
	assert.InDelta(t, 2<<20, peak, 0)
	_, ok = highWater("Name:\tbench\n")
	assert.False(t, ok)
}
