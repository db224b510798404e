// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plainJob is a job that shows progress without a node.
func plainJob(total int) *job { return &job{total: total, tally: &tally{}} }

func TestProgressSaysShareRateAndWhatIsLeft(t *testing.T) {
	j := plainJob(400)
	assert.Equal(t, "  0%  0/400  0/s  crashes 0  restarts 0", j.plain(state{}, time.Second))
	j.tally.crashes.Store(16)
	j.tally.restarts.Store(15)
	assert.Equal(t, " 66%  264/400  26/s  crashes 16  restarts 15  dead 4  eta 5s", j.plain(state{done: 260, dead: 4}, 10*time.Second))
	assert.Equal(t, "100%  400/400  40/s  crashes 16  restarts 15", j.plain(state{done: 399, cancelled: 1}, 10*time.Second))
	assert.Equal(t, "7 done  1/s  crashes 16  restarts 15", (&job{tally: j.tally}).plain(state{done: 7, open: 3}, 7*time.Second), "a total that is not known is not made up")
}

func TestBarFitsIntoEveryWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(0, 1_000_000).Draw(t, "total")
		s := state{done: rapid.IntRange(0, max(total, 5)).Draw(t, "done"), dead: rapid.IntRange(0, 3).Draw(t, "dead")}
		width := rapid.IntRange(1, 300).Draw(t, "width")
		j := plainJob(total)
		j.tally.crashes.Store(rapid.Int64Range(0, 100_000).Draw(t, "crashes"))
		bar := j.bar(s, time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "since")), width)
		if len(bar) >= width {
			t.Fatalf("%d columns in a terminal of %d: %q", len(bar), width, bar)
		}
		if strings.ContainsAny(bar, "\n\r\x1b") {
			t.Fatalf("control characters in %q", bar)
		}
	})
}

func TestBarAtThreeWidths(t *testing.T) {
	j := plainJob(400)
	s := state{done: 264}
	for width, want := range map[int]string{
		40:  " 66%  264/400  26/s  crashes 0  restart",
		80:  "[#################--------]   66%  264/400  26/s  crashes 0  restarts 0  eta 5s",
		200: "[####################----------]   66%  264/400  26/s  crashes 0  restarts 0  eta 5s",
	} {
		assert.Equal(t, want, j.bar(s, 10*time.Second, width), "%d columns", width)
	}
}

func TestDrawBarIsFullAtTheEndAlone(t *testing.T) {
	assert.Equal(t, "[----------]", drawBar(0, 10))
	assert.Equal(t, "[#####-----]", drawBar(0.5, 10))
	assert.Equal(t, "[##########]", drawBar(1, 10))
	assert.Equal(t, "[##########]", drawBar(7, 10), "more than everything is everything")
	assert.Equal(t, "[----------]", drawBar(-1, 10))
}

func TestScreenWithoutATerminalWritesPlainLines(t *testing.T) {
	var out bytes.Buffer
	s := newScreen(&out, "auto")
	require.Equal(t, "plain", s.mode)
	assert.Equal(t, 80, s.width())
	s.line("one")
	_, err := fmt.Fprintln(s.logs(), "two")
	require.NoError(t, err)
	s.clear()
	assert.Equal(t, "one\ntwo\n", out.String())
}

func TestLinesPushTheBarUp(t *testing.T) {
	var out bytes.Buffer
	s := newScreen(&out, "bar")
	s.draw("[##--]")
	s.line("a line")
	s.draw("[####]")
	_, err := fmt.Fprintln(logWriter{s}, "a log line")
	require.NoError(t, err)
	s.clear()
	const erase = "\r\x1b[K"
	assert.Equal(t, "[##--]"+erase+"a line\n[##--]"+erase+"[####]"+erase+"a log line\n[####]"+erase, out.String())
}
