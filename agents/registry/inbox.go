// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"sync"

	"mabeam.dev/actors"
)

// inbox holds the ids of which the source has news, each once however often it is told: the owner asks the source when it comes to them. It
// belongs to the handle, so that nothing is lost with an owner.
type inbox struct {
	mu struct {
		sync.Mutex
		ids []string
		has map[string]struct{}
	}
}

// add reports whether the owner has to be told that there is something.
func (b *inbox) add(id string) (first bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.mu.has[id]; ok {
		return false
	}
	if b.mu.has == nil {
		b.mu.has = map[string]struct{}{}
	}
	b.mu.has[id] = struct{}{}
	b.mu.ids = append(b.mu.ids, id)
	return len(b.mu.ids) == 1
}

// take returns up to n ids, oldest first, and whether there are more. What happens to an agent from now on is news again. An owner that has been
// killed gets none: they are its successor's.
func (b *inbox) take(n int, owner actors.PID) (ids []string, more bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if owner.Fenced() {
		return nil, false
	}
	n = min(n, len(b.mu.ids))
	ids = b.mu.ids[:n:n]
	b.mu.ids = b.mu.ids[n:]
	for _, id := range ids {
		delete(b.mu.has, id)
	}
	if len(b.mu.ids) == 0 {
		b.mu.ids = nil
	}
	return ids, len(b.mu.ids) > 0
}

// news is what the source calls.
func (r *Registry) news(id string) {
	if r.inbox.add(id) {
		r.nudge(news{}) // an owner that is not there asks about everything when it comes
	}
}

// nudge has the owner of now see to something behind what waits. As a notice it is for a living owner alone, and no loss to a dead one.
func (r *Registry) nudge(m message) {
	if f := r.nudges.Load(); f != nil {
		f.Add(m)
		f.Flush()
	}
}
