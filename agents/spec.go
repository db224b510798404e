// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/supervision"
)

// Spec describes one agent. Every zero value but ID is a documented default.
type Spec struct {
	// ID names the agent: unique in the directory and among its siblings; required.
	ID string
	// Kind is the name of its kind; filled in by Child and Spawn.
	Kind string
	// Capabilities are what tasks may ask for.
	Capabilities []string
	// Concurrency is how many tasks it does at once: 0 means 1.
	Concurrency int
	// Restart, Shutdown and Significant are the supervisor's.
	Restart     supervision.Restart
	Shutdown    supervision.Shutdown
	Significant bool
	// StartTimeout limits the start of the process: 0 means none for native agents. (Programs have a time-out of their own.)
	StartTimeout time.Duration
	// Settings are the kind's own, as JSON; nil means its defaults.
	Settings json.RawMessage
	// Wrap, if it is set, goes around the worker of a native agent: faults on purpose, tracing.
	Wrap func(Worker) Worker
}

// Slots returns the concurrency with its default.
func (s Spec) Slots() int { return max(s.Concurrency, 1) }

// Validate returns every mistake of the spec.
func (s Spec) Validate() error {
	var all []error
	wrong := func(field, why string) {
		all = append(all, fmt.Errorf("agents: check agent %q: %s: %s", s.ID, field, why))
	}
	if s.ID == "" {
		wrong("id", "is missing")
	}
	if s.Concurrency < 0 {
		wrong("concurrency", "must be 1 or more")
	}
	for _, c := range s.Capabilities {
		if c == "" {
			wrong("capabilities", "holds an empty name")
		}
	}
	return errors.Join(all...)
}
