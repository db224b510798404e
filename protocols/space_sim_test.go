// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// rig is a space in a simulation, and what its users saw. The simulation runs one of them at a time.
type rig struct {
	s       *sim.Sim
	sys     *actors.System
	space   *protocols.Space
	now     int64 // of the history: one more at each call and return
	history map[string][]porcupine.Operation
	grants  map[string][]lock.Token // that a process saw granted and not given back, by its path and the name
	fence   protocols.Fence
	applied []lock.Token
	refused int
}

func newRig(s *sim.Sim, o protocols.SpaceOptions) *rig {
	r := &rig{s: s, sys: s.System(), history: map[string][]porcupine.Operation{}, grants: map[string][]lock.Token{}}
	o.Name, o.Intensity = "space", supervision.Intensity{Max: 1000, Within: time.Second}
	space, child, err := protocols.NewSpace(r.sys, o)
	require.NoError(s, err)
	r.space = space
	_, err = supervision.Start(r.sys, "node", supervision.Spec{Children: []supervision.Child{child}})
	require.NoError(s, err)
	return r
}

func (r *rig) tick() int64 {
	r.now++
	return r.now
}

func (r *rig) note(name string, in, out any, call, ret int64) {
	r.history[name] = append(r.history[name], porcupine.Operation{Input: in, Output: out, Call: call, Return: ret})
}

// hold acquires one thing, does something under its token, and gives it back. Of a process that is killed meanwhile, killed tells the rest.
func (r *rig) hold(c *actors.Context[int], name string, in grant, acquire func() (*protocols.Grant, error), leased bool, pause time.Duration) error {
	call := r.tick()
	g, err := acquire()
	if err != nil {
		return nil //nolint:nilerr // refused, or killed: a claim that nobody saw restrains nobody
	}
	r.note(name, in, g.Token(), call, r.tick())
	who := c.PID().String() + " " + name
	r.grants[who] = append(r.grants[who], g.Token())
	if leased {
		r.note(name, free{g.Token()}, nil, call, math.MaxInt64) // perhaps before its holder hears of it
	}
	if err := r.sys.Sleep(c, pause); err != nil {
		return err
	}
	if name == "lock" {
		if err := r.fence.Do(g.Token(), func() error { r.applied = append(r.applied, g.Token()); return nil }); err != nil {
			r.refused++
		}
	}
	call = r.tick()
	if err := g.Release(c); err == nil && !leased {
		r.note(name, release{g.Token()}, nil, call, r.tick())
	} else {
		r.note(name, free{g.Token()}, nil, call, math.MaxInt64)
	}
	delete(r.grants, who)
	return nil
}

// killed is a call of the history for everything that the process was seen to hold: it is freed some time from now on.
func (r *rig) kill(pid actors.PID) {
	for _, who := range slices.Sorted(maps.Keys(r.grants)) {
		if rest, mine := strings.CutPrefix(who, pid.String()+" "); mine {
			for _, token := range r.grants[who] {
				r.note(rest, free{token}, nil, r.tick(), math.MaxInt64)
			}
		}
	}
	pid.Kill()
}

// contend is what a contender does: a few rounds of everything that a space has.
func (r *rig) contend(c *actors.Context[int], rounds int) error {
	rng := c.Rand()
	for range rounds {
		pause := time.Duration(rng.IntN(20)) * time.Millisecond
		how := protocols.Claim{Class: rng.IntN(3), Wait: 20 * time.Second}
		leased := rng.IntN(4) == 0
		if leased {
			how.TTL = 30 * time.Millisecond
			pause *= 5 // often past the end of the lease
		}
		var err error
		switch rng.IntN(6) {
		case 0, 1:
			err = r.hold(c, "lock", grant{mode: lock.Exclusive}, func() (*protocols.Grant, error) { return r.space.Lock("lock").Acquire(c, how) }, leased, pause)
		case 2:
			in, rw := grant{mode: lock.Shared}, r.space.RWLock("rw")
			acquire := rw.RLock
			if rng.IntN(3) == 0 {
				in.mode, acquire = lock.Exclusive, rw.Lock
			}
			err = r.hold(c, "rw", in, func() (*protocols.Grant, error) { return acquire(c, how) }, leased, pause)
		case 3:
			k := 1 + rng.IntN(3)
			err = r.hold(c, "semaphore", grant{lock.Permits, k}, func() (*protocols.Grant, error) { return r.space.Semaphore("semaphore", 3).Acquire(c, k, how) }, leased, pause)
		case 4:
			r.count(c, rng)
		default:
			err = r.lead(c, leased, pause)
		}
		if err != nil || c.PID().Fenced() {
			return err
		}
	}
	return nil
}

