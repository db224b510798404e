// SPDX-License-Identifier: Apache-2.0

package zlog

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Format is how records are written.
type Format int

// The formats. The zero value looks at the writer.
const (
	// Auto is Text on a terminal and JSON elsewhere.
	Auto Format = iota
	// Text is one line for people: time, level, message, key=value pairs; groups are shown as JSON.
	Text
	// JSON is one object a line.
	JSON
)

// Options configure a handler; the zero value is Auto at Info.
type Options struct {
	Format Format
	// Level is the lowest level that is written; nil means Info. A *slog.LevelVar can be changed while running.
	Level slog.Leveler
	// Source adds the file and line of the caller.
	Source bool
	// NoColor leaves colours out of Text. They are out anyway when the writer is no terminal or NO_COLOR is set.
	NoColor bool
}

// Handler is the slog.Handler. Make one with New.
type Handler struct {
	level  slog.Leveler
	source bool
	sink   *sink
	// frames are the open groups from the outside in; the first is the record itself and has no name.
	frames []frame
}

// frame is one group: its name and the attributes that were bound while it was the innermost.
type frame struct {
	group string
	attrs []slog.Attr
}

// sink is the writer and what guards it; derived handlers share it.
type sink struct {
	mu struct {
		sync.Mutex
		w io.Writer
	}
	text *zerolog.ConsoleWriter // nil for JSON; writes into a buffer, so it needs no lock
}

// New returns a handler that writes to w.
func New(w io.Writer, o Options) *Handler {
	h := &Handler{level: o.Level, source: o.Source, sink: &sink{}, frames: []frame{{}}}
	if h.level == nil {
		h.level = slog.LevelInfo
	}
	h.sink.mu.w = w
	terminal := isTerminal(w)
	if o.Format == Text || o.Format == Auto && terminal {
		h.sink.text = console(o.NoColor || !terminal || noColorWanted())
	}
	return h
}

// Enabled reports whether a level is written.
func (h *Handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

// WithAttrs returns a handler that adds the attributes to every record, in the innermost open group.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	n := h.clone()
	last := &n.frames[len(n.frames)-1]
	last.attrs = slices.Concat(last.attrs, attrs)
	return n
}

// WithGroup returns a handler that puts everything that follows into a group.
func (h *Handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	n := h.clone()
	n.frames = append(n.frames, frame{group: name})
	return n
}

func (h *Handler) clone() *Handler {
	n := *h
	n.frames = slices.Clone(h.frames)
	return &n
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxKept is the largest buffer that goes back to the pool, in bytes: one huge record must not stay for ever.
const maxKept = 64 << 10

// Handle writes one record as one line.
func (h *Handler) Handle(_ context.Context, r slog.Record) error {
	line := buffers.Get().(*bytes.Buffer)
	defer func() {
		if line.Cap() <= maxKept {
			buffers.Put(line)
		}
	}()
	line.Reset()
	logger := zerolog.New(line)
	e := logger.Log()
	if !r.Time.IsZero() {
		e.Str(slog.TimeKey, r.Time.Round(0).Format(time.RFC3339Nano))
	}
	e.Str(slog.LevelKey, strings.ToLower(r.Level.String()))
	e.Str(slog.MessageKey, r.Message)
	if src := r.Source(); h.source && src != nil {
		e.Str(slog.SourceKey, fmt.Sprintf("%s:%d", src.File, src.Line))
	}
	h.fill(e, 0, r)
	e.Send()
	return h.sink.write(line.Bytes())
}

// fill adds frame i and all within it to e, and reports whether there was anything: a group of nothing is left out.
func (h *Handler) fill(e *zerolog.Event, i int, r slog.Record) bool {
	some := false
	for _, a := range h.frames[i].attrs {
		some = appendAttr(e, a) || some
	}
	if i == len(h.frames)-1 {
		r.Attrs(func(a slog.Attr) bool {
			some = appendAttr(e, a) || some
			return true
		})
		return some
	}
	inner := e.CreateDict()
	if h.fill(inner, i+1, r) {
		e.Dict(h.frames[i+1].group, inner)
		some = true
	}
	return some
}

func (s *sink) write(line []byte) error {
	if s.text != nil {
		var out bytes.Buffer
		text := *s.text
		text.Out = &out
		if _, err := text.Write(line); err != nil {
			return fmt.Errorf("zlog: write record: %w", err)
		}
		line = out.Bytes()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.mu.w.Write(line); err != nil {
		return fmt.Errorf("zlog: write record: %w", err)
	}
	return nil
}
