// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"log/slog"
	"time"

	"mabeam.dev/agents/registry/migrate/plan"
)

// RegistryMigrated is a step of a migration from one registry to another.
type RegistryMigrated struct {
	// Old and New are the registries' names.
	Old, New string
	// Command is what was done; From and To are the phases before and after it, which are the same when it failed.
	Command  plan.Command
	From, To plan.Phase
	// Err is why it failed; nil if it did not.
	Err error
	// Took is how long it took, At when it was over.
	Took time.Duration
	At   time.Time
}

// EventName names the event.
func (RegistryMigrated) EventName() string { return "registry.migrated" }

// LogLevel is Warn for a step that failed.
func (e RegistryMigrated) LogLevel() slog.Level {
	if e.Err != nil {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
