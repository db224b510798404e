// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"testing"

	"mabeam.dev/actors"
)

// ping is a message by pointer that carries its own answer's address.
type ping struct {
	reply actors.Reply[*ping]
	done  chan struct{}
}

func pong(_ *actors.Context[*ping], m *ping) error {
	if m.done != nil {
		m.done <- struct{}{}
		return nil
	}
	m.reply.Send(m)
	return nil
}

// The hot paths allocate nothing of their own: a Tell of a pointer or a small value none at all, a Call its message and its reply.
func TestHotPathsDoNotAllocate(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(context.Background()) }()
	ctx := context.Background()
	r := actors.MustSpawn(sys, "p", actors.Stateless(pong))
	named := actors.Named[*ping](sys, "p")
	m := &ping{done: make(chan struct{})}
	build := func(reply actors.Reply[*ping]) *ping { return &ping{reply: reply} }

	got := make(chan struct{})
	ints := actors.MustSpawn(sys, "ints", actors.Stateless(func(*actors.Context[int], int) error { got <- struct{}{}; return nil }))

	// A process that measures from within its turn.
	inside := func(what func(c *cx)) func() float64 {
		return func() float64 {
			out := make(chan float64, 1)
			p := actors.MustSpawn(sys, "", plain())
			p.Tell(func(c *cx) error { out <- testing.AllocsPerRun(1000, func() { what(c) }); return nil })
			return <-out
		}
	}
	outside := func(what func()) func() float64 {
		return func() float64 { return testing.AllocsPerRun(1000, what) }
	}
	call := func(ctx context.Context) {
		if _, err := actors.Call(ctx, r, build); err != nil {
			t.Error(err)
		}
	}
	for name, tc := range map[string]struct {
		measure func() float64
		most    float64
	}{
		"Tell of a pointer":   {outside(func() { r.Tell(m); <-m.done }), 0},
		"Tell of an int":      {outside(func() { ints.Tell(7); <-got }), 0},
		"Tell by name":        {outside(func() { named.Tell(m); <-m.done }), 0},
		"Tell in one's name":  {inside(func(c *cx) { r.From(c).Tell(m); <-m.done }), 0},
		"TryTell":             {outside(func() { _ = r.TryTell(m); <-m.done }), 0},
		"TellContext":         {outside(func() { _ = r.TellContext(ctx, m); <-m.done }), 0},
		"Call":                {outside(func() { call(ctx) }), 1},
		"Call from a process": {inside(func(c *cx) { call(c) }), 1},
		"Tell to the dead":    {outside(func() { actors.Ref[*ping]{}.Tell(m) }), 0},
	} {
		t.Run(name, func(t *testing.T) {
			if n := tc.measure(); n > tc.most {
				t.Errorf("%v allocations, want at most %v", n, tc.most)
			}
		})
	}
}
