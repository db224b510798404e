// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"slices"
	"sync"
)

// Group is what a verb is about.
type Group string

// The groups of verbs.
const (
	Life     Group = "Life"
	Messages Group = "Messages"
	Time     Group = "Time"
	Look     Group = "Look"
	// Registries are about a migration from one registry to another.
	Registries Group = "Registries"
)

// Verb is one command of the language.
type Verb struct {
	Name     string
	Group    Group
	Usage    string // NAME ARG [ARG]
	Doc      string // one or two sentences
	Example  string // a line that could stand in a script
	Min, Max int    // arguments; Max < 0: any number

	check func(s *Script, c *Command) []mistake       // what can be found without running; nil: nothing
	run   func(e *engine, c *Command) (string, error) // returns what it prints
}

// Verbs is the table of all commands, by group and in the order of the reference. The caller must not change it.
func Verbs() []Verb { return table() }

var table = sync.OnceValue(func() []Verb {
	return slices.Concat(lifeVerbs(), messageVerbs(), timeVerbs(), lookVerbs(), registryVerbs(), subscriberVerbs(), dealVerbs(), marketVerbs(), bookVerbs(), attackVerbs(), coordinationVerbs(), primitiveVerbs(), variableVerbs(), adaptationVerbs())
})

func names() []string {
	var out []string
	for _, v := range table() {
		out = append(out, v.Name)
	}
	return out
}
