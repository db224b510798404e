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
		told    *index.View // the commits up to this one have been told
		life    uint64      // counts the times that the registry began with nothing
	}
}

// begin returns the watches that are not over and what they were told of last.
func (c *circle) begin(owner actors.PID, anew bool) (all []*Watch, told *index.View, life uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if owner.Fenced() {
		return nil, nil, 0
	}
	if anew {
		c.mu.life++
	}
	c.mu.watches = slices.DeleteFunc(c.mu.watches, (*Watch).ended)
	return slices.Clone(c.mu.watches), c.mu.told, c.mu.life
}

// heard notes that everybody has been told of what leads to a View.
func (c *circle) heard(owner actors.PID, v *index.View) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !owner.Fenced() {
		c.mu.told = v
	}
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
