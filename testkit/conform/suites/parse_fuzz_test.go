// SPDX-License-Identifier: Apache-2.0

package suites_test

import (
	"errors"
	"strings"
	"testing"

	"mabeam.dev/testkit/conform/suites"
)

// Whatever a page is: it is read, and every fault has a place in it.
func FuzzParse(f *testing.F) {
	f.Add("# Title\n\nWhat it is.\n\n| Case | Asserts | Ours |\n|---|---|---|\n| `a` | that it is so | `actors TestA/b` |\n")
	f.Add("# Title\n\n| Case | Asserts | Ours |\n| `a` | x | does not apply: there is nothing like it here |\n")
	f.Add("|||\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := suites.Parse("page", text)
		lines := strings.Count(text, "\n") + 1
		for _, r := range table.Rows {
			if r.Line < 1 || r.Line > lines {
				t.Fatalf("%q has a row in line %d", text, r.Line)
			}
		}
		if err == nil {
			return
		}
		var fault *suites.RowError
		if !errors.As(err, &fault) || fault.Line < 0 || fault.Line > lines || fault.Fault == "" {
			t.Fatalf("%q: %v has no place", text, err)
		}
	})
}
