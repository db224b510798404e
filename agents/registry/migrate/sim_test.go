// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/migrate"
	"mabeam.dev/agents/registry/migrate/plan"
	"mabeam.dev/testkit/sim"
)

// writer registers, updates and unregisters names of its own, and remembers what was acknowledged and what may or may not have been done.
type writer struct {
	w     *world
	s     *sim.Sim
	name  string
	steps int
	agent map[string]actors.PID    // acknowledged and not unregistered
	told  map[string]query.Status  // the health that was acknowledged last
	maybe map[string]bool          // the last write is unsure
	stale func(id string, why any) // told of what a reader does not see
}

func (p *writer) Init(c *actors.Context[int]) error {
	c.Continue(0)
	return nil
}

func (p *writer) Receive(c *actors.Context[int], step int) error {
	if step >= p.steps {
		return actors.Stop
	}
	id := fmt.Sprintf("%s-%d", p.name, c.Rand().IntN(4))
	switch c.Rand().IntN(5) {
	case 0:
		if err := p.w.book.Unregister(c, registry.ID{Name: id}); p.sure(id, err) {
			delete(p.agent, id)
			delete(p.told, id)
			p.sees(id, nil)
		}
	case 1:
		h := query.Status(c.Rand().IntN(3))
		row, err := p.w.book.Update(c, registry.ID{Name: id}, 0, registry.Patch{Health: index.Known(index.Health{Status: h})})
		if errors.Is(err, registry.ErrNotFound) {
			if pid, ok := p.agent[id]; ok && pid.Alive() && !p.maybe[id] {
				p.stale(id, "lost: not found by an update")
			}
		} else if p.sure(id, err) {
			p.told[id] = h
			p.sees(id, row)
		}
	case 2:
		if pid, ok := p.agent[id]; ok {
			pid.Kill()
		}
	default:
		pid := actors.MustSpawn(p.w.sys, "", actors.Stateless(func(*actors.Context[string], string) error { return nil })).PID()
		row, err := p.w.book.Register(c, row(id, pid))
		switch {
		case errors.Is(err, registry.ErrDuplicate):
			pid.Kill()
		case p.sure(id, err):
			p.agent[id] = pid
			delete(p.told, id)
			p.sees(id, row)
		default:
			p.agent[id] = pid // perhaps
		}
	}
	c.After(time.Duration(c.Rand().IntN(2))*time.Millisecond, step+1)
	return nil
}

// sure reports whether a write was done. One that may have been or not makes the name unsure until the next that is.
func (p *writer) sure(id string, err error) bool {
	if err != nil {
		var away *registry.UnavailableError
		if !errors.As(err, &away) {
			p.stale(id, err)
		}
		p.maybe[id] = true
		return false
	}
	delete(p.maybe, id)
	return true
}

// sees says that readers see what was written: each name has one writer.
func (p *writer) sees(id string, want *index.Row) {
	got, ok := p.w.book.Lookup(registry.ID{Name: id})
	switch {
	case want == nil && ok:
		p.stale(id, "still there")
	case want != nil && !ok:
		if pid := want.Handle.(actors.PID); pid.Alive() {
			p.stale(id, "not there")
		}
	case want != nil && got.Version < want.Version && got.Handle == want.Handle:
		p.stale(id, fmt.Sprintf("version %d of %d", got.Version, want.Version))
	}
}

// walk is a way through the steps, forth and back.
var walks = [][]plan.Command{
	steps,
	{plan.Start, plan.Copy, plan.Rollback, plan.Start, plan.Copy, plan.Verify, plan.SwitchReads, plan.Rollback},
	{plan.Start, plan.Copy, plan.Verify, plan.SwitchReads, plan.SwitchWrites, plan.Rollback, plan.Start, plan.Copy, plan.Verify, plan.SwitchReads, plan.SwitchWrites},
}

