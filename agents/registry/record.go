// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"slices"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
)

// record is what the table of rows keeps for an agent. It is never changed: a write puts another one.
type record struct {
	row *index.Row
	// fed is the row as the source said it last; nil for an agent that registered itself.
	fed      *index.Row
	inflight *Inflight
}

// grave is what is remembered of an agent that has ended.
type grave struct {
	row *index.Row // as it was, with the state it ended in
	at  time.Time
}

// Inflight counts the work that one incarnation of an agent has in hand, as those see it who give it out. It is beside the row: it changes with each
// task, and no index knows it. It may be used by any number of goroutines.
type Inflight struct{ n atomic.Int64 }

// Add changes the count and returns what it is then. Who adds takes away again; an incarnation that ends takes its count along.
func (f *Inflight) Add(delta int64) int64 { return f.n.Add(delta) }

// Now returns the count.
func (f *Inflight) Now() int64 { return f.n.Load() }

// alive reports whether somebody lives behind a handle. Of one that is not a process of this system nobody here can say that it has ended.
func alive(h index.Handle) bool {
	pid, ok := h.(actors.PID)
	return h != nil && (!ok || pid.Alive())
}

// sameHandle reports whether two handles reach the same.
func sameHandle(a, b index.Handle) bool {
	x, xok := a.(actors.PID)
	y, yok := b.(actors.PID)
	switch {
	case xok || yok:
		return xok && yok && x == y
	case a == nil || b == nil:
		return a == nil && b == nil
	}
	return a.String() == b.String()
}

// sameDeclared reports whether two rows declare the same.
func sameDeclared(a, b *index.Row) bool {
	return a.Kind == b.Kind && a.Team == b.Team && a.Role == b.Role && a.Limits == b.Limits && a.Weight == b.Weight && a.Keys.Equal(b.Keys) &&
		bytes.Equal(a.Config, b.Config) && slices.Equal(a.Labels, b.Labels) &&
		slices.EqualFunc(a.Capabilities, b.Capabilities, func(x, y index.Capability) bool {
			return x.Name == y.Name && x.Version == y.Version && bytes.Equal(x.Settings, y.Settings)
		})
}

// declare copies what from declares.
func declare(to, from *index.Row) {
	to.Kind, to.Team, to.Role, to.Limits, to.Weight = from.Kind, from.Team, from.Role, from.Limits, from.Weight
	to.Config, to.Labels, to.Capabilities, to.Keys = from.Config, from.Labels, from.Capabilities, from.Keys
}

// sameHealth reports whether two verdicts say the same, whenever they were given.
func sameHealth(a, b index.Health) bool {
	return a.Status == b.Status && a.Since.Equal(b.Since) &&
		slices.EqualFunc(a.Causes, b.Causes, func(x, y index.Cause) bool { return x.Name == y.Name && x.Status == y.Status })
}
