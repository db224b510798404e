// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"context"
	"log/slog"
	"time"

	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

// logStderr returns what writes lines of standard error to a log. They are information: programs write there whatever they like.
func logStderr(to *slog.Logger) func(program.StderrLine) {
	return func(l program.StderrLine) {
		if l.Skipped > 0 {
			to.Warn("lines of standard error left out of the log", "stream", "stderr", "skipped", l.Skipped)
		}
		if l.Text != "" {
			to.Info(l.Text, "stream", "stderr")
		}
	}
}

// messages writes a program's log messages, at most rate a second. It belongs to the agent's process.
type messages struct {
	to      *slog.Logger
	rate    int // a second; 0 means 100, negative all
	since   time.Time
	written int // since then
	skipped int // since the last one written
}

func (m *messages) write(ctx context.Context, now time.Time, l protocol.Log) {
	rate := m.rate
	if rate == 0 {
		rate = 100
	}
	if now.Sub(m.since) >= time.Second {
		m.since, m.written = now, 0
	}
	if rate > 0 && m.written >= rate {
		m.skipped++
		return
	}
	m.written++
	m.rest()
	attrs := []any{"stream", "log"}
	if len(l.Fields) > 0 {
		attrs = append(attrs, "fields", string(l.Fields))
	}
	m.to.Log(ctx, level(l.Level), l.Message, attrs...)
}

// rest tells how many messages were left out since the last one.
func (m *messages) rest() {
	if m.skipped > 0 {
		m.to.Warn("messages left out of the log", "stream", "log", "skipped", m.skipped)
		m.skipped = 0
	}
}

// level reads the word of a log message; what is no level is information.
func level(word string) slog.Level {
	switch word {
	case "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	return slog.LevelInfo
}
