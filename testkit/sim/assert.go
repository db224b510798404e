// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
)

// Helper, Errorf, FailNow, Fatalf and Logf make a Sim acceptable to assertion libraries.

// Helper does nothing.
func (s *Sim) Helper() {}

// Errorf notes a failure; the body goes on.
func (s *Sim) Errorf(format string, args ...any) {
	s.text = append(s.text, fmt.Sprintf(format, args...))
}

// failed ends a body that has noted its failure.
type failed struct{}

// FailNow ends the run, after Errorf. In a process it ends what the process does, too, as a panic would.
func (s *Sim) FailNow() {
	if len(s.text) == 0 {
		s.text = append(s.text, "sim: failed")
	}
	s.sched.stop = true
	panic(failed{})
}

// Fatalf is Errorf and FailNow.
func (s *Sim) Fatalf(format string, args ...any) {
	s.Errorf(format, args...)
	s.FailNow()
}
