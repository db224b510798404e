// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/table"
)

// call is one operation on one key, as its caller saw it: when it began and ended, on a clock that ticks at each of these, and the outcome.
type call struct {
	op         string
	arg, old   int
	from, till int64
	val        int
	ok         bool
}

// register is a key of the model: it has a value or not.
type register struct {
	val   int
	there bool
}

// step returns the register after a call and whether the call may have had its outcome.
func (r register) step(c call) (register, bool) {
	switch c.op {
	case "put":
		return register{c.arg, true}, true
	case "put new":
		if r.there {
			return r, !c.ok
		}
		return register{c.arg, true}, c.ok
	case "take":
		return register{}, c.ok == r.there && c.val == r.val
	case "swap":
		if r.there && r.val == c.old {
			return register{c.arg, true}, c.ok
		}
		return r, !c.ok
	case "count", "update":
		r = register{r.val + c.arg, true}
		return r, c.val == r.val
	case "look up":
		return r, c.ok == r.there && c.val == r.val
	}
	panic("unknown operation " + c.op)
}

// linear reports whether there is one order of the calls, in which each comes after those that had ended before it began, that explains all
// outcomes. It tries every order, and none twice from the same place.
func linear(calls []call) bool {
	type place struct {
		done uint32
		at   register
	}
	dead := map[place]bool{}
	var walk func(p place) bool
	walk = func(p place) bool {
		if p.done == 1<<len(calls)-1 {
			return true
		}
		if dead[p] {
			return false
		}
		first := int64(1<<62 - 1) // the earliest end of those that are left: what began later comes later
		for i, c := range calls {
			if p.done&(1<<i) == 0 {
				first = min(first, c.till)
			}
		}
		for i, c := range calls {
			if p.done&(1<<i) != 0 || c.from > first {
				continue
			}
			if next, ok := p.at.step(c); ok && walk(place{p.done | 1<<i, next}) {
				return true
			}
		}
		dead[p] = true
		return false
	}
	return walk(place{})
}

func TestTheCheckerTellsLinearFromNot(t *testing.T) {
	put := call{op: "put", arg: 1, from: 1, till: 2}
	stale := call{op: "look up", from: 3, till: 4}
	require.False(t, linear([]call{put, stale}), "a read after a write that misses it")
	stale.from = 2
	put.till = 3
	require.True(t, linear([]call{put, stale}), "they overlap")
	twice := []call{{op: "count", arg: 1, val: 1, ok: true, from: 1, till: 4}, {op: "count", arg: 1, val: 1, ok: true, from: 2, till: 3}}
	require.False(t, linear(twice), "a lost update")
	twice[1].val = 2
	require.True(t, linear(twice))
	fresh := []call{{op: "put new", arg: 1, ok: true, from: 1, till: 4}, {op: "put new", arg: 2, ok: true, from: 2, till: 3}}
	require.False(t, linear(fresh), "two were first")
}

// act does one random operation on key 1 and writes down how it went.
func act(s keyed, r *rand.Rand, clock *atomic.Int64) (c call, err error) {
	ops := []string{"put", "put new", "take", "swap", "count", "update", "look up", "look up"}
	c = call{op: ops[r.IntN(len(ops))], arg: 1 + r.IntN(3), old: 1 + r.IntN(3), from: clock.Add(1)}
	switch c.op {
	case "put":
		err = s.Put(1, c.arg)
	case "put new":
		c.ok, err = s.PutNew(1, c.arg)
	case "take":
		c.val, c.ok, err = s.Take(1)
	case "swap":
		c.ok, err = table.CompareAndSwap(s, 1, c.old, c.arg)
	case "count":
		c.val, err = table.UpdateCounter(s, 1, c.arg, table.Counter[int]{})
	case "update":
		c.val, err = s.Update(1, func(old int, _ bool) (int, bool) { return old + c.arg, true })
	case "look up":
		c.val, c.ok, err = s.Lookup(1)
	}
	c.till = clock.Add(1)
	return c, err
}

