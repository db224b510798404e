// SPDX-License-Identifier: Apache-2.0

package zlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHandlerPassesSlogtest(t *testing.T) {
	var out bytes.Buffer
	slogtest.Run(t, func(*testing.T) slog.Handler {
		out.Reset()
		return New(&out, Options{})
	}, func(t *testing.T) map[string]any {
		var record map[string]any
		require.NoError(t, json.Unmarshal(out.Bytes(), &record), "%s", out.String())
		return record
	})
}

var at = time.Date(2026, 1, 2, 3, 4, 5, 678900000, time.UTC)

func handle(t *testing.T, h slog.Handler, msg string, attrs ...slog.Attr) {
	t.Helper()
	r := slog.NewRecord(at, slog.LevelWarn, msg, 0)
	r.AddAttrs(attrs...)
	require.NoError(t, h.Handle(t.Context(), r))
}

type loud struct{}

func (loud) Error() string { panic("not today") }

type shy struct{}

func (shy) LogValue() slog.Value { return slog.GroupValue(slog.Int("a", 1), slog.Group("empty")) }

type point struct{ X, Y int }

func TestValuesKeepTheirMeaning(t *testing.T) {
	var out bytes.Buffer
	handle(t, New(&out, Options{}), "said \"so\"\n",
		slog.Duration("took", 1500*time.Millisecond),
		slog.Time("when", at),
		slog.Any("err", errors.New("disk full")),
		slog.Any("loud", loud{}),
		slog.Any("nothing", nil),
		slog.Any("point", point{1, 2}),
		slog.Any("channel", make(chan int)),
		slog.Any("shy", shy{}),
		slog.Float64("nan", math.NaN()),
		slog.Uint64("big", math.MaxUint64),
		slog.Group("", slog.Int("inlined", 1)),
		slog.Int("", 7),
	)
	assert.Equal(t, `{"time":"2026-01-02T03:04:05.6789Z","level":"warn","msg":"said \"so\"\n","took":"1.5s",`+
		`"when":"2026-01-02T03:04:05.6789Z","err":"disk full","loud":"!PANIC in zlog.loud: not today","nothing":null,`+
		`"point":{"X":1,"Y":2},"channel":"!ERROR in chan int: json: unsupported type: chan int","shy":{"a":1},`+
		`"nan":"NaN","big":18446744073709551615,"inlined":1,"":7}`+"\n", out.String())
}

func TestGroupsNestAndEmptyOnesVanish(t *testing.T) {
	var out bytes.Buffer
	h := New(&out, Options{}).WithAttrs([]slog.Attr{slog.Int("a", 1)}).WithGroup("g").WithGroup("h")
	handle(t, h, "empty")
	handle(t, h.WithAttrs([]slog.Attr{slog.Int("b", 2)}).WithGroup("i"), "full", slog.Int("c", 3))
	const head = `{"time":"2026-01-02T03:04:05.6789Z","level":"warn","msg":`
	assert.Equal(t, head+`"empty","a":1}`+"\n"+head+`"full","a":1,"g":{"h":{"b":2,"i":{"c":3}}}}`+"\n", out.String())
}

func TestDerivedHandlersDoNotShareAttributes(t *testing.T) {
	var out bytes.Buffer
	base := New(&out, Options{}).WithAttrs([]slog.Attr{slog.Int("a", 1)})
	left := base.WithAttrs([]slog.Attr{slog.Int("l", 1)})
	_ = base.WithAttrs([]slog.Attr{slog.Int("r", 1)})
	handle(t, left, "x")
	assert.NotContains(t, out.String(), `"r"`)
	assert.Contains(t, out.String(), `"a":1,"l":1`)
}

func TestTextIsOneReadableLine(t *testing.T) {
	var out bytes.Buffer
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	h := New(&out, Options{Format: Text})
	handle(t, h.WithGroup("g"), "child restarted", slog.String("path", "/app/db"), slog.String("why", "two words"))
	assert.Equal(t, `03:04:05.678 WRN child restarted g={"path":"/app/db","why":"two words"}`+"\n", out.String())
	out.Reset()
	handle(t, h, "child restarted", slog.String("path", "/app/db"), slog.String("why", "two words"))
	assert.Equal(t, `03:04:05.678 WRN child restarted path=/app/db why="two words"`+"\n", out.String())
}

func TestAutoIsJSONWhereThereIsNoTerminal(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "log")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	handle(t, New(f, Options{}), "x")
	data, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	assert.True(t, json.Valid(data), "%s", data)
}

func TestLevelCanChangeWhileRunning(t *testing.T) {
	var level slog.LevelVar
	h := New(&bytes.Buffer{}, Options{Level: &level})
	assert.False(t, h.Enabled(t.Context(), slog.LevelDebug))
	level.Set(slog.LevelDebug)
	assert.True(t, h.Enabled(t.Context(), slog.LevelDebug))
	assert.False(t, New(&bytes.Buffer{}, Options{}).Enabled(t.Context(), slog.LevelDebug), "the default is Info")
}

func TestSourceNamesTheCaller(t *testing.T) {
	var out bytes.Buffer
	slog.New(New(&out, Options{Source: true})).Info("here")
	assert.Contains(t, out.String(), "handler_test.go:")
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriteErrorsReachTheCaller(t *testing.T) {
	for _, format := range []Format{JSON, Text} {
		err := New(brokenPipe{}, Options{Format: format}).Handle(t.Context(), slog.NewRecord(at, 0, "x", 0))
		require.ErrorIs(t, err, os.ErrClosed)
	}
}

// lines fails on a write that is not exactly one line.
type lines struct {
	t *testing.T
	n int
}

func (l *lines) Write(p []byte) (int, error) {
	if !json.Valid(p) || bytes.Count(p, []byte("\n")) != 1 {
		l.t.Errorf("not one line: %q", p)
	}
	l.n++
	return len(p), nil
}

func TestConcurrentRecordsNeverMix(t *testing.T) {
	out := &lines{t: t}
	logger := slog.New(New(out, Options{}))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			l := logger.With("worker", i).WithGroup("g")
			for n := range 200 {
				l.Info("x", "n", n, "long", strings.Repeat("y", n))
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 1600, out.n)
}
