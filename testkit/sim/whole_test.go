// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
	"mabeam.dev/actors/registry"
	"mabeam.dev/actors/table"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/task"
	"mabeam.dev/testkit/sim"
)

// Every seed runs three times, and what happens is the same each time, byte for byte, values included.
func TestExploreATownThreeTimesEach(t *testing.T) {
	sim.Explore(t, *seeds, life, sim.Repeat(3))
}

// build starts a town of four citizens.
func build(s *sim.Sim) (*town, *supervision.Supervisor) {
	t := &town{s: s}
	var err error
	t.tasks, err = task.Start(s.System(), "tasks", task.Spec{MaxChildren: 3})
	require.NoError(s, err)
	spec := supervision.Spec{
		Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children: []supervision.Child{
			{ID: "book", Start: func(in actors.Spawner, _ any) (actors.PID, error) {
				ref, err := actors.SpawnLink(in, "book", func() actors.Behavior[op] { return &book{town: t} })
				return ref.PID(), err
			}},
			supervision.Worker("names", registry.Owner[string, int](registry.Spec{Name: "names", Keys: registry.Unique, Partitions: 3})),
			supervision.Worker("lamp", lamp.Behavior),
		},
	}
	people := supervision.Spec{Intensity: spec.Intensity}
	for i := range 4 {
		people.Children = append(people.Children, supervision.Worker(fmt.Sprint("c", i), func() actors.Behavior[do] { return &citizen{town: t} }))
	}
	spec.Children = append(spec.Children, supervision.Sub("citizens", people))
	sup, err := supervision.Start(s.System(), "app", spec)
	require.NoError(s, err)
	t.lamp = func() actors.Ref[lampMessage] { return supervision.ChildRef[lampMessage](sup, "lamp") }
	return t, sup
}

// life is some time in a town, with a plan of faults that is part of the seed, and the calm after it.
func life(s *sim.Sim) {
	t, _ := build(s)
	watcher := spawn(s, "watcher")
	watcher.Tell(func(c *actors.Context[do]) error {
		_, _, err := group.WatchGroup(c, group.In(c, ""), "citizens", func(e group.Event) do {
			return func(*actors.Context[do]) error { s.Note("%v %v", e.Change, e.Members); return nil }
		})
		return err
	})
	space := sim.Space{
		Kinds: []sim.FaultKind{
			sim.Crash, sim.CrashAfter, sim.Kill, sim.Hang, sim.Jump, sim.FailStart, sim.HangStart, sim.Drop, sim.Duplicate, sim.Delay, sim.Reorder,
		},
		Processes: []string{"/app/book", "/app/names", "/app/lamp", "/app/citizens/*", "/app/*", "/tasks/*"}, MaxFor: 3 * time.Second,
	}
	s.Fault(space.Draw(s.Rand("plan"), 4)...)
	if s.Rand("wall").IntN(4) == 0 {
		s.Partition("/app/citizens/c0", "/app/...")
	}
	s.Advance(4 * time.Second)
	s.Calm()
	s.Advance(30 * time.Second)
	require.Len(s, group.In(s.System(), "").Members("citizens"), 4)
	names, err := registry.Open[string, int](s.System(), "names")
	require.NoError(s, err)
	entries, err := names.Select(nil)
	require.NoError(s, err)
	list := slices.Collect(entries)
	require.Len(s, list, 4)
	s.Note("%v", list)
	log, err := table.OpenOrdered[int, string](s.System(), "log")
	require.NoError(s, err)
	lines, err := log.All()
	require.NoError(s, err)
	for k, v := range lines {
		s.Note("%d %s", k, v)
	}
	counts, err := t.tasks.Count(s.Context())
	require.NoError(s, err)
	s.Note("%+v", counts)
}
