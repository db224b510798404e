// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Generate returns random script number of a seed. The script depends on both and on nothing else, so it can be made again alone.
//
// The generator does not simulate the tree: operations may hit dead names or be refused, and the trace records what OTP answers. It only avoids what would make a
// trace depend on timing or never end: stop=hang only where the supervisor's patience is finite; a supervisor is killed only under unordered and only if no child
// below it hangs; starts that fail for ever only under small intensities; hold only in flat trees, for the first crash, and every hold is released. It also stays
// away from the two defects that testdata/FORMAT.md calls quirks: a simple_one_for_one restart that says ignore, and stopping such a child between two attempts.
func Generate(seed, number uint64) string {
	g := &generator{
		r:        rand.New(rand.NewPCG(seed, number)),
		children: make(map[string][]string),
		attrs:    make(map[string]attrs),
		flags:    make(map[string]attrs),
		parent:   make(map[string]string),
		hangs:    make(map[string]bool),
	}
	g.linef("# seed %d, number %d", seed, number)
	if g.chance(0.15) {
		g.restarting()
	} else {
		g.general()
	}
	return strings.Join(g.lines, "\n") + "\n"
}

const hangMS = "40" // the patience with a worker that never stops

var (
	groupStrategies = []string{"one_for_one", "one_for_all", "rest_for_one"}
	restartTypes    = []string{"permanent", "transient", "temporary"}
	exitReasons     = []string{"normal", "shutdown", "{shutdown,x}", "boom", "boom", "boom", "crash2"}
)

type generator struct {
	r        *rand.Rand
	lines    []string
	sups     []string            // in order of definition, root first
	workers  []owned             // static and dynamic ones
	children map[string][]string // by supervisor: workers and supervisors
	attrs    map[string]attrs    // by child
	flags    map[string]attrs    // by supervisor
	parent   map[string]string   // by supervisor
	hangs    map[string]bool     // templates of which a hanging copy exists
	dynamic  int
}

// owned is a worker and its supervisor.
type owned struct{ name, sup string }

// attrs are key=value words in order.
type attrs []attr

type attr struct{ key, value string }

func (a attrs) get(key string) string {
	for _, one := range a {
		if one.key == key {
			return one.value
		}
	}
	return ""
}

// with returns a copy in which key has the value; a new key comes last.
func (a attrs) with(key, value string) attrs {
	a = slices.Clone(a)
	for i := range a {
		if a[i].key == key {
			a[i].value = value
			return a
		}
	}
	return append(a, attr{key, value})
}

func (a attrs) without(key string) attrs {
	return slices.DeleteFunc(slices.Clone(a), func(one attr) bool { return one.key == key })
}

func (a attrs) String() string {
	text := ""
	for _, one := range a {
		text += " " + one.key + "=" + one.value
	}
	return text
}

// weighted is a value and how often it is picked.
type weighted struct {
	value  string
	weight float64
}

func (g *generator) pick(choices ...weighted) string {
	sum := 0.0
	for _, c := range choices {
		sum += c.weight
	}
	at := g.r.Float64() * sum
	for _, c := range choices {
		if at -= c.weight; at < 0 {
			return c.value
		}
	}
	return choices[len(choices)-1].value
}

func (g *generator) choice(values []string) string { return values[g.r.IntN(len(values))] }
func (g *generator) between(low, high int) int     { return low + g.r.IntN(high-low+1) }
func (g *generator) chance(p float64) bool         { return g.r.Float64() < p }

func (g *generator) linef(format string, args ...any) {
	g.lines = append(g.lines, fmt.Sprintf(format, args...))
}

func (g *generator) restartType() string {
	return g.pick(weighted{"permanent", 5}, weighted{"transient", 3}, weighted{"temporary", 2})
}

// general is a tree and operations of all kinds.
func (g *generator) general() {
	g.supervisor("root", "", 0)
	upgrade := !g.isDynamic("root") && g.chance(0.08)
	g.define()
	if upgrade {
		g.defineUpgrade()
	}
	g.lines = append(g.lines, "run", "start")
	if g.chance(0.5) {
		g.linef("start") // a root that failed to start may start now
	}
	n := g.between(20, 70)
	at := g.r.IntN(n)
	for i := range n {
		if g.chance(0.07) {
			g.linef("start") // the root may have given up by now
		}
		if upgrade && i == at {
			g.linef("upgrade root v2")
			g.children["root"] = append(g.children["root"], "extra")
			g.attrs["extra"] = attrs{{"restart", "permanent"}}
		}
		g.lines = append(g.lines, g.operation())
	}
	for _, s := range g.sups {
		g.linef("which_children %s", s)
		g.linef("count_children %s", s)
	}
	if g.chance(0.8) {
		g.linef("stop")
	}
}

