// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"slices"
	"sync"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
)

// circle is all watches of a registry, and what they have been told of. It belongs to the handle: watches outlive owners, and an owner goes on
// where the last one was ended. An owner that has been killed changes nothing in it.
type circle struct {
	mu struct {
		sync.Mutex
		watches []*Watch    // in the order in which they came
		trail   []milestone // the View that everybody has been told of, and those of which the telling was broken off since
		life    uint64      // counts the times that the registry began with nothing
	}
}

// milestone is a View and when it was told.
type milestone struct {
	at   stamp
	view *index.View
}

// begin returns the watches that are not over, what they may know, and the life that begins or goes on.
func (c *circle) begin(owner actors.PID, anew bool) (all []*Watch, trail []milestone, life uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if owner.Fenced() {
		return nil, nil, 0
	}
	if anew {
		c.mu.life++
	}
	c.mu.watches = slices.DeleteFunc(c.mu.watches, (*Watch).ended)
	return slices.Clone(c.mu.watches), slices.Clone(c.mu.trail), c.mu.life
}

// tell notes that the telling of a View begins. It reports false to an owner that has been ended, and must not tell.
func (c *circle) tell(owner actors.PID, m milestone) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if owner.Fenced() {
		return false
	}
	c.mu.trail = append(c.mu.trail, m)
	return true
}

// heard notes that everybody has been told of a View.
func (c *circle) heard(owner actors.PID, m milestone) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !owner.Fenced() {
		clear(c.mu.trail)
		c.mu.trail = append(c.mu.trail[:0], m)
	}
}

// Watchers returns how many queries are watched.
func (r *Registry) Watchers() int {
	c := &r.circle
	c.mu.Lock()
	all := slices.Clone(c.mu.watches)
	c.mu.Unlock()
	n := 0
	for _, w := range all {
		if !w.ended() {
			n++
		}
	}
	return n
}

func (c *circle) join(owner actors.PID, w *Watch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !owner.Fenced() {
		c.mu.watches = append(c.mu.watches, w)
	}
}

func (c *circle) leave(owner actors.PID, gone func(*Watch) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !owner.Fenced() {
		c.mu.watches = slices.DeleteFunc(c.mu.watches, gone)
	}
}
