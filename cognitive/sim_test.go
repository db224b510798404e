// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// world is a space under a supervisor in a simulation, with a subscriber that writes down what it hears.
type world struct {
	sys   *actors.System
	s     *cognitive.Space
	j     *memory
	sup   *supervision.Supervisor
	heard []cognitive.Update
	acked map[string]cognitive.Result
}

func newWorld(s *sim.Sim, o cognitive.SpaceOptions) *world {
	w := &world{sys: s.NewSystem(actors.Options{}), acked: map[string]cognitive.Result{}}
	if o.Journal == nil {
		rng := s.Rand("journal")
		nap := func(ctx context.Context) error { return w.sys.Sleep(ctx, time.Duration(rng.IntN(3))*time.Millisecond) }
		w.j = &memory{slow: nap, after: nap}
		w.j.failing(func(cognitive.Event) (bool, error) {
			switch rng.IntN(12) {
			case 0:
				return false, errDisk
			case 1:
				return true, errDisk
			}
			return true, nil
		})
		o.Journal = w.j
	}
	o.Name = "lab"
	w.start(s, o, "node")
	return w
}

// start starts the space below a supervisor.
func (w *world) start(s *sim.Sim, o cognitive.SpaceOptions, above string) {
	o.Intensity = supervision.Intensity{Max: 1000, Within: time.Second}
	space, child, err := cognitive.NewSpace(w.sys, o)
	require.NoError(s, err)
	w.s = space
	w.sup, err = supervision.Start(w.sys, above, supervision.Spec{Children: []supervision.Child{child}, Intensity: supervision.Intensity{Max: 1000, Within: time.Second}})
	require.NoError(s, err)
}

// insist repeats something until it is answered.
func insist(c *actors.Context[int], w *world, do func(ctx context.Context) error) error {
	for {
		ctx, stop := c.WithTimeout(5 * time.Second)
		err := do(ctx)
		stop()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, cognitive.ErrDuplicateName): // the answer of the first attempt was lost
			return nil
		}
		if err := w.sys.Sleep(c, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// work adds variables, and has clients propose values with keys until each is answered.
func work(w *world, d cognitive.Durability, rounds int) (finished func() int) {
	done := 0
	keep := cognitive.Keep(d)
	actors.MustSpawn(w.sys, "house", actors.Stateless(func(c *actors.Context[int], _ int) error {
		for _, name := range []string{"a", "b"} {
			if err := insist(c, w, func(ctx context.Context) error {
				_, err := w.s.AddInteger(ctx, name, kind.Integer{Min: 0, Max: 1000}, keep)
				return err
			}); err != nil {
				return err
			}
		}
		if err := insist(c, w, func(ctx context.Context) error {
			_, err := cognitive.AddComposite[int64](ctx, w.s, "sum", cognitive.Composite{Inputs: []string{"a", "b"}, Func: func(in []kind.Value) (kind.Value, error) {
				return kind.OfInteger(in[0].Integer() + in[1].Integer()), nil
			}})
			return err
		}); err != nil {
			return err
		}
		actors.MustSpawn(c, "ear", actors.Stateless(func(c *actors.Context[any], m any) error {
			switch m := m.(type) {
			case string:
				_, err := cognitive.SubscribeSpace(c, w.s, cognitive.Buffer(10_000), func(u cognitive.Update) any { return u })
				return err
			case cognitive.Update:
				w.heard = append(w.heard, m)
			}
			return nil
		})).Tell("subscribe")
		for _, name := range []string{"a", "b"} {
			actors.MustSpawn(c, "client of "+name, actors.Stateless(func(c *actors.Context[int], _ int) error {
				for i := range rounds {
					key := fmt.Sprint(name, i)
					if err := insist(c, w, func(ctx context.Context) error {
						r, err := w.s.Propose(ctx, name, kind.OfInteger(int64(i+1)), cognitive.Key(key))
						if err == nil {
							w.acked[key] = r
						}
						return err
					}); err != nil {
						return err
					}
				}
				done++
				return nil
			})).Tell(0)
		}
		return nil
	})).Tell(0)
	return func() int { return done }
}

// cut checks that what can be seen at one version fits together.
func cut(s *sim.Sim, w *world, last cognitive.Version) cognitive.Version {
	v := w.s.Snapshot()
	assert.False(s, v.Version.Before(last), "%s came after %s", v.Version, last)
	for _, x := range v.Values {
		if x.Variable == "sum" && x.Flags&cognitive.Degraded == 0 {
			assert.Equal(s, v.Value("a").Integer()+v.Value("b").Integer(), x.Value.Integer())
		}
	}
	return v.Version
}

// held checks the end of the work: every key was committed once, with the version that was acknowledged, and the subscriber heard of everything in order.
func held(s *sim.Sim, w *world, rounds int) {
	ctx := s.Context()
	for _, name := range []string{"a", "b"} {
		list, err := w.s.History(ctx, name, cognitive.Query{})
		require.NoError(s, err)
		require.Len(s, list, rounds+1)
		for i, c := range list {
			assert.Equal(s, cognitive.Version{Seq: uint64(i) + 1}, c.Version, "no gap and no epoch")
			if i > 0 {
				assert.Equal(s, w.acked[c.Key].Version, c.Version)
				assert.Equal(s, w.acked[c.Key].Space, c.Space)
				assert.Equal(s, int64(i), c.Value.Integer())
			}
		}
	}
	next := map[string]cognitive.Version{}
	var space cognitive.Version
	for _, u := range w.heard {
		require.NoError(s, u.Err)
		require.Nil(s, u.Gap)
		if was, ok := next[u.Variable]; ok {
			assert.Equal(s, was, u.Version, "the next version of %s", u.Variable)
		}
		next[u.Variable] = cognitive.Version{Epoch: u.Version.Epoch, Seq: u.Version.Seq + 1}
		if !u.First {
			assert.False(s, u.Space.Before(space))
			space = u.Space
		}
	}
	for _, x := range w.s.Snapshot().Values {
		assert.Equal(s, cognitive.Version{Epoch: x.Version.Epoch, Seq: x.Version.Seq + 1}, next[x.Variable], "the subscriber has heard the last of %s", x.Variable)
	}
	assert.Equal(s, int64(2*rounds), w.s.Snapshot().Value("sum").Integer(), "%+v", w.s.Snapshot())
}

var processes = []string{"/node/lab/lab.committer", "/node/lab/lab.variables", "/node/lab/lab.adapters", "/node/lab/lab.opener", "/node/lab/lab.notifier", "/node/lab/lab.variables/a", "/node/lab/lab.variables/b"}

// In any order of turns, whoever crashes, hangs or is killed, and whatever the journal says: what was acknowledged is there once, versions have no gaps and never go back.
func TestSimulationLosesNothingInAnyOrderOfTurnsAndFaults(t *testing.T) {
	const rounds = 4
	for _, d := range []cognitive.Durability{cognitive.Durable, cognitive.Buffered, cognitive.Ephemeral} {
		t.Run(d.String(), func(t *testing.T) {
			explore(t, 1, func(s *sim.Sim) {
				w := newWorld(s, cognitive.SpaceOptions{})
				s.Fault(sim.Space{
					Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
					Processes: processes, MaxFor: time.Second,
				}.Draw(s.Rand("plan"), 5)...)
				finished := work(w, d, rounds)
				var last cognitive.Version
				for range 400 {
					s.Advance(5 * time.Millisecond)
					last = cut(s, w, last)
				}
				s.Calm()
				w.j.failing(nil)
				s.Advance(10 * time.Minute)
				require.Equal(s, 2, finished())
				held(s, w, rounds)
			})
		})
	}
}

// Each process is ended at each of its steps, before and after.
func TestAnEndAtEachStepLosesNothing(t *testing.T) {
	const rounds = 2
	for _, process := range processes {
		for _, do := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
			t.Run(fmt.Sprintf("%v of %s", do, process[strings.LastIndexByte(process, '/')+1:]), func(t *testing.T) {
				happened := 0
				for step := 1; step <= 24; step++ {
					r := sim.Run(uint64(step), func(s *sim.Sim) {
						w := newWorld(s, cognitive.SpaceOptions{})
						w.j.failing(nil)
						s.Fault(sim.Fault{Do: do, Process: process, Nth: step})
						finished := work(w, cognitive.Durability(step%3), rounds)
						s.Advance(time.Minute)
						require.Equal(s, 2, finished())
						s.Calm()
						held(s, w, rounds)
					})
					require.NoError(t, r.Failure, "step %d", step)
					if strings.HasSuffix(r.Faults[0], "(happened 1 times)") {
						happened++
					}
				}
				if process != "/node/lab/lab.adapters" { // it has nothing to do
					require.Positive(t, happened, "the fault befell some of the steps")
				}
			})
		}
	}
}

