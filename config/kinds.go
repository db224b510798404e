// SPDX-License-Identifier: Apache-2.0

package config

import (
	"maps"
	"reflect"
	"slices"
)

// KindInfo says what a node file may set for one kind of agent.
type KindInfo struct {
	// Doc is one sentence for the reference.
	Doc string
	// Settings is the type the section settings is decoded into: a struct with yaml, doc, default, min, max and
	// required tags as those of Child, or a map with text keys. Nil means that the kind has no settings.
	Settings reflect.Type
	// Check looks at decoded settings, a value of type Settings, for what tags cannot say. It must be a pure
	// function. Nil means there is nothing more to check.
	Check func(settings any) []Issue
}

// Issue is what a kind finds wrong with its settings.
type Issue struct {
	Path   string // path below settings, such as batch or limits.size; empty for the settings as a whole
	Reason string // what is wrong, as one clause
}

// knownKinds lists all kinds a file may name, sorted.
func knownKinds(kinds map[string]KindInfo) []string {
	all := slices.Collect(maps.Keys(kinds))
	all = append(all, KindSupervisor, KindExec)
	slices.Sort(all)
	return slices.Compact(all)
}