// count adds to a counter, looks at it, or swaps it.
func (r *rig) count(c *actors.Context[int], rng *rand.Rand) {
	n := r.space.Counter("counter")
	a, b := int64(1+rng.IntN(5)), int64(rng.IntN(5))
	var in any
	do := func() (any, error) { return n.Add(c, a) }
	switch in = (add{a}); rng.IntN(3) {
	case 0:
		in, do = get{}, func() (any, error) { return n.Get(c) }
	case 1:
		in, do = swap{b, a}, func() (any, error) {
			v, done, err := n.CompareAndSwap(c, b, a)
			return swapped{v, done}, err
		}
	}
	at := len(r.history["counter"])
	r.note("counter", in, nil, r.tick(), math.MaxInt64) // until it is known
	if out, err := do(); err == nil {
		o := &r.history["counter"][at]
		o.Output, o.Return = out, r.tick()
	}
}

// lead campaigns, leads for a while, and resigns.
func (r *rig) lead(c *actors.Context[int], leased bool, pause time.Duration) error {
	ctx, stop := c.WithTimeout(20 * time.Second)
	defer stop()
	how := protocols.Candidacy{Health: c.Rand().IntN(5)}
	if leased {
		how.TTL = 30 * time.Millisecond
	}
	call := r.tick()
	o, err := r.space.Election("office", election.Spec{}).Campaign(ctx, how)
	if err != nil {
		return nil //nolint:nilerr // as in hold
	}
	r.note("office", grant{mode: lock.Exclusive}, o.Term(), call, r.tick())
	who := c.PID().String() + " office"
	r.grants[who] = append(r.grants[who], o.Term())
	if leased {
		r.note("office", free{o.Term()}, nil, call, math.MaxInt64)
	}
	if err := r.sys.Sleep(c, pause); err != nil {
		return err
	}
	call = r.tick()
	if err := o.Resign(c); err == nil && !leased {
		r.note("office", release{o.Term()}, nil, call, r.tick())
	} else {
		r.note("office", free{o.Term()}, nil, call, math.MaxInt64)
	}
	delete(r.grants, who)
	return nil
}

// start lets n contenders loose, and returns who has done its rounds.
func (r *rig) start(n, rounds int) (pids []actors.PID, done map[actors.PID]bool) {
	done = map[actors.PID]bool{}
	for i := range n {
		ref := actors.MustSpawn(r.sys, fmt.Sprint("contender", i), actors.Stateless(func(c *actors.Context[int], _ int) error {
			if err := r.contend(c, rounds); err != nil {
				return err
			}
			if !c.PID().Fenced() { // what is left of a killed one does not count
				done[c.PID()] = true
			}
			return nil
		}))
		ref.Tell(0)
		pids = append(pids, ref.PID())
	}
	return pids, done
}

// broken names the things whose histories are not what one after another could have seen.
func (r *rig) broken() (names []string) {
	models := map[string]porcupine.Model{"lock": claims(0), "rw": claims(0), "semaphore": claims(3), "counter": register(), "office": claims(0)}
	for _, name := range slices.Sorted(maps.Keys(models)) {
		if !linearizable(models[name], r.history[name]) {
			names = append(names, name)
		}
	}
	return names
}

// judge holds the histories against their models.
func (r *rig) judge() {
	for _, name := range r.broken() {
		assert.Fail(r.s, "not linearizable", "%s: %+v", name, r.history[name])
	}
	assert.True(r.s, slices.IsSortedFunc(r.applied, lock.Token.Compare), "an older token had an effect after a newer one")
}

