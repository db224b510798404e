// SPDX-License-Identifier: Apache-2.0

package zlog

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/term"
)

// console returns zerolog's writer for people, told about slog's key for the message.
func console(noColor bool) *zerolog.ConsoleWriter {
	return &zerolog.ConsoleWriter{
		NoColor:       noColor,
		TimeFormat:    "15:04:05.000",
		TimeLocation:  time.Local,
		PartsOrder:    []string{slog.TimeKey, slog.LevelKey, slog.MessageKey},
		FieldsExclude: []string{slog.MessageKey},
		FormatPartValueByName: func(v any, _ string) string {
			return fmt.Sprint(v)
		},
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// noColorWanted follows https://no-color.org: any value but the empty one.
func noColorWanted() bool { return os.Getenv("NO_COLOR") != "" }
