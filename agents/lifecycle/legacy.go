// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"time"

	"mabeam.dev/agents/query"
)

// Name is a word for state and health together.
type Name string

// The names.
const (
	Initializing    Name = "initializing"
	NameReady       Name = "ready"
	Active          Name = "active"
	Idle            Name = "idle"
	Degraded        Name = "degraded"
	NameMaintenance Name = "maintenance"
	Stopping        Name = "stopping"
	NameStopped     Name = "stopped"
	NameFailed      Name = "failed"
)

// DefaultIdleAfter is how long an agent has nothing to do before Legacy calls it idle, where nobody says.
const DefaultIdleAfter = time.Minute

// Legacy makes one word of a state, a health and how long the agent has had nothing to do. What is wrong with a working agent goes before
// what it does; Unknown health is nothing wrong. idleAfter 0 means DefaultIdleAfter. None has no name.
func Legacy(s State, health query.Status, idle, idleAfter time.Duration) Name {
	switch s {
	case Registered, Starting:
		return Initializing
	case Maintenance:
		return NameMaintenance
	case Draining:
		return Stopping
	case Stopped:
		return NameStopped
	case Failed, Lost:
		return NameFailed
	case Ready, Busy:
		return working(s, health, idle, idleAfter)
	}
	return ""
}

func working(s State, health query.Status, idle, idleAfter time.Duration) Name {
	if idleAfter <= 0 {
		idleAfter = DefaultIdleAfter
	}
	switch {
	case health == query.Dead: // its process is gone, and its life has not heard of it yet
		return NameFailed
	case health > query.Healthy:
		return Degraded
	case s == Busy:
		return Active
	case idle >= idleAfter:
		return Idle
	}
	return NameReady
}