// Eight contenders, of which some are killed, hold past their leases, and ask a space that crashes, hangs and is killed, in any order of turns: what they
// saw of locks, read-write locks, permits, offices and a counter is what one after another could have seen, no older token has an effect after a newer
// one, and nothing is stuck at the end.
func TestWhatContendersSeeIsLinearizableInAnyOrderOfTurnsAndFaults(t *testing.T) {
	refused := 0
	explore(t, func(s *sim.Sim) {
		r := newRig(s, protocols.SpaceOptions{Remember: 64})
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: []string{"/node/space.sup/space"}, MaxNth: 60, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 5)...)
		pids, done := r.start(8, 4)
		rng, killed := s.Rand("kills"), 0
		for range 40 {
			s.Advance(10 * time.Millisecond)
			if pid := pids[rng.IntN(len(pids))]; killed < 3 && rng.IntN(4) == 0 && pid.Alive() {
				r.kill(pid)
				done[pid] = true
				killed++
			}
		}
		s.Calm()
		s.Advance(5 * time.Minute)
		assert.Len(s, done, 8, "somebody waits for ever")
		r.judge()
		for _, name := range []string{"lock", "rw", "semaphore"} {
			st, err := r.space.Lock(name).Status(s.Context())
			require.NoError(s, err)
			assert.Empty(s, st.Holders, "%s is stuck", name)
			assert.Empty(s, st.Waiters)
		}
		l, err := r.space.Election("office", election.Spec{}).Leader(s.Context())
		require.NoError(s, err)
		assert.Empty(s, l.Leader)
		refused += r.refused
	})
	if *seeds >= 100 {
		assert.Positive(t, refused, "no holder was paused past its lease")
	}
}

// A journal that has forgotten the last steps when the space comes back is noticed: the judge can fail, and the same orders without that are in order.
func TestAJournalThatForgetsIsCaughtByTheHistories(t *testing.T) {
	for _, forgets := range []bool{false, true} {
		caught := map[string]bool{}
		for seed := range uint64(20) {
			require.NoError(t, sim.Run(seed+1, func(s *sim.Sim) {
				j := &memory{}
				r := newRig(s, protocols.SpaceOptions{Remember: 64, Journal: j})
				r.start(8, 6)
				for range 20 {
					s.Advance(15 * time.Millisecond)
					r.sys.WhereIs("space").Kill()
					if forgets {
						j.forget(20)
					}
				}
				s.Advance(5 * time.Minute)
				for _, name := range r.broken() {
					caught[name] = true
				}
			}).Failure)
		}
		if !forgets {
			assert.Empty(t, caught)
			continue
		}
		for _, name := range []string{"lock", "semaphore", "counter", "office"} {
			assert.True(t, caught[name], "%s: nothing was noticed", name)
		}
	}
}

// A holder and the space are ended in either order, the space at each of its steps and before, during or after it: the one that waits gets the lock, under
// a greater token.
func TestAnEndAtEachStepHandsTheLockToTheNext(t *testing.T) {
	for _, kind := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
		for _, holderFirst := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v, holder first %v", kind, holderFirst), func(t *testing.T) {
				happened := 0
				for step := 1; step <= 14; step++ {
					result := sim.Run(uint64(step), func(s *sim.Sim) {
						r := newRig(s, protocols.SpaceOptions{})
						s.Fault(sim.Fault{Do: kind, Process: "/node/space.sup/space", Nth: step})
						var tokens []lock.Token
						holder := actors.MustSpawn(r.sys, "holder", actors.Stateless(func(c *actors.Context[int], _ int) error {
							g, err := r.space.Lock("x").Acquire(c)
							if err == nil {
								tokens = append(tokens, g.Token())
							}
							return err
						}))
						waiter := func(name string) {
							actors.MustSpawn(r.sys, name, actors.Stateless(func(c *actors.Context[int], _ int) error {
								g, err := r.space.Lock("x").Acquire(c)
								if err != nil {
									return err
								}
								tokens = append(tokens, g.Token())
								return g.Release(c)
							})).Tell(0)
						}
						holder.Tell(0)
						s.Advance(time.Second)
						waiter("first")
						s.Advance(time.Second)
						waiter("second")
						if holderFirst {
							holder.PID().Kill()
							s.Settle()
						}
						r.sys.WhereIs("space").Kill()
						s.Settle()
						holder.PID().Kill()
						s.Advance(time.Minute)
						s.Calm()
						assert.Len(s, tokens, 3)
						assert.True(s, slices.IsSortedFunc(tokens, lock.Token.Compare))
						assert.Len(s, slices.Compact(tokens), 3)
						st, err := r.space.Lock("x").Status(s.Context())
						require.NoError(s, err)
						assert.Empty(s, st.Holders)
					})
					require.NoError(t, result.Failure, "step %d", step)
					if strings.HasSuffix(result.Faults[0], "(happened 1 times)") {
						happened++
					}
				}
				require.Greater(t, happened, 5, "the fault befell that many of the steps")
			})
		}
	}
}