// Eight goroutines, in the name of as many processes, work on one key of a public table.
func TestOperationsOnOneKeyAreLinearizable(t *testing.T) {
	const writers, each = 8, 3
	sys := newSystem(t)
	owner := start(sys)
	var procs []ref
	for range writers {
		procs = append(procs, start(sys))
	}
	kinds := map[string]struct {
		make func(name string) error
		open func(c *cx, name string) (keyed, error)
	}{
		"set": {
			func(name string) error { set(t, owner, name, table.Options{Access: table.Public}); return nil },
			func(c *cx, name string) (keyed, error) { return table.PublicSet[int, int](c, name) },
		},
		"ordered": {
			func(name string) error { ordered(t, owner, name, table.Options{Access: table.Public}); return nil },
			func(c *cx, name string) (keyed, error) { return table.PublicOrdered[int, int](c, name) },
		},
	}
	for kind, k := range kinds {
		t.Run(kind, func(t *testing.T) {
			for round := range 150 {
				name := fmt.Sprint(kind, round)
				require.NoError(t, k.make(name))
				var clock atomic.Int64
				histories, errs := make([][]call, writers), make([]error, writers)
				var ready, all sync.WaitGroup
				ready.Add(writers)
				for i, p := range procs {
					s := made(t, p, func(c *cx) (keyed, error) { return k.open(c, name) })
					random := rand.New(rand.NewPCG(uint64(round), uint64(i)))
					all.Go(func() {
						ready.Done()
						ready.Wait()
						for range each {
							c, err := act(s, random, &clock)
							if err != nil {
								errs[i] = err
								return
							}
							histories[i] = append(histories[i], c)
						}
					})
				}
				all.Wait()
				for _, err := range errs {
					require.NoError(t, err)
				}
				history := slices.Concat(histories...)
				require.True(t, linear(history), "no order explains %+v", history)
			}
		})
	}
}

func TestNoUpdateOfManyWritersIsLost(t *testing.T) {
	const writers, each = 8, 300
	sys := newSystem(t)
	owner := start(sys)
	public := table.Options{Access: table.Public}
	s, o := set(t, owner, "s", public), ordered(t, owner, "o", public)
	own := set(t, owner, "", table.Options{}) // goroutines of the owner write to it
	b := bag(t, owner, "b", table.Options{})
	inc := func(old int, _ bool) (int, bool) { return old + 1, true }
	var all sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		all.Go(func() {
			for n := range each {
				for _, f := range []func() error{
					func() error { _, err := s.Update(n%3, inc); return err },
					func() error { _, err := table.UpdateCounter(s, n%3, 1, table.Counter[int]{}); return err },
					func() error { _, err := o.Update(n%3, inc); return err },
					func() error { _, err := own.Update(n%3, inc); return err },
					func() error { return b.Put(n%3, i*each+n) },
				} {
					if err := f(); err != nil {
						errs[i] = err
					}
				}
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	const third = writers * each / 3
	require.Equal(t, map[int]int{0: 2 * third, 1: 2 * third, 2: 2 * third}, contents(must(s.All())))
	require.Equal(t, map[int]int{0: third, 1: third, 2: third}, contents(must(o.All())))
	require.Equal(t, map[int]int{0: third, 1: third, 2: third}, contents(must(own.All())))
	require.Equal(t, writers*each, must(b.Len()))
	require.Equal(t, int64(2*writers*each), s.Info().Writes)
	require.Equal(t, int64(writers*each), own.Info().Writes)
}

func TestALimitHoldsForManyWriters(t *testing.T) {
	const writers, limit = 8, 50
	sys := newSystem(t)
	owner := start(sys)
	s := set(t, owner, "s", table.Options{Access: table.Public, Limit: limit})
	o := ordered(t, owner, "o", table.Options{Access: table.Public, Limit: limit})
	var all sync.WaitGroup
	var put [2]atomic.Int64
	for i := range writers {
		w := must(table.PublicSet[int, int](sys, "s"))
		all.Go(func() {
			for n := range limit {
				for j, table := range []keyed{w, o} {
					if table.Put(i*limit+n, n) == nil {
						put[j].Add(1)
					}
				}
			}
		})
	}
	all.Wait()
	for j, table := range []keyed{s, o} {
		require.Equal(t, limit, must(table.Len()))
		require.Equal(t, int64(limit), put[j].Load())
	}
}

// A snapshot of a set that a goroutine of the owner's writes to is still of one moment.
func TestASnapshotIsOfOneMoment(t *testing.T) {
	sys := newSystem(t)
	owner := start(sys)
	s, o := set(t, owner, "", table.Options{}), ordered(t, owner, "", table.Options{})
	var done atomic.Bool
	var all sync.WaitGroup
	pause := make(chan struct{})
	all.Go(func() {
		for n := 0; !done.Load(); n++ { // of two neighbours the left one is never behind, and never ahead by more than one
			for k := range 10 {
				_, _ = s.Put(k, n), o.Put(k, n)
			}
			<-pause
		}
	})
	for range 300 {
		select {
		case pause <- struct{}{}:
		default:
		}
		ss, err := s.Snapshot()
		require.NoError(t, err)
		os, err := o.Snapshot()
		require.NoError(t, err)
		for _, m := range []map[int]int{contents(ss.All()), contents(os.All())} {
			for k := 1; k < len(m); k++ {
				require.True(t, m[k] == m[k-1] || m[k] == m[k-1]-1, "%v", m)
			}
		}
	}
	done.Store(true)
	close(pause)
	all.Wait()
}
