// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/agents/health"
	"mabeam.dev/agents/index"
	"mabeam.dev/supervision"
)

// Spec describes one agent. Every zero value but ID is a documented default.
type Spec struct {
	// ID names the agent: unique in the directory and among its siblings; required.
	ID string
	// Namespace keeps apart what queries do not mix; "" is the default one.
	Namespace string
	// Kind is the name of its kind; filled in by Child and Spawn.
	Kind string
	// Team and Role say where it belongs and what it is there; both may be "".
	Team, Role string
	// Labels are the user's own marks, up to 32.
	Labels map[string]string
	// Keys are the public keys by which others know what it signs; the zero value is none. The private halves are with whoever signs for it.
	Keys Keys
	// Limits are what it may use; 0 is no limit. Inflight bounds Concurrency and Queue the mailbox; Memory and CPU are held against what the
	// agent uses, for its health. Budget is held against what it spends by Price.
	Limits Limits
	// Price is what its work costs.
	Price Price
	// Weight is its share when work is given out; 0 means 1.
	Weight float64
	// Health says from where on it is not healthy.
	Health health.Policy
	// Capabilities are what tasks may ask for, each name once; see [Can].
	Capabilities []Capability
	// Concurrency is how many tasks it does at once: 0 means 1.
	Concurrency int
	// Restart, Shutdown and Significant are the supervisor's.
	Restart     supervision.Restart
	Shutdown    supervision.Shutdown
	Significant bool
	// StartTimeout limits the start of the process: 0 means none for native agents. (Programs have a time-out of their own.)
	StartTimeout time.Duration
	// Durable has the team that the agent is added to write the spec down, and start the agent again when the node does, until it is removed. What it
	// was doing is not kept. Agents of a config file need it not.
	Durable bool
	// Settings are the kind's own, as JSON; nil means its defaults.
	Settings json.RawMessage
	// Wrap, if it is set, goes around the worker of a native agent: faults on purpose, tracing.
	Wrap func(Worker) Worker `json:"-"`

	vitals *vitals // where its life is noted, set for each incarnation
}

// Limits are what an agent may use: memory in bytes, CPUs, messages, tasks at once, micro-units of money.
type Limits = index.Limits

// Keys are the public keys of an agent; see index.Keys.
type Keys = index.Keys

// Slots returns the concurrency with its default, within the limit.
func (s Spec) Slots() int {
	n := max(s.Concurrency, 1)
	if most := s.Limits.Inflight; most > 0 && int64(n) > most {
		return int(most)
	}
	return n
}

// bound is how many messages may wait.
func (s Spec) bound() int {
	if s.Limits.Queue > 0 {
		return int(min(s.Limits.Queue, math.MaxInt32))
	}
	return defaultMailbox
}

// defaultMailbox is the bound of a mailbox that nobody gave one; see actors.MailboxSize.
const defaultMailbox = 16384

// Validate returns every mistake of the spec.
func (s Spec) Validate() error {
	var all []error
	wrong := func(field, why string) {
		all = append(all, fmt.Errorf("agents: check agent %q: %s: %s", s.ID, field, why))
	}
	if s.ID == "" {
		wrong("id", "is missing")
	}
	if len(s.ID) > index.MaxID {
		wrong("id", fmt.Sprintf("has more than %d bytes", index.MaxID))
	}
	if len(s.Labels) > index.MaxLabels {
		wrong("labels", fmt.Sprintf("are more than %d", index.MaxLabels))
	}
	if _, ok := s.Labels[""]; ok {
		wrong("labels", "hold one without a name")
	}
	if !s.Keys.Valid() {
		wrong("keys", fmt.Sprintf("have not %d bytes each", index.KeySize))
	}
	if l := s.Limits; l.Memory < 0 || !(l.CPU >= 0) || l.Queue < 0 || l.Inflight < 0 || l.Budget < 0 {
		wrong("limits", "must be 0 or more")
	}
	if s.Price.Attempt < 0 || s.Price.Second < 0 {
		wrong("price", "must be 0 or more")
	}
	if !(s.Weight >= 0) || math.IsInf(s.Weight, 0) {
		wrong("weight", "must be a number, 0 or more")
	}
	if err := s.Health.Validate(); err != nil {
		all = append(all, fmt.Errorf("agents: check agent %q: %w", s.ID, err))
	}
	if s.Concurrency < 0 {
		wrong("concurrency", "must be 1 or more")
	}
	checkCapabilities(s.Capabilities, wrong)
	return errors.Join(all...)
}
