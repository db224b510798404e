// SPDX-License-Identifier: Apache-2.0

package otel

import (
	"log/slog"
	"math"

	"go.opentelemetry.io/otel/attribute"
)

// attributes turns log attributes into those of spans: groups become dotted keys, durations seconds.
func attributes(attrs []slog.Attr) []attribute.KeyValue {
	return appendAttrs(make([]attribute.KeyValue, 0, len(attrs)), "", attrs)
}

func appendAttrs(out []attribute.KeyValue, prefix string, attrs []slog.Attr) []attribute.KeyValue {
	for _, a := range attrs {
		key, v := prefix+a.Key, a.Value.Resolve()
		switch v.Kind() {
		case slog.KindGroup:
			if a.Key != "" {
				key += "."
			}
			out = appendAttrs(out, key, v.Group())
		case slog.KindBool:
			out = append(out, attribute.Bool(key, v.Bool()))
		case slog.KindInt64:
			out = append(out, attribute.Int64(key, v.Int64()))
		case slog.KindUint64:
			if n := v.Uint64(); n <= math.MaxInt64 {
				out = append(out, attribute.Int64(key, int64(n)))
			} else {
				out = append(out, attribute.String(key, v.String()))
			}
		case slog.KindFloat64:
			out = append(out, attribute.Float64(key, v.Float64()))
		case slog.KindDuration:
			out = append(out, attribute.Float64(key, v.Duration().Seconds()))
		case slog.KindString, slog.KindTime, slog.KindAny, slog.KindLogValuer:
			out = append(out, attribute.String(key, v.String()))
		}
	}
	return out
}
