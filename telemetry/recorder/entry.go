// SPDX-License-Identifier: Apache-2.0

package recorder

import (
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mabeam.dev/telemetry"
)

// Subject is the process that an event is about.
type Subject struct {
	// Path is its path in the tree; empty if the event is about no process.
	Path string
	// Incarnation tells its life from others; 0 if it is not known.
	Incarnation uint64
}

// Entry is one event as it is kept. It is immutable.
type Entry struct {
	// Seq numbers the events of the recorder, from 1, without a hole.
	Seq uint64
	// At is when it was recorded, by Options.Now.
	At time.Time
	// Name is the event's name in the catalogue; Level how it is logged, Debug if it does not say.
	Name  string
	Level slog.Level
	// Subject is whom it is about.
	Subject Subject
	// Text is what the event shows to the log, as key=value, cut off at Options.MaxText.
	Text string
}

// String renders the entry on one line: the time of day, the name and the text.
func (e Entry) String() string {
	line := e.At.Format("15:04:05.000000") + " " + e.Name
	if e.Text != "" {
		line += " " + e.Text
	}
	return line
}

// fixed is about what an entry costs besides its text: the entry, its places in two rings and the words for the allocator.
const fixed = 192

func (e *Entry) size() int64 { return fixed + int64(len(e.Text)+len(e.Subject.Path)) }

// render makes the text of an event, of at most limit bytes.
func render(e telemetry.Event, limit int) (slog.Level, string) {
	logged, ok := e.(telemetry.Logged)
	if !ok {
		return slog.LevelDebug, ""
	}
	var b strings.Builder
	for _, a := range logged.LogAttrs() {
		if b.Len() > limit {
			break
		}
		if a.Key == telemetry.KeyStack || a.Key == telemetry.KeyLastEvents { // they are for the log and for reports; here they would push all else out
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.Key)
		b.WriteByte('=')
		b.WriteString(plain(a.Value.Resolve().String()))
	}
	return logged.LogLevel(), cut(b.String(), limit)
}

// plain quotes what would not be told apart on one line.
func plain(s string) string {
	if s == "" || strings.ContainsAny(s, " \"=") || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == utf8.RuneError }) {
		return strconv.Quote(s)
	}
	return s
}

// cut shortens text to at most limit bytes and whole characters, and says so. A copy is made, so that the rest can go.
func cut(s string, limit int) string {
	const more = "…"
	if len(s) <= limit {
		return s
	}
	end := max(limit-len(more), 0)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.Clone(s[:end]) + more
}
