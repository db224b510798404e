// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"mabeam.dev/cognitive/adapt"
)

// Feedback is what an agent has measured while it used variables.
type Feedback struct {
	// Variable is which, Version the version of the value that was used: as Load gives it, that of the agent's own value if it has one. Feedback without a
	// version, or of another one than the present, is dropped and counted. In a group any of its variables may be named.
	Variable string
	Version  Version
	// Agent is who.
	Agent string
	// Metrics are what was measured: "latency", "quality", "cost".
	Metrics []adapt.Metric
	// Weight is how much the report counts; 0 means 1.
	Weight float64
}

// Report tells the adapter of a variable what was measured. It never blocks: what cannot be taken is dropped and counted. ErrNotFound says that nobody adapts the variable.
func (s *Space) Report(f Feedback) error {
	_, err := s.Hear(f)
	return err
}
