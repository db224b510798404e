// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"encoding/json"
	"testing"
)

// Settings that are accepted are valid, and the same when they are written and read again.
func FuzzSettings(f *testing.F) {
	for _, text := range []string{
		"", "null", "{}", `{"command":["sh","x"],"env":{"A":"b"},"line_limit":-1}`, `{"command":["sh"],"hello_timeout":-1} {}`,
		`{"command":[""]}`, `{"commands":[]}`, `{"command":["a\u0000b"]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := parse(raw)
		if err != nil {
			return
		}
		if err := s.Validate(); err != nil {
			t.Fatalf("%q is accepted, and not valid: %v", raw, err)
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parse(text)
		if err != nil {
			t.Fatalf("%q is written as %q, which is refused: %v", raw, text, err)
		}
		if second, err := json.Marshal(again); err != nil || string(second) != string(text) {
			t.Fatalf("%q becomes %q: %v", text, second, err)
		}
	})
}
