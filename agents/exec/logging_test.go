// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

// logTo returns a logger without times, and what it has written.
func logTo() (*slog.Logger, *bytes.Buffer) {
	var out bytes.Buffer
	return slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})), &out
}

func TestLogMessagesKeepTheirLevelAndFields(t *testing.T) {
	logger, out := logTo()
	m := messages{to: logger, rate: -1}
	for _, word := range []string{"debug", "info", "warn", "error", "fatal", ""} {
		m.write(t.Context(), time.Time{}, protocol.Log{Level: word, Message: "m", Fields: []byte(`{"n":1}`)})
	}
	var levels []string
	for line := range strings.Lines(out.String()) {
		level, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		levels = append(levels, strings.TrimPrefix(level, "level="))
		assert.Equal(t, `msg=m stream=log fields="{\"n\":1}"`, rest)
	}
	assert.Equal(t, []string{"DEBUG", "INFO", "WARN", "ERROR", "INFO", "INFO"}, levels)
}

func TestLogMessagesOverTheRateAreCounted(t *testing.T) {
	logger, out := logTo()
	m := messages{to: logger, rate: 2}
	now := time.Unix(0, 0)
	for range 5 {
		m.write(t.Context(), now, protocol.Log{Message: "early"})
	}
	m.write(t.Context(), now.Add(time.Second), protocol.Log{Message: "later"})
	m.rest()
	assert.Equal(t, `level=INFO msg=early stream=log
level=INFO msg=early stream=log
level=WARN msg="messages left out of the log" stream=log skipped=3
level=INFO msg=later stream=log
`, out.String())

	logger, out = logTo()
	m = messages{to: logger}
	for range 150 {
		m.write(t.Context(), now, protocol.Log{Message: "many"})
	}
	assert.Equal(t, 100, strings.Count(out.String(), "many"), "the default rate")
}

func TestStderrLinesAreLoggedWithWhatWasSkipped(t *testing.T) {
	logger, out := logTo()
	write := logStderr(logger)
	write(program.StderrLine{Text: "one"})
	write(program.StderrLine{Text: "two", Skipped: 4})
	write(program.StderrLine{Skipped: 5})
	assert.Equal(t, `level=INFO msg=one stream=stderr
level=WARN msg="lines of standard error left out of the log" stream=stderr skipped=4
level=INFO msg=two stream=stderr
level=WARN msg="lines of standard error left out of the log" stream=stderr skipped=5
`, out.String())
}