// operation returns one random operation.
func (g *generator) operation() string {
	names := []string{"nobody"}
	if len(g.workers) > 0 {
		names = names[:0]
		for _, w := range g.workers {
			names = append(names, w.name)
		}
	}
	s, c := g.anyChild()
	kind := g.pick(weighted{"exit", 44}, weighted{"kill", 5}, weighted{"start_child", 11}, weighted{"terminate_child", 7},
		weighted{"restart_child", 8}, weighted{"delete_child", 5}, weighted{"terminate_pid", 4}, weighted{"which_children", 6},
		weighted{"count_children", 3}, weighted{"get_childspec", 3}, weighted{"stray_exit", 2}, weighted{"kill_sup", 2})
	switch kind {
	case "exit":
		return "exit " + g.choice(names) + " " + g.choice(exitReasons)
	case "kill":
		return "kill " + g.choice(names)
	case "start_child":
		return g.startChild()
	case "terminate_pid":
		var own []owned
		for _, w := range g.workers {
			if g.isDynamic(w.sup) {
				own = append(own, w)
			}
		}
		if len(own) > 0 {
			w := own[g.r.IntN(len(own))]
			s, c = w.sup, w.name
		}
		return "terminate_pid " + s + " " + c
	case "which_children", "count_children":
		return kind + " " + g.choice(g.sups)
	case "stray_exit":
		return "stray_exit " + g.choice(g.sups) + " " + g.choice([]string{"boom", "shutdown", "normal"})
	case "kill_sup":
		return g.killSupervisor(s)
	}
	return kind + " " + s + " " + c
}

func (g *generator) killSupervisor(instead string) string {
	var victims []string
	for _, s := range g.sups {
		if !g.hangsBelow(s) {
			victims = append(victims, s)
		}
	}
	if len(victims) == 0 || g.chance(0.3) && slices.Equal(victims, []string{"root"}) {
		return "which_children " + instead
	}
	return "unordered kill " + g.choice(victims)
}

func (g *generator) hangsBelow(sup string) bool {
	return slices.ContainsFunc(g.children[sup], func(c string) bool {
		_, isSup := g.children[c]
		return isSup && g.hangsBelow(c) || g.attrs[c].get("stop") == "hang" || g.hangs[c]
	})
}

func (g *generator) startChild() string {
	s := g.choice(g.sups)
	if g.isDynamic(s) {
		return g.startDynamic(s)
	}
	if g.chance(0.5) && len(g.workers) > 0 {
		// The same name again: OTP answers already_present or already_started, or really adds it when the spec is gone.
		own := []string{}
		for _, w := range g.workers {
			if w.sup == s {
				own = append(own, w.name)
			}
		}
		n := "nobody"
		if len(own) > 0 {
			n = g.choice(own)
		}
		a := attrs{{"restart", g.choice(restartTypes)}}
		if shutdown := g.attrs[n].get("shutdown"); shutdown != "" {
			a = a.with("shutdown", shutdown)
		} else if g.attrs[n].get("stop") == "hang" {
			a = a.with("shutdown", hangMS)
		}
		return "start_child " + s + " " + n + a.String()
	}
	g.dynamic++
	n := "n" + strconv.Itoa(g.dynamic)
	g.workers = append(g.workers, owned{n, s})
	g.children[s] = append(g.children[s], n)
	g.attrs[n] = g.workerAttrs(s, false)
	return "start_child " + s + " " + n + g.attrs[n].String()
}

func (g *generator) startDynamic(s string) string {
	g.dynamic++
	n := "d" + strconv.Itoa(g.dynamic)
	g.workers = append(g.workers, owned{n, s})
	var a attrs
	if starts := g.starts(g.small(s), true); starts != "ok" {
		a = a.with("starts", starts)
	}
	if g.chance(0.15) {
		a = a.with("stop", "hang")
		g.hangs[g.children[s][0]] = true
	}
	return "start_child " + s + " " + n + a.String()
}
