// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/testkit/sim"
)

// record is a T that keeps what it is told.
type record struct {
	name  string
	fatal string
	logs  []string
}

func (r *record) Helper()      {}
func (r *record) Name() string { return r.name }
func (r *record) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

func (r *record) Fatalf(format string, args ...any) { r.fatal = fmt.Sprintf(format, args...); panic(r) }

// explored is Explore under another test's name, for what is to fail.
func explored(n int, body func(*sim.Sim), name string, o ...sim.Option) (r *record) {
	r = &record{name: name}
	defer func() {
		if x := recover(); x != nil && x != any(r) {
			panic(x)
		}
	}()
	sim.Explore(r, n, body, o...)
	return r
}

type op struct {
	reply actors.Reply[int]
	set   int
	write bool
}

// account is a store whose clients read, think and write: their updates are lost when two overlap.
func account(s *sim.Sim) actors.Ref[op] {
	balance := 0
	return actors.MustSpawn(s.System(), "account", actors.Stateless(func(_ *actors.Context[op], m op) error {
		if m.write {
			balance = m.set
		}
		m.reply.Send(balance)
		return nil
	}))
}

func lostUpdate(s *sim.Sim) {
	to := account(s)
	for i := range 2 {
		actors.MustSpawn(s.System(), fmt.Sprint("client", i), actors.Stateless(func(c *actors.Context[int], n int) error {
			v, err := actors.Call(c, to, func(r actors.Reply[int]) op { return op{reply: r} })
			if err != nil {
				return err
			}
			_, err = actors.Call(c, to, func(r actors.Reply[int]) op { return op{reply: r, write: true, set: v + n} })
			return err
		})).Tell(10)
	}
	s.Advance(time.Minute)
	v, err := actors.Call(s.Context(), to, func(r actors.Reply[int]) op { return op{reply: r} })
	require.NoError(s, err)
	require.Equal(s, 20, v)
}

func TestExploreMessagesThatAreLost(t *testing.T) {
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		s.Fault(sim.Fault{Do: sim.Drop, Process: "/account", Chance: 0.3})
		to := account(s)
		for i := range 3 {
			actors.MustSpawn(s.System(), fmt.Sprint("client", i), actors.Stateless(func(c *actors.Context[int], n int) error {
				_, err := actors.Call(c, to, func(r actors.Reply[int]) op { return op{reply: r} })
				return err
			})).Tell(10)
		}
		s.Settle()
		s.Advance(time.Minute)
	})
}
