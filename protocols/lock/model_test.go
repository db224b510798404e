// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var birth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// copied is the same space through its encoding.
func copied(t require.TestingT, s *Space) *Space {
	d, err := Decode(s.Encode())
	require.NoError(t, err)
	return d
}

// stuck lets every owner that waits for nothing give back everything, again and again, and returns who waits then still for locks: the definition
// of a deadlock, without any graph.
func stuck(t require.TestingT, s *Space, now time.Time) (owners []string) {
	s = copied(t, s)
	s.blind = true
	for again := true; again; {
		again = false
		for _, owner := range s.Owners() {
			waits := false
			for _, c := range s.owners[owner] {
				waits = waits || !c.held() && c.Mode != Permits
			}
			if !waits {
				s.Down(now, owner)
				again = true
			}
		}
	}
	return s.Owners()
}

// laws are what holds of every state.
func laws(t require.TestingT, s *Space) {
	for _, n := range s.Names() {
		st := s.Status(n)
		if st.Size > 0 {
			used := 0
			for _, h := range st.Holders {
				used += h.Permits
			}
			require.Equal(t, st.Used, used)
			if len(st.Waiters) > 0 {
				require.Greater(t, st.Waiters[0].Permits, st.Size-st.Used, "the first would fit")
			}
			continue
		}
		require.NotEmpty(t, st.Holders, "nobody waits for a lock that is free")
		for _, h := range st.Holders[1:] {
			shared := h.Mode == Shared && st.Holders[0].Mode == Shared
			require.True(t, shared || h.Owner == st.Holders[0].Owner && h.Token == st.Holders[0].Token, "grants of %q overlap", n)
		}
		if writers := 0; st.Holders[0].Mode == Shared && len(st.Waiters) > 0 {
			for _, w := range st.Waiters {
				if w.Mode == Exclusive {
					writers++
				}
			}
			require.Positive(t, writers, "readers wait for readers")
		}
	}
}

// Any requests, releases, cancellations, ends and times: grants do not overlap, tokens rise, encoding loses nothing, and requests are refused for a
// deadlock when, and only when, the owners could not go on.
func TestDeadlocksAreFoundWhenAndOnlyWhenNobodyCanGoOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(Options{Ageing: 2 * time.Second})
		now := birth
		last := map[string]Token{}
		ids := 0
		reentrant := map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			var step func(s *Space) []Effect
			at, ok := s.Next()
			if ok && !at.After(now) {
				step = func(s *Space) []Effect { return s.Tick(at) }
			} else {
				step = draw(t, s, &now, &ids, reentrant)
				if at, ok = s.Next(); !ok || at.After(now) {
					at = now
				}
			}
			before := s.Encode()
			blind, err := Decode(before)
			require.NoError(t, err)
			blind.blind = true
			effects := step(s)
			refused := false
			for _, e := range effects {
				if e.Kind == Granted {
					if rises := e.Token.Compare(last[e.Name]) > 0; rises {
						last[e.Name] = e.Token
					} else {
						require.True(t, reentrant[e.ID], "tokens rise")
					}
				}
				if errors.Is(e.Err, ErrDeadlock) {
					refused = true
					var d *DeadlockError
					require.ErrorAs(t, e.Err, &d)
					require.Equal(t, e.Owner, d.Cycle[0].Owner)
				}
			}
			laws(t, s)
			require.Equal(t, string(s.Encode()), string(copied(t, s).Encode()))
			if rapid.Bool().Draw(t, "restored") {
				s = copied(t, s)
			}
			require.Empty(t, stuck(t, s, at), "a deadlock was missed")
			step(blind)
			require.Equal(t, refused, len(stuck(t, blind, at)) > 0, "a false alarm, or one that was missed")
		}
	})
}

