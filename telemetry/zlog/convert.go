// SPDX-License-Identifier: Apache-2.0

package zlog

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/rs/zerolog"
)

// appendAttr adds one attribute to a zerolog object and reports whether it added anything. A group without a name is
// inlined, an empty one left out, as slog wants.
func appendAttr(e *zerolog.Event, a slog.Attr) bool {
	v := a.Value.Resolve()
	if a.Key == "" && v.Kind() != slog.KindGroup && (slog.Attr{Value: v}).Equal(slog.Attr{}) {
		return false
	}
	switch v.Kind() {
	case slog.KindGroup:
		return appendGroup(e, a.Key, v.Group())
	case slog.KindString:
		e.Str(a.Key, v.String())
	case slog.KindInt64:
		e.Int64(a.Key, v.Int64())
	case slog.KindUint64:
		e.Uint64(a.Key, v.Uint64())
	case slog.KindFloat64:
		e.Float64(a.Key, v.Float64())
	case slog.KindBool:
		e.Bool(a.Key, v.Bool())
	case slog.KindDuration:
		e.Str(a.Key, v.Duration().String())
	case slog.KindTime:
		e.Str(a.Key, v.Time().Format(time.RFC3339Nano))
	case slog.KindAny, slog.KindLogValuer:
		appendAny(e, a.Key, v.Any())
	}
	return true
}

func appendGroup(e *zerolog.Event, key string, attrs []slog.Attr) bool {
	if key == "" {
		some := false
		for _, a := range attrs {
			some = appendAttr(e, a) || some
		}
		return some
	}
	inner, some := e.CreateDict(), false
	for _, a := range attrs {
		some = appendAttr(inner, a) || some
	}
	if some {
		e.Dict(key, inner)
	}
	return some
}

// appendAny turns a value into bytes before zerolog sees it: the value's own methods may panic, and then the half-written
// record must stay whole.
func appendAny(e *zerolog.Event, key string, v any) {
	if v == nil {
		e.RawJSON(key, []byte("null"))
		return
	}
	data, text, isText := encode(v)
	if isText {
		e.Str(key, text)
	} else {
		e.RawJSON(key, data)
	}
}

// encode prefers a type's own JSON, then the text of an error, then JSON of the value.
func encode(v any) (data []byte, text string, isText bool) {
	defer func() {
		if p := recover(); p != nil {
			data, text, isText = nil, fmt.Sprintf("!PANIC in %T: %v", v, p), true
		}
	}()
	if err, ok := v.(error); ok {
		if _, own := v.(json.Marshaler); !own {
			return nil, err.Error(), true
		}
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Sprintf("!ERROR in %T: %v", v, err), true
	}
	return data, "", false
}
