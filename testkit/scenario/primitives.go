// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/supervision"
)

func primitiveVerbs() []Verb {
	const owner = "Its process is /council/owners/OWNER; what it waits for is asked for one after the other."
	return []Verb{
		{
			Name: "lock", Group: Coordination, Usage: "lock NAME OWNER [LEASE]", Min: 2, Max: 3, Example: "lock ledger ann 10s",
			Doc:   "Has somebody ask for a lock, and wait for it if another holds it; with a lease that ends by itself. " + owner + " It fails when the lock is refused at once.",
			check: checkDuration(2),
			run: func(e *engine, c *Command) (string, error) {
				var how protocols.Claim
				if len(c.Args) > 2 {
					how.TTL, _ = time.ParseDuration(c.Args[2].Text)
				}
				name := c.Args[0].Text
				return e.own(c.Args[1].Text, func(ctx *actors.Context[deed], o *tenant, m *council) error {
					g, err := m.space.Lock(name).Acquire(ctx, how)
					if err == nil {
						o.grants[name] = g
					}
					return err
				})
			},
		},
		{
			Name: "unlock", Group: Coordination, Usage: "unlock NAME OWNER", Min: 2, Max: 2, Example: "unlock ledger ann",
			Doc: "Has somebody give a lock back. It fails for who does not hold it.",
			run: func(e *engine, c *Command) (string, error) {
				name := c.Args[0].Text
				return e.own(c.Args[1].Text, func(ctx *actors.Context[deed], o *tenant, _ *council) error {
					g := o.grants[name]
					if g == nil {
						return fmt.Errorf("release %q: %w", name, lock.ErrNotHolder)
					}
					delete(o.grants, name)
					return g.Release(ctx)
				})
			},
		},
		{
			Name: "barrier", Group: Coordination, Usage: "barrier NAME PARTIES OWNER", Min: 3, Max: 3, Example: "barrier start 3 ann",
			Doc:   "Has somebody come to a barrier for so many, and wait there for the others. It fails when the barrier is broken.",
			check: checkCount(1),
			run: func(e *engine, c *Command) (string, error) {
				parties, _ := strconv.Atoi(c.Args[1].Text)
				return e.own(c.Args[2].Text, func(ctx *actors.Context[deed], _ *tenant, m *council) error {
					_, err := m.space.Barrier(c.Args[0].Text, barrier.Spec{Parties: parties}).Await(ctx, 0)
					return err
				})
			},
		},
		{
			Name: "elect", Group: Coordination, Usage: "elect OFFICE CANDIDATE [HEALTH]", Min: 2, Max: 3, Example: "elect chief ann 3",
			Doc:   "Has somebody stand for election; of those who stand when an office is free the one with the best health leads. It does not wait.",
			check: checkCount(2),
			run: func(e *engine, c *Command) (string, error) {
				var how protocols.Candidacy
				if len(c.Args) > 2 {
					how.Health, _ = strconv.Atoi(c.Args[2].Text)
				}
				return e.own(c.Args[1].Text, func(ctx *actors.Context[deed], _ *tenant, m *council) error {
					_, err := m.space.Election(c.Args[0].Text, election.Spec{}).Stand(ctx, how)
					return err
				})
			},
		},
		{
			Name: "resign", Group: Coordination, Usage: "resign OFFICE CANDIDATE", Min: 2, Max: 2, Example: "resign chief ann",
			Doc: "Has somebody give up an office, or the wish for it. It fails for who has neither.",
			run: func(e *engine, c *Command) (string, error) {
				return e.own(c.Args[1].Text, func(ctx *actors.Context[deed], _ *tenant, m *council) error {
					return m.space.Election(c.Args[0].Text, election.Spec{}).Withdraw(ctx)
				})
			},
		},
	}
}

// deed is something that an owner does; done is told what came of it.
type deed struct {
	do   func(ctx *actors.Context[deed], o *tenant, m *council) error
	done *sequel
}

// sequel is what a deed came to, when it did.
type sequel struct {
	over bool
	err  error
}

// tenant is one life of somebody who owns things.
type tenant struct {
	council *council
	grants  map[string]*protocols.Grant
}

// Receive does a deed.
func (o *tenant) Receive(ctx *actors.Context[deed], d deed) error {
	err := d.do(ctx, o, o.council)
	var cycle *lock.DeadlockError
	if errors.As(err, &cycle) {
		names := make([]string, len(cycle.Cycle))
		for i, edge := range cycle.Cycle {
			names[i] = shortName(edge.Owner)
		}
		o.council.cycles = append(o.council.cycles, strings.Join(names, "+"))
	}
	d.done.over, d.done.err = true, err
	return nil
}