// draw is any step but that of time.
func draw(t *rapid.T, s *Space, now *time.Time, ids *int, reentrant map[string]bool) func(s *Space) []Effect {
	names, owners := []string{"a", "b", "c", "d"}, []string{"o1", "o2", "o3", "o4", "o5"}
	at := *now
	if rapid.IntRange(0, 3).Draw(t, "pass") == 0 {
		*now = now.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms")) * time.Millisecond)
		if next, ok := s.Next(); ok && !next.After(*now) {
			return func(s *Space) []Effect { return s.Tick(next) }
		}
		at = *now
	}
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0, 1, 2, 3, 4:
		*ids++
		r := Request{
			ID: fmt.Sprint(*ids), Name: rapid.SampledFrom(names).Draw(t, "name"), Owner: rapid.SampledFrom(owners).Draw(t, "owner"),
			Mode: Mode(rapid.IntRange(0, 1).Draw(t, "mode")), Class: rapid.IntRange(0, 2).Draw(t, "class"),
			Reentrant: rapid.Bool().Draw(t, "reentrant"), Try: rapid.IntRange(0, 9).Draw(t, "try") == 0,
		}
		reentrant[r.ID] = r.Reentrant
		if rapid.IntRange(0, 4).Draw(t, "limited") == 0 {
			r.Wait, r.TTL = 3*time.Second, 5*time.Second
		}
		if rapid.IntRange(0, 9).Draw(t, "permits") == 0 {
			r.Name, r.Mode, r.Reentrant, r.Permits, r.Size = "permits", Permits, false, rapid.IntRange(1, 3).Draw(t, "k"), 3
		}
		return func(s *Space) []Effect { return s.Acquire(at, r) }
	case 5:
		owner := rapid.SampledFrom(owners).Draw(t, "down")
		return func(s *Space) []Effect { return s.Down(at, owner) }
	case 6:
		id := fmt.Sprint(rapid.IntRange(0, *ids).Draw(t, "cancel"))
		return func(s *Space) []Effect { return s.Cancel(at, id) }
	case 7:
		size := rapid.IntRange(1, 4).Draw(t, "size")
		return func(s *Space) []Effect { out, _ := s.Resize(at, "permits", size); return out }
	default:
		id := fmt.Sprint(rapid.IntRange(0, *ids).Draw(t, "release"))
		down := rapid.IntRange(0, 3).Draw(t, "downgrade") == 0
		return func(s *Space) []Effect {
			c := s.claims[id]
			if c == nil {
				return s.Tick(at)
			}
			if down {
				out, _ := s.Downgrade(at, c.Owner, id, c.Name, c.Token)
				return out
			}
			out, _ := s.Release(at, c.Owner, id, c.Name, c.Token)
			return out
		}
	}
}

// Who claims several names in the order of Order is never refused for a deadlock.
func TestNamesClaimedInOrderNeverMakeADeadlock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(Options{})
		type client struct {
			plan []string
			at   int
		}
		clients := make([]*client, 4)
		for i := range clients {
			clients[i] = &client{plan: Order(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 1, 4).Draw(t, "names")...)}
		}
		for range 200 {
			i := rapid.IntRange(0, 3).Draw(t, "client")
			c, owner := clients[i], fmt.Sprint("o", i)
			mine := s.Claims(owner)
			switch {
			case len(mine) > 0 && mine[len(mine)-1].Token.IsZero(): // waits
			case c.at == len(c.plan):
				s.Down(birth, owner)
				c.at = 0
			default:
				for _, e := range s.Acquire(birth, Request{ID: owner + c.plan[c.at], Name: c.plan[c.at], Owner: owner}) {
					require.NoError(t, e.Err)
				}
				c.at++
			}
		}
	})
}

// With every class and arrival, the order of service is that of the virtual times, and nobody is overtaken by who came a whole class span later.
func TestAgeingBoundsHowLongAClassCanOvertake(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(Options{Ageing: time.Second})
		now := birth
		s.Acquire(now, Request{ID: "h", Name: "x", Owner: "h"})
		came := map[string]time.Time{}
		n := rapid.IntRange(1, 30).Draw(t, "n")
		for i := range n {
			now = now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms")) * time.Millisecond)
			id := fmt.Sprint(i)
			came[id] = now
			s.Acquire(now, Request{ID: id, Name: "x", Owner: id, Class: rapid.IntRange(0, 3).Draw(t, "class")})
		}
		holder, order := s.Status("x").Holders[0], []string{}
		for {
			out, err := s.Release(now, holder.Owner, holder.ID, "x", holder.Token)
			require.NoError(t, err)
			if len(out) == 1 {
				break
			}
			order = append(order, out[1].ID)
			holder = s.Status("x").Holders[0]
		}
		require.Len(t, order, n)
		for i, id := range order {
			for _, later := range order[i+1:] {
				require.LessOrEqual(t, came[id].Sub(came[later]), 3*time.Second, "%s overtook %s", id, later)
			}
		}
	})
}
