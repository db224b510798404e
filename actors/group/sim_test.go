// SPDX-License-Identifier: Apache-2.0

package group_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
	"mabeam.dev/testkit/sim"
)

// wander is a member that joins and leaves now and then, until it ends.
type wander struct{ steps int }

func (m *wander) Init(c *actors.Context[int]) error {
	c.Continue(0)
	return group.In(c, "").Join(c, "g0")
}

func (m *wander) Receive(c *actors.Context[int], step int) error {
	s, g := group.In(c, ""), []string{"g0", "g1"}[c.Rand().IntN(2)]
	switch c.Rand().IntN(6) {
	case 0:
		_ = s.Leave(c, g)
	case 1:
		c.PID().Kill()
	case 2:
		return assert.AnError
	default:
		if err := s.Join(c, g); err != nil {
			return err
		}
	}
	if step == m.steps {
		return actors.Stop
	}
	c.After(time.Duration(c.Rand().IntN(3))*time.Second, step+1)
	return nil
}

// ledger keeps the members of the scope from what its watch tells it.
type ledger struct {
	s       *sim.Sim
	members map[string][]actors.PID
}

// tells is what the ledger gets: an event of its watch, or the end of a member.
type tells struct {
	event group.Event
	ended actors.PID
}

func (l *ledger) Init(c *actors.Context[tells]) error {
	present, _, err := group.WatchScope(c, group.In(c, ""), func(e group.Event) tells { return tells{event: e} })
	for _, g := range present {
		l.members[g.Name] = g.Members
		for _, p := range g.Members {
			l.follow(c, p)
		}
	}
	return err
}

func (l *ledger) follow(c *actors.Context[tells], p actors.PID) {
	c.Monitor(p, func(d actors.Down) tells { return tells{ended: d.PID} })
}

func (l *ledger) Receive(c *actors.Context[tells], m tells) error {
	if !m.ended.IsZero() {
		for name, list := range l.members {
			assert.NotContains(l.s, list, m.ended, name)
		}
		return nil
	}
	for _, p := range m.event.Members {
		list := l.members[m.event.Group]
		if m.event.Change == group.Joined {
			l.members[m.event.Group] = append(list, p)
			l.follow(c, p)
			continue
		}
		i := slices.Index(list, p)
		if assert.GreaterOrEqual(l.s, i, 0) {
			l.members[m.event.Group] = slices.Delete(list, i, i+1)
		}
	}
	return nil
}

// In any order of turns, with members that crash and are killed, a watch that begins at any time knows who is there and who has left before it
// hears of their end.
func TestWatchKnowsWhoIsThereInAnyOrderOfTurns(t *testing.T) {
	sim.Explore(t, 200, func(s *sim.Sim) {
		l := &ledger{s: s, members: map[string][]actors.PID{}}
		for i := range 6 {
			actors.MustSpawn(s.System(), "", func() actors.Behavior[int] { return &wander{steps: 5} })
			if i == 2 {
				actors.MustSpawn(s.System(), "ledger", func() actors.Behavior[tells] { return l })
			}
		}
		s.Advance(2 * time.Second)
		s.Settle()
		scope := group.In(s.System(), "")
		for _, g := range []string{"g0", "g1"} {
			assert.ElementsMatch(s, scope.Members(g), l.members[g])
		}
		s.Advance(time.Minute)
		assert.Empty(s, scope.Groups())
		assert.Empty(s, append(l.members["g0"], l.members["g1"]...))
	})
}