// shortName is the name of an owner in a script: the last part of its process's path.
func shortName(owner string) string {
	owner, _, _ = strings.Cut(owner, "#")
	return path.Base(owner)
}

// own has somebody do something. What it still waits for when nobody can run any more is no failure.
func (e *engine) own(name string, do func(ctx *actors.Context[deed], o *tenant, m *council) error) (string, error) {
	m, err := e.meet()
	if err != nil {
		return "", err
	}
	pid, err := m.owners.process(name, func() supervision.Child {
		return supervision.Worker(name, func() actors.Behavior[deed] { return &tenant{m, map[string]*protocols.Grant{}} }, actors.Kind("owner"))
	})
	if err != nil {
		return "", err
	}
	ref, err := actors.RefOf[deed](pid)
	if err != nil {
		return "", err
	}
	done := new(sequel)
	ref.Tell(deed{do, done})
	e.sim.Settle()
	if !done.over {
		return "waits\n", nil
	}
	return "", done.err
}

// primitiveSubjects are what can be expected of locks, barriers and elections.
func primitiveSubjects() []subject {
	list := func(owners []string) string {
		if len(owners) == 0 {
			return "none"
		}
		names := make([]string, len(owners))
		for i := range owners {
			names[i] = shortName(owners[i])
		}
		return strings.Join(names, "+")
	}
	claims := func(all []lock.Claim) string {
		owners := make([]string, len(all))
		for i := range all {
			owners[i] = all[i].Owner
		}
		return list(owners)
	}
	in := func(show func(e *engine, m *council, args []Arg) (string, error)) func(*engine, []Arg) (string, error) {
		return func(e *engine, args []Arg) (string, error) {
			m, err := e.meet()
			if err != nil {
				return "", err
			}
			return show(e, m, args)
		}
	}
	return []subject{
		{"holder", "holder LOCK", "who holds a lock; none if nobody", 1, 1, in(func(e *engine, m *council, args []Arg) (string, error) {
			s, err := m.space.Lock(args[0].Text).Status(e.ctx)
			return claims(s.Holders), err
		})},
		{"waiting", "waiting LOCK", "who waits for a lock, in the order in which they get it, with + between them", 1, 1, in(func(e *engine, m *council, args []Arg) (string, error) {
			s, err := m.space.Lock(args[0].Text).Status(e.ctx)
			return claims(s.Waiters), err
		})},
		{"deadlock", "deadlock", "the last deadlock: who would have waited for whom, with + between them, first the one that was refused; none if there was none", 0, 0, in(
			func(_ *engine, m *council, _ []Arg) (string, error) {
				if len(m.cycles) == 0 {
					return "none", nil
				}
				return m.cycles[len(m.cycles)-1], nil
			})},
		{"arrived", "arrived BARRIER", "who waits at a barrier, in the order of arrival", 1, 1, in(func(e *engine, m *council, args []Arg) (string, error) {
			s, err := m.space.Barrier(args[0].Text, barrier.Spec{}).Status(e.ctx)
			return list(s.Arrived), err
		})},
		{"generation", "generation BARRIER", "which generation of a barrier fills, from 1; broken if it is broken", 1, 1, in(func(e *engine, m *council, args []Arg) (string, error) {
			s, err := m.space.Barrier(args[0].Text, barrier.Spec{}).Status(e.ctx)
			if s.Broken != nil {
				return "broken", err
			}
			return strconv.FormatUint(s.Generation, 10), err
		})},
		{"culprit", "culprit BARRIER", "for whom a barrier is broken; none if it is whole", 1, 1, in(func(e *engine, m *council, args []Arg) (string, error) {
			s, err := m.space.Barrier(args[0].Text, barrier.Spec{}).Status(e.ctx)
			if s.Broken == nil {
				return "none", err
			}
			return shortName(s.Broken.Culprit), err
		})},
		{"leader", "leader OFFICE", "who leads; none if nobody", 1, 1, in(func(e *engine, m *council, args []Arg) (string, error) {
			l, err := m.space.Election(args[0].Text, election.Spec{}).Leader(e.ctx)
			if l.Leader == "" {
				return "none", err
			}
			return shortName(l.Leader), err
		})},
		{"candidates", "candidates OFFICE", "who leads, and then who would lead after it", 1, 1, in(func(e *engine, m *council, args []Arg) (string, error) {
			all, err := m.space.Election(args[0].Text, election.Spec{}).Candidates(e.ctx)
			owners := make([]string, len(all))
			for i := range all {
				owners[i] = all[i].Candidate
			}
			return list(owners), err
		})},
	}
}
