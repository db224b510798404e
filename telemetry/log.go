// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"log/slog"
)

// LogTo returns a function that writes events to a logger, for a queue's Run: logging waits for its output, so it does not
// belong in place. A nil logger means slog.Default().
func LogTo(logger *slog.Logger) func(Event) {
	if logger == nil {
		logger = slog.Default()
	}
	ctx := context.Background()
	return func(e Event) {
		logged, ok := e.(Logged)
		if !ok {
			logger.LogAttrs(ctx, slog.LevelDebug, e.EventName())
			return
		}
		if level := logged.LogLevel(); logger.Enabled(ctx, level) {
			logger.LogAttrs(ctx, level, e.EventName(), logged.LogAttrs()...)
		}
	}
}
