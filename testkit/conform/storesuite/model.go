// SPDX-License-Identifier: Apache-2.0

package storesuite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mabeam.dev/events"
)

// naive is a store as one would write it on a slip of paper: a list, searched from the front each time.
type naive struct {
	log   []events.Event
	snaps map[events.Stream][]events.Snap
	last  time.Time
}

func (m *naive) of(s events.Stream) (out []events.Event) {
	for _, e := range m.log {
		if e.Stream == s {
			out = append(out, e)
		}
	}
	return out
}

// append decides one append and gives the sentinel of a refusal.
func (m *naive) append(a events.Append, now time.Time) (events.Appended, error) {
	var olds []events.Event
	for _, n := range a.Events {
		for _, e := range m.log {
			if e.ID == n.ID {
				olds = append(olds, e)
			}
		}
	}
	if len(olds) > 0 {
		if len(olds) != len(a.Events) {
			return events.Appended{}, events.ErrIDConflict
		}
		for i, e := range olds {
			if e.Stream != a.Stream || !e.Same(a.Events[i]) || e.Version != olds[0].Version+events.Version(i) {
				return events.Appended{}, events.ErrIDConflict
			}
		}
		last := olds[len(olds)-1]
		return events.Appended{First: olds[0].Position, Last: last.Position, Version: last.Version, Repeated: true}, nil
	}
	have := len(m.of(a.Stream))
	switch {
	case a.Expect == events.NoStream && have > 0, a.Expect == events.Exists && have == 0, a.Expect > 0 && int(a.Expect) != have:
		return events.Appended{}, events.ErrVersion
	}
	first := len(m.log) + 1
	for i, n := range a.Events {
		n.Schema = max(n.Schema, 1)
		m.log = append(m.log, events.Event{New: n, Stream: a.Stream, Version: events.Version(have + i + 1), Position: events.Position(first + i), At: now})
	}
	return events.Appended{First: events.Position(first), Last: events.Position(len(m.log)), Version: events.Version(have + len(a.Events))}, nil
}

func (m *naive) put(sn events.Snap) error {
	if int(sn.Version) > len(m.of(sn.Stream)) {
		return events.ErrVersion
	}
	kept := slices.DeleteFunc(m.snaps[sn.Stream], func(k events.Snap) bool { return k.Version == sn.Version })
	kept = append(kept, sn)
	slices.SortFunc(kept, func(a, b events.Snap) int { return int(b.Version) - int(a.Version) })
	m.snaps[sn.Stream] = kept[:min(2, len(kept))]
	return nil
}

