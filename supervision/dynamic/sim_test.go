// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
	"mabeam.dev/testkit/sim"
)

// What users do to a supervisor at the same time, in any order of turns: start, crash, end, kill and terminate children whose starts fail now
// and then. It never has more children than are allowed, knows exactly the processes that live, and leaves none behind.
func TestAnyOrderOfTurnsLeavesTheSupervisorWhole(t *testing.T) {
	const most = 5
	sim.Explore(t, 300, func(s *sim.Sim) {
		sup, err := dynamic.Start(s.System(), "sup", dynamic.Spec{Intensity: many, MaxChildren: most})
		require.NoError(s, err)
		users := make([]*user, 4)
		for i := range users {
			u := &user{sup: sup, most: most}
			users[i] = u
			actors.MustSpawn(s.System(), fmt.Sprint("user", i), func() actors.Behavior[do] { return u }).Tell(u.act)
		}
		s.Advance(time.Minute)
		for _, u := range users {
			require.Empty(s, u.wrong)
			require.True(s, u.done)
		}
		infos, err := sup.Children(s.Context())
		require.NoError(s, err)
		known := map[actors.PID]bool{}
		for _, info := range infos {
			require.Equal(s, "up", info.Status.String(), "restarts end when starts work")
			known[info.PID] = true
		}
		living := 0
		for pid := range s.System().Processes() {
			if pid.Parent() == sup.PID() {
				living++
				require.True(s, known[pid], "%s lives and is no child", pid)
			}
		}
		require.Len(s, known, living)
		sup.PID().Stop()
		s.Settle()
		s.Advance(time.Minute)
		require.False(s, sup.PID().Alive())
		for pid := range known {
			require.False(s, pid.Alive())
		}
	})
}

// user is somebody who uses a supervisor.
type user struct {
	sup   *dynamic.Supervisor
	most  int
	mine  []actors.PID
	wrong []supervision.Counts // numbers that cannot be
	done  bool
}

func (u *user) Receive(c *cx, m do) error { return m(c) }

// act does one thing after another.
func (u *user) act(c *cx) error {
	for range 12 {
		if err := u.one(c, c.Rand()); err != nil {
			return err
		}
		n, err := u.sup.Count(c)
		if err != nil {
			return err
		}
		if n.Specs > u.most || n.Active > n.Specs {
			u.wrong = append(u.wrong, n)
		}
	}
	u.done = true
	return nil
}

func (u *user) one(c *cx, rng *rand.Rand) error {
	if len(u.mine) == 0 || rng.IntN(2) == 0 {
		pid, err := u.sup.StartChild(c, u.child(rng))
		if err == nil && !pid.IsZero() {
			u.mine = append(u.mine, pid)
		}
		if errors.Is(err, dynamic.ErrMaxChildren) || errors.Is(err, errFound) {
			return nil
		}
		return err
	}
	pid := u.mine[rng.IntN(len(u.mine))]
	switch rng.IntN(4) {
	case 0:
		pid.Kill()
	case 1:
		pid.Exit(whatever)
	case 2:
		pid.Exit(odd)
	case 3:
		if err := u.sup.TerminateChild(c, pid); err != nil && !errors.Is(err, dynamic.ErrNotFound) {
			return err
		}
	}
	return nil
}

// child is one whose starts fail or choose not to be, at most a few times in a row.
func (u *user) child(rng *rand.Rand) supervision.Child {
	outcomes := make([]string, 0, 8)
	for range rng.IntN(4) {
		outcomes = append(outcomes, "ok", []string{"ok", "error", "ignore", "panic"}[rng.IntN(4)])
	}
	if rng.IntN(8) == 0 {
		outcomes = append([]string{"ignore"}, outcomes...)
	}
	c := child(append(outcomes, "ok")...)
	c.Restart = supervision.Restart(rng.IntN(3))
	c.Shutdown = []supervision.Shutdown{0, supervision.Brutal, supervision.Infinity, supervision.After(time.Second)}[rng.IntN(4)]
	return c
}
