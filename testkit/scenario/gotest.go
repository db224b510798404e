// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"os"
	"path/filepath"
)

// T is what Test needs of a *testing.T.
type T interface {
	// Helper marks the calling function as one whose place says nothing.
	Helper()
	// Logf writes to the test's log.
	Logf(format string, args ...any)
	// Errorf notes a failure; the test goes on.
	Errorf(format string, args ...any)
}

// Test runs every scenario that the pattern finds, as part of a Go test, and fails the test for each that does not hold. It returns how many
// there were.
func Test(t T, pattern string, o Options) int {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Errorf("scenario: no files match %s (%v)", pattern, err)
		return 0
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		s, err := Parse(name, string(data))
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if r := Run(s, o); r.Failure != nil {
			t.Errorf("%v", r.Failure)
		}
	}
	return len(files)
}
