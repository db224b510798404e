// SPDX-License-Identifier: Apache-2.0

package group_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
)

// naive is the groups of a scope as lists of processes, and what each watch is to have heard.
type naive struct {
	in      map[string][]int
	watches []*heard
}

// heard is one watch of the model; the zero group stands for the scope.
type heard struct {
	group   string
	watcher int
	lines   []string
	over    bool
}

func (m *naive) tell(change, group string, who []int) {
	for _, h := range m.watches {
		if !h.over && (h.group == "" || h.group == group) {
			h.lines = append(h.lines, fmt.Sprint(change, " ", group, " ", who))
		}
	}
}

func (m *naive) join(group string, who []int) {
	m.in[group] = append(m.in[group], who...)
	m.tell("joined", group, who)
}

// last is the place of somebody's last join that stands, or -1.
func last(list []int, who int) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == who {
			return i
		}
	}
	return -1
}

func (m *naive) leave(group string, who []int) bool {
	var gone []int
	for _, p := range who {
		if i := last(m.in[group], p); i >= 0 {
			m.in[group] = slices.Delete(m.in[group], i, i+1)
			gone = append(gone, p)
		}
	}
	if gone == nil {
		return false
	}
	m.tell("left", group, gone)
	return true
}

// kill takes a process out of its groups; they hear of it in the order of its oldest joins, which the caller knows.
func (m *naive) kill(who int, groups []string) {
	for _, h := range m.watches {
		h.over = h.over || h.watcher == who
	}
	for _, g := range groups {
		var gone []int
		for last(m.in[g], who) >= 0 {
			i := last(m.in[g], who)
			m.in[g] = slices.Delete(m.in[g], i, i+1)
			gone = append(gone, who)
		}
		if gone != nil {
			m.tell("left", g, gone)
		}
	}
}

func TestScopeDoesWhatListsOfMembersDo(t *testing.T) {
	sys := system()
	defer func() { require.NoError(t, sys.Close(t.Context())) }()
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		run(t, rt, sys, group.In(sys, fmt.Sprint("round", round)))
	})
}

// run compares a scope with the model over one generated life of five processes.
func run(t *testing.T, rt *rapid.T, sys *actors.System, s group.Scope) {
	const processes = 5
	var refs [processes]ref
	index := map[actors.PID]int{}
	logs := map[*heard]*[]string{}
	stops := map[*heard]*group.Watch{}
	for i := range refs {
		refs[i] = actors.MustSpawn(sys, "", actors.Stateless(func(c *cx, m do) error { return m(c) }))
		index[refs[i].PID()] = i
	}
	defer func() {
		for _, r := range refs {
			r.PID().Kill()
		}
	}()
	numbers := func(who []actors.PID) []int {
		out := []int{}
		for _, p := range who {
			out = append(out, index[p])
		}
		return out
	}
	m := &naive{in: map[string][]int{}}
	joins := map[string][]int{} // for each group and process: when the joins that stand were made
	now := 0
	groupName := rapid.SampledFrom([]string{"a", "b", "c"})
	someone := rapid.IntRange(0, processes-1)
	alive := func(i int) bool { return refs[i].PID().Alive() }
	key := func(g string, p int) string { return fmt.Sprint(g, p) }

	rt.Repeat(map[string]func(*rapid.T){
		"join": func(rt *rapid.T) {
			g, who := groupName.Draw(rt, "group"), rapid.SliceOfN(someone, 1, 4).Draw(rt, "who")
			var list []actors.PID
			fits := true
			for _, i := range who {
				list = append(list, refs[i].PID())
				fits = fits && alive(i)
			}
			err := s.JoinAll(g, list...)
			if !fits {
				require.ErrorIs(rt, err, actors.ErrNoProc)
				return
			}
			require.NoError(rt, err)
			m.join(g, who)
			for _, i := range who {
				now++
				joins[key(g, i)] = append(joins[key(g, i)], now)
			}
		},
		"leave": func(rt *rapid.T) {
			g, who := groupName.Draw(rt, "group"), rapid.SliceOfN(someone, 1, 4).Draw(rt, "who")
			var list []actors.PID
			for _, i := range who {
				list = append(list, refs[i].PID())
				if at := joins[key(g, i)]; len(at) > 0 {
					joins[key(g, i)] = at[:len(at)-1]
				}
			}
			err := s.LeaveAll(g, list...)
			if m.leave(g, who) {
				require.NoError(rt, err)
			} else {
				require.ErrorIs(rt, err, group.ErrNotJoined)
			}
		},
		"kill": func(rt *rapid.T) {
			who := someone.Draw(rt, "who")
			refs[who].PID().Kill()
			var groups []string
			for _, g := range []string{"a", "b", "c"} {
				if len(joins[key(g, who)]) > 0 {
					groups = append(groups, g)
				}
			}
			sort.Slice(groups, func(i, j int) bool { return joins[key(groups[i], who)][0] < joins[key(groups[j], who)][0] })
			m.kill(who, groups)
			for _, g := range groups {
				delete(joins, key(g, who))
			}
		},
		"watch": func(rt *rapid.T) {
			who, g := someone.Draw(rt, "who"), rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "group")
			if !alive(who) {
				return
			}
			h, log := &heard{group: g, watcher: who}, &[]string{}
			notice := func(e group.Event) do {
				return func(*cx) error {
					*log = append(*log, fmt.Sprint(e.Change, " ", e.Group, " ", numbers(e.Members)))
					return nil
				}
			}
			in(t, refs[who], func(c *cx) {
				if g == "" {
					present, w, err := group.WatchScope(c, s, notice)
					require.NoError(rt, err)
					stops[h] = w
					for _, p := range present {
						require.Equal(rt, m.in[p.Name], numbers(p.Members))
					}
					return
				}
				present, w, err := group.WatchGroup(c, s, g, notice)
				require.NoError(rt, err)
				stops[h] = w
				require.Equal(rt, append([]int{}, m.in[g]...), numbers(present))
			})
			m.watches = append(m.watches, h)
			logs[h] = log
		},
		"unwatch": func(rt *rapid.T) {
			if len(m.watches) == 0 {
				return
			}
			h := rapid.SampledFrom(m.watches).Draw(rt, "watch")
			if !alive(h.watcher) {
				require.False(rt, stops[h].Stop())
				return
			}
			in(t, refs[h.watcher], func(*cx) { require.Equal(rt, !h.over, stops[h].Stop()) })
			h.over = true
		},
		"": func(rt *rapid.T) {
			var groups []string
			for _, g := range []string{"a", "b", "c"} {
				require.Equal(rt, append([]int{}, m.in[g]...), numbers(s.Members(g)), g)
				if len(m.in[g]) > 0 {
					groups = append(groups, g)
				}
			}
			require.Equal(rt, groups, s.Groups())
			for i, h := range m.watches {
				if !alive(h.watcher) {
					continue
				}
				in(t, refs[h.watcher], func(*cx) {}) // what was sent to it before has been handled
				require.Equal(rt, strings.Join(h.lines, "\n"), strings.Join(*logs[h], "\n"), "watch %d", i)
			}
		},
	})
}