// TestNothingIsLostInAnyOrderOfTurnsWhoeverIsKilled runs writers while the steps are taken, and kills the migration, the owners and the holders of both
// registries wherever they are. What was acknowledged is there, in both, with its last version, unless its process has ended.
func TestNothingIsLostInAnyOrderOfTurnsWhoeverIsKilled(t *testing.T) {
	for _, victim := range []string{"", "/node/registry.migration", "/node/before", "/node/after/after", "/node/after/after.holder"} {
		t.Run("kill "+victim, func(t *testing.T) {
			sim.Explore(t, 120, func(s *sim.Sim) {
				w := build(s, s.System(), nil, nil)
				if victim != "" {
					s.Fault(sim.Fault{Do: sim.Kill, Process: victim, Chance: 0.02, Times: 4}) // fewer than end a supervisor
				}
				var all []*writer
				for i := range 3 {
					p := &writer{
						w: w, s: s, name: fmt.Sprint("w", i), steps: 25, agent: map[string]actors.PID{}, told: map[string]query.Status{}, maybe: map[string]bool{},
						stale: func(id string, why any) { assert.Fail(s, "stale or lost", "%s: %v", id, why) },
					}
					all = append(all, p)
					actors.MustSpawn(s.System(), p.name, func() actors.Behavior[int] { return p })
				}
				for _, c := range walks[s.System().Rand("walk").IntN(len(walks))] {
					s.Advance(time.Duration(s.System().Rand("walk").IntN(4)) * time.Millisecond)
					command(s, w, c)
				}
				s.Advance(time.Second)
				s.Calm()
				s.Advance(5 * time.Second)
				s.Settle()
				for _, p := range all {
					for id, pid := range p.agent {
						got, ok := w.book.Lookup(registry.ID{Name: id})
						if p.maybe[id] || !pid.Alive() {
							continue
						}
						assert.True(s, ok, "%s is lost", id)
						if h, told := p.told[id]; told && ok {
							assert.Equal(s, h, got.Health.Status, id)
						}
					}
				}
				for r := range w.book.All() {
					assert.True(s, r.Handle.(actors.PID).Alive(), r.ID)
				}
				status, err := w.m.Status(context.Background())
				require.NoError(s, err)
				assert.True(s, status.Settled)
				if status.Phase.Follows() {
					w.equal()
				}
			})
		})
	}
}

// command carries one out, however often it has to be asked for. It may have been done by the process that resumed it.
func command(s *sim.Sim, w *world, c plan.Command) {
	var err error
	for range 50 {
		if _, err = w.m.Do(context.Background(), c); err == nil {
			return
		}
		require.ErrorIs(s, err, registry.ErrUnavailable, c)
		s.Advance(50 * time.Millisecond)
	}
	require.NoError(s, err, c)
}

// forgetful is a journal that outlives the system, and stops it in the midst of a save: before the record is there or behind that.
type forgetful struct {
	migrate.Memory
	sys   *actors.System
	at    int // the save that it ends with, counted from 1; 0 for none
	after bool
	saves int
}

func (f *forgetful) Save(ctx context.Context, r migrate.Record) error {
	f.saves++
	if f.at == 0 || f.saves < f.at {
		return f.Memory.Save(ctx, r)
	}
	if f.after {
		if err := f.Memory.Save(ctx, r); err != nil {
			return err
		}
	}
	return f.sys.Sleep(ctx, time.Hour) // nothing comes behind it
}

// TestAMigrationGoesOnWhereItsJournalSaysAfterTheLossOfAllElse ends the system at each save, before it and behind it, and starts another with the same
// journal, as kill -9 would: agents register again, and the steps go on.
func TestAMigrationGoesOnWhereItsJournalSaysAfterTheLossOfAllElse(t *testing.T) {
	const saves = 1 + 2*6            // the start's, and two for each step
	for at := 2; at <= saves; at++ { // to end with the first is never to have begun
		for _, after := range []bool{false, true} {
			j := &forgetful{at: at, after: after}
			died := sim.Run(1, func(s *sim.Sim) {
				j.sys = s.System()
				actors.MustSpawn(s.System(), "driver", func() actors.Behavior[int] { return &driver{s, j} })
				require.True(s, s.Until(time.Minute, func() bool { return j.saves == at }))
			})
			require.NoError(t, died.Failure)
			j.at = 0
			last, err := j.Load(t.Context())
			require.NoError(t, err)
			require.Contains(t, []int{at - 1, at}, int(last.Seq))
			lived := sim.Run(2, func(s *sim.Sim) {
				w := build(s, s.System(), j, nil)
				w.register("a")
				s.Settle()
				status, err := w.m.Status(context.Background())
				require.NoError(s, err)
				assert.GreaterOrEqual(s, status.Phase, last.Phase)
				assert.Equal(s, plan.Nothing, status.Doing, "what was under way has been finished")
				if last.Doing != plan.Nothing {
					assert.Greater(s, status.Phase, last.Phase)
				}
				for _, c := range steps {
					command(s, w, c)
				}
				assert.Equal(s, []string{"a"}, w.ids())
			})
			require.NoError(t, lived.Failure, "save %d, behind it: %v", at, after)
		}
	}
}

// driver builds a world and takes every step.
type driver struct {
	s *sim.Sim
	j migrate.Journal
}

func (d *driver) Init(c *actors.Context[int]) error {
	c.Continue(0)
	return nil
}

func (d *driver) Receive(c *actors.Context[int], _ int) error {
	w := build(d.s, c.System(), d.j, nil)
	for _, step := range steps {
		if _, err := w.m.Do(c, step); err != nil {
			return err
		}
	}
	return nil
}
