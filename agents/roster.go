// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"iter"
	"maps"
	"slices"
	"sort"
	"sync"

	"mabeam.dev/agents/performance"
)

// roster holds the vitals of a directory's agents by id. Unlike the directory's process it keeps those of agents that have ended, until the
// sweep forgets them. It is locked, as agents that start enter themselves.
type roster struct {
	observer func(id string) // set before the agents start

	mu struct {
		sync.Mutex
		byID   map[string]*vitals
		sorted []string // the ids in order; nil when they have changed
	}
}

// of returns the vitals of an id, made when they are first asked for.
func (r *roster) of(id string) *vitals {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.mu.byID[id]
	if v == nil {
		if r.mu.byID == nil {
			r.mu.byID = map[string]*vitals{}
		}
		v = &vitals{id: id, roster: r}
		r.mu.byID[id] = v
		r.mu.sorted = nil
	}
	return v
}

// find returns the vitals of an id, or nil.
func (r *roster) find(id string) *vitals {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mu.byID[id]
}

// forget takes out an agent that has expired, unless it has come back.
func (r *roster) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v := r.mu.byID[id]; v != nil && v.state().Incarnation == 0 {
		delete(r.mu.byID, id)
		r.mu.sorted = nil
	}
}

// after returns up to n ids in order, those behind last.
func (r *roster) after(last string, n int) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.sorted == nil {
		r.mu.sorted = slices.Sorted(maps.Keys(r.mu.byID))
	}
	at := sort.SearchStrings(r.mu.sorted, last)
	if at < len(r.mu.sorted) && r.mu.sorted[at] == last {
		at++
	}
	return slices.Clone(r.mu.sorted[at:min(at+n, len(r.mu.sorted))])
}

// Info returns what is known of an agent, whether it lives or has ended and is not forgotten yet. It asks no process. ok is false for an
// agent that never began under this directory, and for all agents if nobody made a [Sweep] of it.
func (d *Directory) Info(id string) (info Info, ok bool) {
	if d == nil || d.roster == nil {
		return Info{}, false
	}
	v := d.roster.find(id)
	if v == nil {
		return Info{}, false
	}
	info = v.info()
	return info, info.Incarnation > 0
}

// Lifetime returns the performance of an agent since its first incarnation began, where that of its Info is of the last minute. ok is false where
// Info's is, and for an agent that has ended no attempt yet.
func (d *Directory) Lifetime(id string) (f performance.Figures, ok bool) {
	if d == nil || d.roster == nil {
		return f, false
	}
	v := d.roster.find(id)
	if v == nil {
		return f, false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.mu.history == nil {
		return f, false
	}
	return v.mu.history.Lifetime(), true
}

// Infos yields what is known of every agent, in the order of the ids. Each is as it is when its turn comes; agents that come and go
// meanwhile may be among them or not.
func (d *Directory) Infos() iter.Seq[Info] {
	return func(yield func(Info) bool) {
		if d == nil || d.roster == nil {
			return
		}
		for ids := d.roster.after("", slice); len(ids) > 0; ids = d.roster.after(ids[len(ids)-1], slice) {
			for _, id := range ids {
				if info, ok := d.Info(id); ok && !yield(info) {
					return
				}
			}
		}
	}
}

// vitals returns those that an agent with this id is to fill. Without a roster nobody sees them.
func (d *Directory) vitals(id string) *vitals {
	if d == nil || d.roster == nil {
		return &vitals{}
	}
	return d.roster.of(id)
}
