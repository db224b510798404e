// SPDX-License-Identifier: Apache-2.0

// Package zlog is the binary's log: an slog.Handler that writes with zerolog, text on terminals and JSON elsewhere.
//
// # Guarantees
//
//   - It passes testing/slogtest: groups nest as objects, empty groups and attributes vanish, LogValuers are resolved.
//   - One record is one Write of one line, and lines of concurrent loggers never mix.
//   - A write that fails is returned by Handle, not swallowed.
//   - A value whose Error, String or MarshalJSON method panics costs its own text, never the caller.
//   - Nothing of zerolog's package-level settings is changed, and none but its time and error formats is read.
//
// # Usage
//
//	logger := slog.New(zlog.New(os.Stderr, zlog.Options{Level: slog.LevelDebug}))
//
// JSON lines have the keys time, level, msg, then the attributes. Durations are text ("1.5s"), times RFC 3339 with
// nanoseconds, errors their text.
//
// # Duties of the user
//
// Log from a queued subscriber of the telemetry bus where the output may be slow: Handle waits for its writer.
//
// # Failure modes
//
// Handle returns "zlog: write record: ..." around the writer's error.
//
// # State and testing
//
// The handler owns the lock around its writer; handlers derived with WithAttrs and WithGroup share it. Code that logs is
// tested with any slog.Handler; this one needs no network, no clock and no goroutine.
package zlog
