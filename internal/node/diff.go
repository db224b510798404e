// SPDX-License-Identifier: Apache-2.0

package node

import (
	"fmt"
	"reflect"
	"slices"

	"mabeam.dev/config"
)

// change is one difference between two configs, as a reload sees it.
type change struct {
	mark rune   // + added, - removed, ~ changed, ! not applied
	key  string // in the file
	note string
}

// String renders the change as one line of a reload's plan.
func (c change) String() string {
	text := string(c.mark) + " " + c.key
	if c.note != "" {
		text += " " + c.note
	}
	return text
}

// groupChange is what a reload does to one supervisor.
type groupChange struct {
	path    []string // ids from the root of the tree down
	group   config.Group
	added   []string // ids of processes
	removed []string
}

// diff compares the running config with another. It returns what is to be done, supervisors before those under them, and everything that is
// different, in the order of the file. Only the tree can change while the node runs.
func diff(old, next config.Config) (apply []groupChange, plan []change) {
	switch {
	case old.Tree != nil && next.Tree != nil && old.Tree.ID == next.Tree.ID:
		apply, plan = diffGroup([]string{next.Tree.ID}, "tree", old.Tree.Group, next.Tree.Group)
	case !reflect.DeepEqual(old.Tree, next.Tree):
		plan = append(plan, change{'!', "tree", "needs a restart (not applied)"})
	}
	oldRest, nextRest := old, next
	oldRest.Tree, nextRest.Tree = nil, nil
	a, b := reflect.ValueOf(oldRest), reflect.ValueOf(nextRest)
	for i := range a.NumField() {
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			plan = append(plan, change{'!', a.Type().Field(i).Tag.Get("yaml"), "needs a restart (not applied)"})
		}
	}
	return apply, plan
}

// diffGroup compares one supervisor with what it is to be.
func diffGroup(path []string, key string, old, next config.Group) (apply []groupChange, plan []change) {
	if reflect.DeepEqual(old, next) {
		return nil, nil
	}
	own := groupChange{path: path, group: next}
	plan = append(plan, diffFlags(key, old, next)...)
	before, after := byProcess(old.Children), byProcess(next.Children)
	for _, id := range idsOf(old.Children) {
		if _, stays := after[id]; !stays {
			own.removed = append(own.removed, id)
			plan = append(plan, change{'-', key + ".children[" + id + "]", ""})
		}
	}
	var below []groupChange
	for _, id := range idsOf(next.Children) {
		was, is := before[id], after[id]
		where := key + ".children[" + id + "]"
		if _, known := before[id]; !known {
			own.added = append(own.added, id)
			plan = append(plan, change{'+', where, ""})
			continue
		}
		if was.Kind == config.KindSupervisor && is.Kind == config.KindSupervisor {
			a, p := diffGroup(append(slices.Clone(path), id), where, was.Group, is.Group)
			below, plan = append(below, a...), append(plan, p...)
			was.Group, is.Group = config.Group{}, config.Group{}
		}
		if !sameChild(was, is) {
			plan = append(plan, change{'~', where, "(kept running; the next start has it)"})
		}
	}
	return append([]groupChange{own}, below...), plan
}

func diffFlags(key string, old, next config.Group) (plan []change) {
	flag := func(name string, a, b any) {
		if a != b {
			plan = append(plan, change{'~', key + "." + name, fmt.Sprintf("%v -> %v (kept running)", a, b)})
		}
	}
	flag("strategy", old.Strategy, next.Strategy)
	flag("intensity", old.Intensity, next.Intensity)
	flag("period", old.Period, next.Period)
	flag("auto_shutdown", old.AutoShutdown, next.AutoShutdown)
	return plan
}

// sameChild compares what is said about one process; how many there are of it is not.
func sameChild(a, b config.Child) bool {
	a.ID, b.ID, a.Count, b.Count = "", "", 0, 0
	return reflect.DeepEqual(a, b)
}

// idsOf lists the ids of the processes of children, in order.
func idsOf(children []config.Child) []string {
	var ids []string
	for _, c := range children {
		ids = append(ids, c.IDs()...)
	}
	return ids
}

func byProcess(children []config.Child) map[string]config.Child {
	out := map[string]config.Child{}
	for _, c := range children {
		for _, id := range c.IDs() {
			out[id] = c
		}
	}
	return out
}
