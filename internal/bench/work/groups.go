// SPDX-License-Identifier: Apache-2.0

package work

import (
	"slices"
	"strconv"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
)

// GroupSize is how many members each of the Groups has.
const GroupSize = 8

// Groups lists the members of groups, n of which there are. The bare map holds lists too, which are copied like ours.
func Groups(n int) *Lookup {
	sys := actors.New(actors.Options{})
	scope := group.In(sys, "bench")
	members := make([]actors.PID, GroupSize)
	for i := range members {
		members[i] = actors.MustSpawn(sys, "", actors.Stateless(func(*actors.Context[*Item], *Item) error { return nil })).PID()
	}
	names := make([]string, n)
	bare := xsync.NewMap[string, []actors.PID]()
	for i := range names {
		names[i] = "group-" + strconv.Itoa(i)
		must(scope.JoinAll(names[i], members...))
		bare.Store(names[i], slices.Clone(members))
	}
	return lookup(names, func() { closed(sys) },
		func(name string) bool { return len(scope.Members(name)) == GroupSize },
		func(name string) bool {
			list, _ := bare.Load(name)
			return len(slices.Clone(list)) == GroupSize
		})
}
