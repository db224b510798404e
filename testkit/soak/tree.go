// SPDX-License-Identifier: Apache-2.0

package soak

import (
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// shape is the size of a tree: a root, regions, groups in each region, workers in each group.
type shape struct{ regions, groups, workers int }

// shapeOf returns the shape of a tree of n processes; workers are those of all groups together.
func shapeOf(n int) shape {
	s := shape{regions: 4, groups: 5}
	if n >= 5000 {
		s = shape{regions: 10, groups: 10}
	}
	s.workers = n - 1 - s.regions - s.regions*s.groups
	return s
}

// never is a restart intensity that no run reaches. Its window is short, because a supervisor remembers the restarts in it.
var never = supervision.Intensity{Max: 1 << 30, Within: time.Millisecond}

// spec describes the tree of a run. Groups differ in strategy, one in four gives up easily and is restarted by its region; workers differ in
// their bound, in what a full mailbox does, and in how they are stopped.
func (r *run) spec() supervision.Spec {
	root := supervision.Spec{Intensity: never}
	all := r.shape.regions * r.shape.groups
	slot := 0
	for i := range r.shape.regions {
		region := supervision.Spec{Intensity: never}
		for j := range r.shape.groups {
			number := i*r.shape.groups + j
			group := supervision.Spec{Intensity: never}
			switch number % 4 {
			case 1:
				group.Strategy = supervision.RestForOne
			case 2:
				group.Strategy = supervision.OneForAll
			case 3:
				group.Intensity = supervision.Intensity{Max: 20, Within: time.Second}
			}
			for range r.shape.workers*(number+1)/all - r.shape.workers*number/all {
				group.Children = append(group.Children, r.worker(slot))
				slot++
			}
			region.Children = append(region.Children, supervision.Sub(groupID(j), group))
		}
		root.Children = append(root.Children, supervision.Sub(regionID(i), region))
	}
	return root
}

func regionID(i int) string { return fmt.Sprintf("region%d", i) }
func groupID(j int) string  { return fmt.Sprintf("group%d", j) }

func (r *run) worker(slot int) supervision.Child {
	options := []actors.Option{actors.MailboxSize(8 << (slot % 4))}
	if slot%2 == 1 {
		options = append(options, actors.OnFull(actors.DropOldest))
	}
	c := supervision.Worker(fmt.Sprintf("w%d", slot), func() actors.Behavior[message] { return &worker{run: r, slot: slot} }, options...)
	if c.Shutdown = supervision.After(10 * time.Millisecond); slot%3 == 0 {
		c.Shutdown = supervision.Brutal
	}
	return c
}

// supervisor returns the process of a group, or of its region with j < 0; the zero PID while there is none.
func (r *run) supervisor(i, j int) actors.PID {
	region := r.root.Child(regionID(i))
	if j < 0 {
		return region
	}
	s, err := supervision.Of(region)
	if err != nil {
		return actors.PID{}
	}
	return s.Child(groupID(j))
}
