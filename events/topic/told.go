// SPDX-License-Identifier: Apache-2.0

package topic

import (
	"log/slog"

	"mabeam.dev/events"
	"mabeam.dev/telemetry"
)

// SubscriberLags is the event: a subscriber asks too seldom, and the oldest of what waits for it has begun to go.
type SubscriberLags struct {
	Bus        string          // its name
	Subscriber string          // path of its process
	From       events.Position // where its gap begins
}

// EventName returns "topic.subscriber_lags".
func (SubscriberLags) EventName() string { return "topic.subscriber_lags" }

// LogLevel is Warn.
func (SubscriberLags) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names bus, subscriber and position.
func (e SubscriberLags) LogAttrs() []slog.Attr {
	return []slog.Attr{
		slog.String("bus", e.Bus), slog.String(telemetry.KeySubscriber, e.Subscriber), slog.Uint64("position", uint64(e.From)),
	}
}
