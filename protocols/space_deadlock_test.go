// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/lock"
)

// unchecked is the same space, through its encoding, which lets deadlocks happen.
func unchecked(t require.TestingT, s *spaceState) *spaceState {
	data, err := s.encode()
	require.NoError(t, err)
	s, err = decodeSpace(data, 64)
	require.NoError(t, err)
	s.blind = true
	s.locks.Unchecked()
	return s
}

// unknownHelps reports whether somebody unknown can let a claim pass that waits: by more permits.
func unknownHelps(s *spaceState, c lock.Claim) bool {
	st := s.locks.Status(c.Name)
	for _, w := range st.Waiters {
		if w.Permits > st.Size {
			return true
		}
		if w.ID == c.ID {
			break
		}
	}
	return false
}

// waiting reports whether somebody waits for others that are known.
func waiting(s *spaceState, who string) bool {
	for _, c := range s.locks.Claims(who) {
		if c.Token.IsZero() && (c.Mode != lock.Permits || !unknownHelps(s, c)) {
			return true
		}
	}
	for _, w := range s.waits {
		if b := s.barriers[w.Name]; w.Who == who && w.Op == opArrive && (b.Spec().Kind == barrier.Phaser || b.Inside()) {
			return true
		}
	}
	return false
}

// stuck has everybody who waits for nobody give back everything, leave phasers, and go out of what it is inside of, again and again, and returns who waits then
// still: the definition of a deadlock, without any graph.
func stuck(t require.TestingT, s *spaceState, now time.Time) (left []string) {
	s = unchecked(t, s)
	gone := map[string]bool{}
	for again := true; again; {
		again = false
		for _, who := range s.owners() {
			if gone[who] || waiting(s, who) {
				continue
			}
			gone[who], again = true, true
			for _, c := range s.locks.Claims(who) {
				if !c.Token.IsZero() {
					effects, err := s.locks.Release(now, who, c.ID, c.Name, c.Token)
					require.NoError(t, err)
					s.lockEffects(effects)
				}
			}
			for _, name := range slices.Sorted(maps.Keys(s.barriers)) {
				if b := s.barriers[name]; b.Has(who) {
					op := opQuit
					if b.Spec().Kind == barrier.Double {
						op = opArrive
					}
					s.step(now, &spaceInput{Op: op, ID: "bye " + who + name, Owner: who, Name: name})
				}
			}
		}
	}
	for _, who := range s.owners() {
		if !gone[who] && waiting(s, who) {
			left = append(left, who)
		}
	}
	return left
}

// Any steps of locks, read-write locks, semaphores and barriers: requests are refused for a deadlock when, and only when, their owners could not go on, and
// the error shows a cycle that begins with the owner of what is refused.
func TestDeadlocksAcrossServicesAreFoundWhenAndOnlyWhenNobodyCanGoOn(t *testing.T) {
	kinds := map[string]int{} // of what was in a cycle
	rapid.Check(t, func(t *rapid.T) {
		s, now, ids := newSpaceState(lock.Options{Ageing: 2 * time.Second}, 64), birth, 0
		for range rapid.IntRange(1, 70).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 1, 700}).Draw(t, "ms")) * time.Millisecond)
			ids++
			in, at := draw(t, s, ids), now
			if next, ok := s.next(); ok && !next.After(now) {
				in, at = &spaceInput{Op: opTick}, next
				now = next
			}
			blind := unchecked(t, s)
			refused := false
			for _, o := range s.step(at, in) {
				var d *lock.DeadlockError
				if o.id == "" || !errors.As(o.err, &d) {
					continue
				}
				refused = true
				var names []string
				for _, edge := range d.Cycle {
					names = append(names, edge.Name[:1])
				}
				kinds[strings.Join(slices.Compact(slices.Sorted(slices.Values(names))), "")]++
				if in.ID == o.id && in.Owner != "" {
					require.Equal(t, in.Owner, d.Cycle[0].Owner)
				}
			}
			s.told()
			require.Empty(t, stuck(t, s, at), "a deadlock was missed")
			if rapid.IntRange(0, 3).Draw(t, "restored") == 0 {
				data, err := s.encode()
				require.NoError(t, err)
				s, err = decodeSpace(data, 64)
				require.NoError(t, err)
			}
			blind.step(at, in)
			require.Equal(t, len(stuck(t, blind, at)) > 0, refused, "a false alarm, or one that was missed")
		}
	})
	t.Log(kinds)
	for _, kind := range []string{"l", "r", "s", "p", "d"} {
		n := 0
		for in, times := range kinds { // a sum: the order does not matter
			if strings.Contains(in, kind) {
				n += times
			}
		}
		require.Positive(t, n, "no cycle with %s in %v", kind, kinds)
	}
}

