// SPDX-License-Identifier: Apache-2.0

package group

import (
	"iter"
	"slices"
	"sync"

	"github.com/puzpuzpuz/xsync/v4"
	"github.com/tidwall/btree"

	"mabeam.dev/actors"
)

// DefaultScope is the scope that the empty name stands for.
const DefaultScope = "pg"

// Scope is a name space of groups in one system. It is a small comparable value: [In] gives the same one for the same name. The zero Scope is
// no name space, and its methods panic.
type Scope struct{ s *scope }

// In returns the scope of the given name in the system that in belongs to, making it on first use. The empty name is [DefaultScope].
func In(in actors.Spawner, name string) Scope {
	if name == "" {
		name = DefaultScope
	}
	sys := actors.SystemOf(in)
	known := actors.Extend(sys, func() *scopes { return &scopes{xsync.NewMap[string, *scope]()} })
	s, _ := known.byName.LoadOrCompute(name, func() (*scope, bool) { return newScope(name, sys), false })
	return Scope{s}
}

// scopes are those of one system.
type scopes struct{ byName *xsync.Map[string, *scope] }

// roster is the members of one group at one time, by the number of their joining. One that readers can see is never changed: a change makes a
// copy, which shares what is the same.
type roster = btree.Map[uint64, actors.PID]

// scope is the state behind a Scope.
type scope struct {
	name   string
	sys    actors.System
	groups *xsync.Map[string, *roster] // for readers; no empty ones; written under the lock

	mu struct {
		sync.Mutex
		joins   uint64 // how many there have been: the order of members
		members map[actors.PID]*member
		watches watches
	}
}

func newScope(name string, sys *actors.System) *scope {
	s := &scope{name: name, sys: *sys, groups: xsync.NewMap[string, *roster]()}
	s.mu.members = map[actors.PID]*member{}
	s.mu.watches.ofGroup = map[string][]*Watch{}
	return s
}

// Name returns the name of the scope.
func (s Scope) Name() string { return s.s.name }

// Groups returns the names of the groups that have members, sorted.
func (s Scope) Groups() []string {
	var names []string
	s.s.groups.Range(func(name string, _ *roster) bool {
		names = append(names, name)
		return true
	})
	slices.Sort(names)
	return names
}

// Members returns the processes in a group, in the order of joining and once for each time that they joined; none for a group that is not
// there.
func (s Scope) Members(group string) []actors.PID {
	r, _ := s.s.groups.Load(group)
	return listed(r)
}

// All yields what Members returns, without making a list.
func (s Scope) All(group string) iter.Seq[actors.PID] {
	r, _ := s.s.groups.Load(group)
	return func(yield func(actors.PID) bool) {
		if r != nil {
			r.Scan(func(_ uint64, who actors.PID) bool { return yield(who) })
		}
	}
}

// Len returns how many members a group has, counting each time that they joined.
func (s Scope) Len(group string) int {
	if r, ok := s.s.groups.Load(group); ok {
		return r.Len()
	}
	return 0
}

// Members returns Refs to the members of a group, as [Scope.Members] lists them. If some take other messages than M it returns the Refs to the
// others together with an error that names each of them once for each time and matches actors.ErrWrongType: that they are in the group is a
// mistake of somebody's, which passing over them in silence would hide.
func Members[M any](s Scope, group string) ([]actors.Ref[M], error) {
	var refs []actors.Ref[M]
	var wrong []error
	for who := range s.All(group) {
		ref, err := actors.RefOf[M](who)
		if err != nil {
			wrong = append(wrong, &refusal{"address", group, who, err})
			continue
		}
		refs = append(refs, ref)
	}
	return refs, all(wrong)
}

// listed returns the members of a roster, which may be nil.
func listed(r *roster) []actors.PID {
	if r == nil {
		return nil
	}
	return r.Values()
}
