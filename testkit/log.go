// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"log/slog"
	"testing"
)

// Logger returns a logger that writes every level to the test's log, which is shown when the test fails or with -v. It must not be used when
// the test is over.
func Logger(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}