// draw is a step of somebody: locks begin with l, read-write locks with r, semaphores with s, phasers with p, and double barriers with d.
func draw(t *rapid.T, s *spaceState, ids int) *spaceInput {
	id := fmt.Sprint(ids)
	in := &spaceInput{ID: id, Owner: rapid.SampledFrom([]string{"ann", "bob", "cid", "dan"}).Draw(t, "owner")}
	phaser := func() {
		in.Name, in.Barrier = rapid.SampledFrom([]string{"p1", "p2"}).Draw(t, "phaser"), &barrier.Spec{Kind: barrier.Phaser, Policy: barrier.Policy(0)}
	}
	switch rapid.IntRange(0, 23).Draw(t, "what") {
	case 0, 1, 2, 3, 4, 5, 6:
		in.Op = opAcquire
		r := &lock.Request{ID: id, Owner: in.Owner, Name: rapid.SampledFrom([]string{"l1", "l2", "r1"}).Draw(t, "lock"), Class: rapid.IntRange(0, 2).Draw(t, "class")}
		if r.Name == "r1" {
			r.Mode = lock.Mode(rapid.IntRange(0, 1).Draw(t, "mode"))
		}
		if rapid.IntRange(0, 5).Draw(t, "limited") == 0 {
			r.Wait = time.Second
		}
		in.Lock = r
	case 7, 8, 9, 10:
		in.Op = opAcquire
		in.Lock = &lock.Request{
			ID: id, Owner: in.Owner, Name: rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "semaphore"), Mode: lock.Permits, Size: 3,
			Permits: rapid.IntRange(1, 3).Draw(t, "permits"), Class: rapid.IntRange(0, 2).Draw(t, "class"),
		}
	case 11:
		in.Op, in.Name, in.N = opResize, rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "semaphore"), rapid.Int64Range(1, 4).Draw(t, "size")
	case 12, 18, 19:
		in.Op = opRegister
		phaser()
	case 13, 14, 20, 21:
		in.Op = opArrive
		phaser()
	case 15, 22:
		in.Op, in.Name, in.Barrier = opArrive, "d1", &barrier.Spec{Kind: barrier.Double, Parties: 2}
	case 16:
		in.Op, in.Owner, in.Target = opCancel, "", fmt.Sprint(rapid.IntRange(1, ids).Draw(t, "cancel"))
		if w := s.waits[in.Target]; w.Op == opArrive { // which would break the barrier for ever
			in.Op, in.Target, in.Owner = opQuit, "", w.Who
			phaser()
		}
	case 17:
		in.Op, in.Name, in.Barrier = opAwait, "", nil
		in.Name, in.Generation = "latch", 1
	default:
		in.Op = opRelease
		if mine := s.locks.Claims(in.Owner); len(mine) > 0 {
			c := mine[rapid.IntRange(0, len(mine)-1).Draw(t, "claim")]
			in.Target, in.Name, in.Token = c.ID, c.Name, c.Token
		}
	}
	return in
}

func TestACycleThroughPermitsAndAPhaserIsShown(t *testing.T) {
	s := newSpaceState(lock.Options{}, 16)
	n := 0
	do := func(in spaceInput) error {
		n++
		in.ID = fmt.Sprint(n)
		if in.Lock != nil {
			in.Lock.ID, in.Lock.Owner = in.ID, in.Owner
		}
		out := s.step(birth.Add(time.Duration(n)*time.Second), &in)
		for _, o := range out {
			if o.id == in.ID {
				return o.err
			}
		}
		return nil
	}
	permits := func(who string, k int) spaceInput {
		return spaceInput{Op: opAcquire, Owner: who, Lock: &lock.Request{Name: "permits", Mode: lock.Permits, Size: 2, Permits: k}}
	}
	phase := func(op spaceOp, who string) spaceInput {
		return spaceInput{Op: op, Owner: who, Name: "phase", Barrier: &barrier.Spec{Kind: barrier.Phaser}}
	}
	exclusive := func(who string) spaceInput {
		return spaceInput{Op: opAcquire, Owner: who, Lock: &lock.Request{Name: "ledger"}}
	}
	for _, in := range []spaceInput{
		phase(opRegister, "ann"), phase(opRegister, "bob"), permits("ann", 1), permits("dan", 1), exclusive("cid"),
		permits("cid", 1),      // dan may give one back
		phase(opArrive, "ann"), // for bob
	} {
		require.NoError(t, do(in))
	}
	require.NoError(t, do(exclusive("bob")), "dan helps cid, who helps bob")
	err := do(exclusive("dan"))
	var d *lock.DeadlockError
	require.ErrorAs(t, err, &d)
	require.EqualError(t, err, `lock: deadlock: dan waits for "ledger" of bob, bob waits for "ledger" of cid, cid waits for "permits" of dan`)
	require.Equal(t, 2, len(s.waits)+len(s.locks.Waits("cid")), "the others wait on")
}
