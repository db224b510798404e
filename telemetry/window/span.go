// SPDX-License-Identifier: Apache-2.0

package window

import (
	"fmt"
	"time"
)

// Span is one of the three windows. The zero Span is Short.
type Span uint8

// The windows.
const (
	// Short is the last 10 seconds.
	Short Span = iota
	// Minute is the last minute.
	Minute
	// Long is the last 5 minutes.
	Long

	spans = 3
)

// Slots is how many slots a window has: the time of a window moves in steps of its length divided by it.
const Slots = 10

// widths are the lengths of one slot of each window; each is a multiple of the one before.
var widths = [spans]time.Duration{time.Second, 6 * time.Second, 30 * time.Second}

// Spans lists the windows, shortest first.
func Spans() []Span { return []Span{Short, Minute, Long} }

// Length returns how far the window reaches back.
func (s Span) Length() time.Duration {
	if s >= spans {
		return 0
	}
	return Slots * widths[s]
}

// String returns "10s", "1m" or "5m".
func (s Span) String() string {
	switch s {
	case Short:
		return "10s"
	case Minute:
		return "1m"
	case Long:
		return "5m"
	}
	return fmt.Sprintf("window.Span(%d)", uint8(s))
}

// MarshalText gives the text of String.
func (s Span) MarshalText() ([]byte, error) {
	if s >= spans {
		return nil, fmt.Errorf("telemetry/window: format %q: no such window", s)
	}
	return []byte(s.String()), nil
}

// UnmarshalText takes the text of String.
func (s *Span) UnmarshalText(text []byte) error {
	for _, known := range Spans() {
		if known.String() == string(text) {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("telemetry/window: parse %q: not one of 10s, 1m, 5m", text)
}