// The program is killed: what the journal has at that moment is all that there is. Durable commits that were acknowledged are there with their versions; what is buffered may be
// lost, and then a new epoch says so. No version that anybody saw comes again.
func TestSimulationRepeatsNoVersionAfterAProgramThatWasKilled(t *testing.T) {
	const rounds = 4
	for _, d := range []cognitive.Durability{cognitive.Durable, cognitive.Buffered, cognitive.Ephemeral} {
		t.Run(d.String(), func(t *testing.T) {
			explore(t, 3, func(s *sim.Sim) {
				w := newWorld(s, cognitive.SpaceOptions{})
				w.j.failing(nil)
				work(w, d, rounds)
				s.Advance(time.Duration(5+s.Rand("when").IntN(60)) * time.Millisecond)
				w.j.mu.Lock()
				left := &memory{}
				left.mu.list = append(left.mu.list, w.j.mu.list...)
				w.j.mu.Unlock()
				before := w.s.Snapshot()

				again := &world{sys: w.sys}
				again.start(s, cognitive.SpaceOptions{Name: "lab again", Stream: "cognitive/lab", Journal: left}, "node again")
				acked := maps.Clone(w.acked)
				s.Advance(time.Minute)
				after := again.s.Snapshot()
				seen := map[string]cognitive.Seen{}
				for _, x := range after.Values {
					seen[x.Variable] = x
				}
				for _, x := range before.Values {
					now, there := seen[x.Variable]
					require.True(s, there, "the adding of %s was durable", x.Variable)
					if now.Version == x.Version {
						assert.True(s, x.Value.Equal(now.Value), "one version, one value")
					} else {
						assert.False(s, now.Version.Before(x.Version), "%s of %s came after %s", now.Version, x.Variable, x.Version)
					}
				}
				assert.False(s, after.Version.Before(before.Version))
				if d == cognitive.Durable {
					for _, key := range slices.Sorted(maps.Keys(acked)) {
						r := acked[key]
						got, err := again.s.Propose(s.Context(), key[:1], kind.OfInteger(999), cognitive.Key(key))
						require.NoError(s, err)
						assert.True(s, got.Again)
						assert.Equal(s, r.Version, got.Version)
					}
				}
			})
		})
	}
}
