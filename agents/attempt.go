// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/lifecycle"
)

// Attempt is a piece of work in an agent's hands. A kind that begins and ends its attempts has an agent that is busy, drains and has
// figures of performance; native and exec agents do.
type Attempt struct {
	owner *vitals
	ref   actors.Ref[Message]
	no    uint64
	at    time.Time
}

// Begin notes that the agent has taken work. s is the spec that the kind was built with.
func (s Spec) Begin(ctx *actors.Context[Message]) Attempt {
	v := s.vitals
	if v == nil {
		return Attempt{}
	}
	now, ref := ctx.Now(), ctx.Self()
	v.mu.Lock()
	if v.mu.ref != ref {
		v.mu.Unlock()
		return Attempt{}
	}
	before := v.mu.life
	moved := v.stepLocked(nil, lifecycle.Take, "", now)
	if v.mu.life == before { // it takes no work, and has some nevertheless: not counted
		v.mu.Unlock()
		return Attempt{}
	}
	v.mu.last++
	a := Attempt{owner: v, ref: ref, no: v.mu.last, at: now}
	v.mu.inHand = append(v.mu.inHand, a)
	v.mu.Unlock()
	v.tell(ctx.Events(), moved)
	return a
}

// End notes that the agent has answered. Only the first End counts, and none after the end of the process. An outcome that says the agent
// never began leaves no trace in its performance.
func (a Attempt) End(ctx *actors.Context[Message], o Outcome) {
	v := a.owner
	if v == nil {
		return
	}
	now := ctx.Now()
	v.mu.Lock()
	at := slices.IndexFunc(v.mu.inHand, func(b Attempt) bool { return b.no == a.no })
	if v.mu.ref != a.ref || at < 0 {
		v.mu.Unlock()
		return
	}
	v.mu.inHand = slices.Delete(v.mu.inHand, at, at+1)
	if o.Failure == nil || o.Failure.Class != ClassUndelivered {
		v.recordLocked(now, now.Sub(a.at), o.Failure == nil)
	}
	moved := v.stepLocked(nil, lifecycle.Finish, "", now)
	v.mu.Unlock()
	v.tell(ctx.Events(), moved)
}
