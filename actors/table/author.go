// SPDX-License-Identifier: Apache-2.0

package table

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"mabeam.dev/actors"
)

// author is one process's right to write, shared by all its handles. A write of the process happens wholly under mu, for a few
// instructions and with no code of the user, so that the process's end and a transfer, which take mu as well, come before it or after it.
type author struct {
	pid actors.PID
	reg *registry

	mu   sync.Mutex
	owns map[uint64]*core // by number
}

// endedLocked reports whether nothing of the process counts any more. If not, then end is still to come, and will wait for the lock.
func (a *author) endedLocked() bool { return a.pid.Fenced() }

// end is the end of the process, which is fenced already: what it owns goes to the heirs, in the order of making, or is deleted. Nobody has
// heard of the death yet.
func (a *author) end(actors.Reason) {
	a.mu.Lock()
	owned := a.owns
	a.owns = nil
	a.mu.Unlock()
	a.reg.authors.Delete(a.pid)
	for _, c := range slices.SortedFunc(maps.Values(owned), func(x, y *core) int { return cmp.Compare(x.id, y.id) }) {
		c.bequeath(a)
	}
}

// ownLocked adds a table to what the process owns.
func (a *author) ownLocked(c *core) {
	if a.owns == nil {
		a.owns = map[uint64]*core{}
	}
	a.owns[c.id] = c
}

// lockBoth takes two authors' locks in the order of incarnation.
func lockBoth(a, b *author) {
	if a.pid.Incarnation() > b.pid.Incarnation() {
		a, b = b, a
	}
	a.mu.Lock()
	b.mu.Lock()
}

func unlockBoth(a, b *author) {
	a.mu.Unlock()
	b.mu.Unlock()
}
