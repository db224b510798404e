// SPDX-License-Identifier: Apache-2.0

package zlog_test

import (
	"context"
	"log/slog"
	"os"
	"time"

	"mabeam.dev/telemetry/zlog"
)

func ExampleNew() {
	h := zlog.New(os.Stdout, zlog.Options{}).WithGroup("task")
	r := slog.NewRecord(time.Time{}, slog.LevelInfo, "done", 0) // no time, so that the output stays the same
	r.AddAttrs(slog.String("id", "t1"), slog.Duration("took", time.Second))
	_ = h.Handle(context.Background(), r)
	// Output: {"level":"info","msg":"done","task":{"id":"t1","took":"1s"}}
}
