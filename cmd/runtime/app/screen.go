// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// screen is standard error: lines, and on a terminal one bar at the bottom that lines push up.
type screen struct {
	mu       sync.Mutex // guards w and bar
	w        io.Writer
	bar      string
	terminal bool
	mode     string // bar, plain or none
	fd       int
}

func newScreen(w io.Writer, mode string) *screen {
	s := &screen{w: w, mode: mode}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.terminal, s.fd = true, int(f.Fd())
	}
	if mode == "auto" {
		s.mode = "plain"
		if s.terminal {
			s.mode = "bar"
		}
	}
	return s
}

// width is the terminal's width in columns, 80 if it does not say.
func (s *screen) width() int {
	if s.terminal {
		if w, _, err := term.GetSize(s.fd); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

// line prints one line above the bar.
func (s *screen) line(text string) { s.write([]byte(text + "\n")) }

// write prints whole lines above the bar.
func (s *screen) write(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.eraseLocked()
	_, _ = s.w.Write(p) // nobody can be told when standard error is gone
	fmt.Fprint(s.w, s.bar)
}

func (s *screen) eraseLocked() {
	if s.bar != "" {
		fmt.Fprint(s.w, "\r\x1b[K")
	}
}

// draw replaces the bar.
func (s *screen) draw(bar string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.eraseLocked()
	s.bar = bar
	fmt.Fprint(s.w, bar)
}

// clear takes the bar away.
func (s *screen) clear() { s.draw("") }

// logs is where log lines go.
func (s *screen) logs() io.Writer { return logWriter{s} }

// logWriter keeps log lines and the bar apart.
type logWriter struct{ s *screen }

func (w logWriter) Write(p []byte) (int, error) {
	w.s.write(p)
	return len(p), nil
}

// drawBar draws a bar of a share within a number of columns.
func drawBar(share float64, columns int) string {
	full := min(max(int(share*float64(columns)+0.5), 0), columns)
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", columns-full) + "]"
}
