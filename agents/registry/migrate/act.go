// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/migrate/plan"
)

func different(err error) bool { return errors.Is(err, ErrDifferent) }

// act does actions until one fails.
func (m *mover) act(ctx *actors.Context[message], c plan.Command, actions []plan.Action) error {
	for _, a := range actions {
		if err := m.one(ctx, c, a); err != nil {
			return err
		}
	}
	return nil
}

func (m *mover) one(ctx *actors.Context[message], c plan.Command, a plan.Action) error {
	switch a {
	case plan.SealOld, plan.OpenOld:
		return m.sides[plan.Old].SetReadOnly(ctx, a == plan.SealOld)
	case plan.SealNew, plan.OpenNew:
		return m.sides[plan.New].SetReadOnly(ctx, a == plan.SealNew)
	case plan.Route, plan.Settle:
		p := m.record.Phase
		next := &route{by: ctx.PID().Incarnation(), reads: m.sides[p.Reads()], writes: m.sides[p.Writes()], settle: p.Reads() != p.Writes()}
		if now := m.front.route.Load(); a == plan.Settle {
			if next.reads = next.writes; now != nil {
				next.reads = now.reads
			}
		}
		if !m.front.turn(next) {
			return actors.ErrFenced
		}
	case plan.Level:
		return m.follow(ctx)
	case plan.CopyAll:
		m.level, m.marks = true, [2]Moment{} // from before the first row
		return m.follow(ctx)
	case plan.Equal:
		return m.compare(c)
	case plan.Drain:
		return m.drain(ctx)
	}
	return nil
}

// establish makes the phase so.
func (m *mover) establish(ctx *actors.Context[message]) error {
	if err := m.act(ctx, plan.Nothing, m.record.Phase.Establish()); err != nil {
		return err
	}
	m.settled = true
	m.release()
	return nil
}

// ends returns the side that takes writes and the one that follows it.
func (m *mover) ends() (leader, follower plan.Side) {
	leader = m.record.Phase.Writes()
	return leader, leader.Other()
}

// maxImport is how many rows one import brings over: each is one commit of the registry that takes it.
const maxImport = 1000

// follow makes the follower equal in all that has changed on either side since the last time. Whoever does not know how far they are equal
// begins with everything, or, while only shadowing, with now.
func (m *mover) follow(ctx *actors.Context[message]) error {
	p := m.record.Phase
	if !p.Follows() {
		return nil
	}
	leader, follower := m.ends()
	if !m.level {
		m.marks = [2]Moment{}
		if !p.Whole() {
			for i, s := range m.sides {
				_, now, err := s.Changes(nil)
				if err != nil {
					return err
				}
				m.marks[i] = now
			}
		}
		m.level = true
	}
	led, leads, err := m.sides[leader].Changes(m.marks[leader])
	if err != nil {
		return err
	}
	had, follows, err := m.sides[follower].Changes(m.marks[follower])
	if err != nil {
		return err
	}
	if len(led)+len(had) > 0 {
		mark := time.Time{}
		if follower == plan.New {
			mark = ctx.Now()
		}
		if err := m.bring(ctx, follower, plan.Fixes(plan.Merge(led, had), leads.Get, follows.Get, alive, mark)); err != nil {
			return err
		}
	}
	m.marks[leader], m.marks[follower] = leads, follows
	return nil
}

func (m *mover) bring(ctx *actors.Context[message], to plan.Side, fixes []plan.Fix) error {
	for len(fixes) > 0 {
		n := min(len(fixes), maxImport)
		ops := make([]registry.Op, 0, n)
		for _, f := range fixes[:n] {
			if f.Row == nil {
				ops = append(ops, registry.Unregister{ID: registry.ID{Namespace: f.Namespace, Name: f.ID}})
			} else {
				ops = append(ops, registry.Restore{Row: f.Row})
			}
		}
		if err := m.sides[to].Import(ctx, ops...); err != nil {
			return err
		}
		m.copied += uint64(n)
		fixes = fixes[n:]
	}
	return nil
}

// compare compares the follower, as it is now, with the leader as it was brought level last: nobody but the migration writes to the follower.
func (m *mover) compare(c plan.Command) error {
	leader, follower := m.ends()
	_, now, err := m.sides[follower].Changes(m.marks[follower])
	if err != nil {
		return err
	}
	rep := plan.Compare(m.marks[leader].All(), now.All(), alive)
	m.report = &rep
	if !rep.Equal() {
		return &DifferentError{c, rep}
	}
	return nil
}

// drain waits until nobody waits for the old side. Those who do need nothing of this process.
func (m *mover) drain(ctx *actors.Context[message]) error {
	old := m.sides[plan.Old]
	until := ctx.Now().Add(m.spec.Drain)
	for {
		open := old.open.Load()
		switch {
		case open == 0:
			return nil
		case !ctx.Now().Before(until):
			return &OpenCallsError{old.Name(), open}
		}
		if err := ctx.System().Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// alive reports whether a handle may still reach somebody: of what is no process of this system nobody here can say that it has ended.
func alive(h index.Handle) bool {
	pid, ok := h.(actors.PID)
	return !ok || pid.Alive()
}
