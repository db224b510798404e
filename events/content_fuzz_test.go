// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"maps"
	"testing"

	"mabeam.dev/events"
)

// Whatever can be read is written and read again as the same.
func FuzzDecodeMetadata(f *testing.F) {
	for _, text := range []string{"", "{}", "null", `{"a":"b","c":""}`, `{"a":1}`, `{"a":"b","a":"c"}`, "{\"\xff\":\"\"}", "[]"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := events.DecodeMetadata(b)
		if err != nil {
			return
		}
		again, err := events.DecodeMetadata(events.EncodeMetadata(m))
		if err != nil || !maps.Equal(m, again) {
			t.Fatalf("%q is read as %v, and then as %v, %v", b, m, again, err)
		}
	})
}
