// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"fmt"

	"mabeam.dev/actors"
)

// T is what expectations need of a test: a *testing.T, *testing.B or *rapid.T inside a bubble, or a *sim.Sim. Code that takes a T runs in
// either.
type T interface {
	// Helper marks the calling function as one whose place says nothing.
	Helper()
	// Errorf notes a failure; the test goes on.
	Errorf(format string, args ...any)
	// FailNow ends the test.
	FailNow()
}

// fail ends the test with a text, followed by what is going on in the system.
func fail(t T, sys *actors.System, format string, args ...any) {
	t.Helper()
	kitOf(sys).dumped.Store(true)
	t.Errorf("testkit: %s\n%s", fmt.Sprintf(format, args...), Dump(sys))
	t.FailNow()
}
