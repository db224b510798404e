// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"errors"
	"fmt"

	"mabeam.dev/actors"
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
	c := s.adapter(f.Variable)
	if c == nil {
		return fmt.Errorf("cognitive: report of %q: %w", f.Variable, ErrNotFound)
	}
	_, err := c.tell(s, f)
	return err
}

// tell brings a report to the adapter; false if it was dropped, which is counted.
func (c *adapterCell) tell(s *Space, f Feedback) (told bool, err error) {
	if a := c.live.Load(); c.calm.Load() && a.Every >= 0 && a.Control == nil {
		wake, ok := c.intake.put(f, s.sys.Now(), a.Pending)
		switch {
		case !ok:
			c.dropped.Add(1)
		case wake:
			_ = c.ref.TryTell(waiting{}) // one that is not there, or busy, comes to them by itself
		}
		return ok, nil
	}
	if err = c.ref.TryTell(feedback{f}); err == nil {
		return true, nil
	}
	c.dropped.Add(1)
	if errors.Is(err, actors.ErrMailboxFull) || away(err) {
		return false, nil
	}
	return false, err
}