// model drives a store and the naive one with the same random operations and compares every answer and the final content.
func model(t *testing.T, b Backend) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp("", "storesuite")
		must(rt, err)
		defer os.RemoveAll(dir)
		now := epoch
		clock := func() time.Time { return now }
		store, err := b.Open(dir, clock)
		must(rt, err)
		defer func() { must(rt, store.Close()) }()
		m := &naive{snaps: map[events.Stream][]events.Snap{}}
		ctx := context.Background()
		streams := rapid.SampledFrom([]events.Stream{"a", "b", "c"})
		actions := map[string]func(*rapid.T){
			"append": func(rt *rapid.T) {
				now = now.Add(time.Duration(rapid.Int64Range(-1000, 5000).Draw(rt, "clock")) * time.Microsecond)
				if now.Before(m.last) {
					// The store must stamp with the last stamp; the model says so by its own clock.
					now = m.last
				}
				group := rapid.SliceOfN(appends(streams), 1, 6).Draw(rt, "group")
				got, err := store.AppendGroup(ctx, group)
				must(rt, err)
				for i, a := range group {
					want, refusal := m.append(a, now)
					if got[i].Appended != want || !errors.Is(got[i].Err, refusal) || (refusal == nil) != (got[i].Err == nil) {
						rt.Fatalf("append %d: expected %+v %v, got %+v %v", i, want, refusal, got[i].Appended, got[i].Err)
					}
				}
				if n := len(m.log); n > 0 {
					m.last = m.log[n-1].At
				}
			},
			"read": func(rt *rapid.T) {
				s := streams.Draw(rt, "stream")
				from := rapid.IntRange(0, 12).Draw(rt, "from")
				got, err := collect(store.Read(ctx, s, events.Version(from)))
				must(rt, err)
				want := m.of(s)
				same(rt, want[min(max(from, 1)-1, len(want)):], got)
			},
			"query": func(rt *rapid.T) {
				q := queries(len(m.log), epoch, now).Draw(rt, "query")
				same(rt, m.query(q), paged(rt, store, q))
			},
			"snapshot": func(rt *rapid.T) {
				sn := events.Snap{
					Stream: streams.Draw(rt, "stream"), Version: events.Version(rapid.IntRange(1, 8).Draw(rt, "version")), Schema: 1,
					State: rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(rt, "state"), At: now.UTC().Truncate(time.Microsecond),
				}
				if err, want := store.PutSnapshot(ctx, sn), m.put(sn); !errors.Is(err, want) || (want == nil) != (err == nil) {
					rt.Fatalf("put snapshot: expected %v, got %v", want, err)
				}
			},
			"": func(rt *rapid.T) {
				head, err := store.Head(ctx)
				must(rt, err)
				if int(head) != len(m.log) {
					rt.Fatalf("head: expected %d, got %d", len(m.log), head)
				}
				for _, s := range []events.Stream{"a", "b", "c"} {
					got, ok, err := store.Snapshot(ctx, s)
					must(rt, err)
					kept := m.snaps[s]
					if ok != (len(kept) > 0) || ok && fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", kept[0]) {
						rt.Fatalf("snapshot of %q: expected %+v, got %+v %v", s, kept, got, ok)
					}
				}
			},
		}
		if b.Durable {
			actions["reopen"] = func(rt *rapid.T) {
				must(rt, store.Close())
				store, err = b.Open(dir, clock)
				must(rt, err)
			}
		}
		rt.Repeat(actions)
		got, err := collect(store.ReadAll(ctx, 0))
		must(rt, err)
		same(rt, m.log, got)
	})
}

// appends generates small appends from few ids and few contents, so that repetitions and conflicts are frequent.
func appends(streams *rapid.Generator[events.Stream]) *rapid.Generator[events.Append] {
	return rapid.Custom(func(rt *rapid.T) events.Append {
		a := events.Append{
			Stream: streams.Draw(rt, "stream"),
			Expect: events.Expect(rapid.SampledFrom([]int{0, 0, 0, -1, -2, 1, 2, 3}).Draw(rt, "expect")),
		}
		first := rapid.Uint64Range(1, 60).Draw(rt, "id")
		for i := range rapid.IntRange(1, 3).Draw(rt, "events") {
			n := events.New{ID: number(first + uint64(i)), Type: "t", Data: []byte{byte(first)}}
			if rapid.IntRange(0, 9).Draw(rt, "odd") == 0 {
				n.Metadata = map[string]string{"k": "v"}
				n.Agent = "agent"
				n.Context = events.AgentContext{Incarnation: first}
				n.Schema = 2
			}
			n.Type = []string{"t", "u", "v"}[(first+uint64(i))%3]
			if first%2 == 0 {
				n.Correlation, n.Causation = number(1+first%3), number(first)
			}
			a.Events = append(a.Events, n)
		}
		return a
	})
}

func must(rt *rapid.T, err error) {
	if err != nil {
		rt.Fatalf("unexpected error: %v", err)
	}
}

func same(rt *rapid.T, want, got []events.Event) {
	if len(want) != len(got) {
		rt.Fatalf("expected %d events, got %d", len(want), len(got))
	}
	for i := range want {
		w, g := want[i], got[i]
		if !g.Same(w.New) || g.Stream != w.Stream || g.Version != w.Version || g.Position != w.Position || !g.At.Equal(w.At) {
			rt.Fatalf("event %d: expected %+v, got %+v", i, w, g)
		}
	}
}
