// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"slices"
	"strconv"
)

func (g *generator) isDynamic(sup string) bool {
	return g.flags[sup].get("strategy") == "simple_one_for_one"
}

// supervisor invents a supervisor and what is below it.
func (g *generator) supervisor(name, parent string, depth int) {
	g.parent[name] = parent
	g.sups = append(g.sups, name)
	g.children[name] = []string{}
	dynamic := depth > 0 && g.chance(0.35) || depth == 0 && g.chance(0.12)
	strategy := g.choice(groupStrategies)
	if dynamic {
		strategy = "simple_one_for_one"
	}
	intensity := g.pick(weighted{"0", 1}, weighted{"1", 3}, weighted{"2", 3}, weighted{"3", 2}, weighted{"5", 1}, weighted{"50", 2})
	f := attrs{{"strategy", strategy}, {"intensity", intensity}, {"period", "3600"}}
	if auto := g.pick(weighted{"never", 6}, weighted{"any_significant", 2}, weighted{"all_significant", 2}); auto != "never" {
		f = f.with("auto_shutdown", auto)
	}
	g.flags[name] = f
	if dynamic {
		template := "tmpl_" + name
		g.children[name] = append(g.children[name], template)
		g.attrs[template] = g.workerAttrs(name, true)
		return
	}
	for range g.between(1, 4) {
		if depth < 2 && len(g.sups) < 4 && g.chance(0.3) {
			sub := "s" + strconv.Itoa(len(g.sups))
			g.children[name] = append(g.children[name], sub)
			g.attrs[sub] = g.significance(name, attrs{{"type", "supervisor"}, {"restart", g.restartType()}})
			g.supervisor(sub, name, depth+1)
		} else {
			w := "w" + strconv.Itoa(len(g.workers))
			g.workers = append(g.workers, owned{w, name})
			g.children[name] = append(g.children[name], w)
			g.attrs[w] = g.workerAttrs(name, false)
		}
	}
}

// starts invents the outcomes of the start attempts of a worker.
func (g *generator) starts(mayFailForEver, dynamic bool) string {
	choices := []weighted{
		{"ok", 70}, {"ok,error:e1,ok", 9}, {"ok,error:e1,error:e2,ok", 5}, {"ok,ok,error:e1,ok", 5}, {"ignore,ok", 2}, {"error:e0,ok", 2},
	}
	if !dynamic {
		choices = append(choices, weighted{"ok,ignore,ok", 5})
	}
	if mayFailForEver {
		choices = append(choices, weighted{"ok,error:gone", 4})
	}
	return g.pick(choices...)
}

func (g *generator) workerAttrs(sup string, template bool) attrs {
	a := attrs{{"restart", g.restartType()}}
	stop := g.pick(weighted{"clean", 14}, weighted{"exit:normal", 1}, weighted{"exit:weird", 1}, weighted{"hang", 2})
	shutdown := g.pick(weighted{"", 6}, weighted{"5000", 1}, weighted{"infinity", 2}, weighted{"brutal_kill", 2})
	switch {
	case template:
		stop = "clean"
		shutdown = g.pick(weighted{hangMS, 2}, weighted{"brutal_kill", 1})
	case stop == "hang":
		shutdown = g.pick(weighted{hangMS, 3}, weighted{"brutal_kill", 1}, weighted{"0", 1})
	}
	if shutdown != "" {
		a = a.with("shutdown", shutdown)
	}
	if stop != "clean" {
		a = a.with("stop", stop)
	}
	if !template {
		if starts := g.starts(g.small(sup), false); starts != "ok" {
			a = a.with("starts", starts)
		}
	}
	return g.significance(sup, a)
}

func (g *generator) significance(sup string, a attrs) attrs {
	if g.flags[sup].get("auto_shutdown") != "" && a.get("restart") != "permanent" && g.chance(0.6) {
		return a.with("significant", "true")
	}
	return a
}

// small tells whether every intensity from here to the root is small.
func (g *generator) small(sup string) bool {
	for ; sup != ""; sup = g.parent[sup] {
		if n, err := strconv.Atoi(g.flags[sup].get("intensity")); err != nil || n > 3 {
			return false
		}
	}
	return true
}

func (g *generator) define() {
	for _, s := range g.sups {
		g.linef("sup %s%v", s, g.flags[s])
		for _, c := range g.children[s] {
			g.linef("child %s %s%v", s, c, g.attrs[c])
		}
	}
}

// defineUpgrade invents a second definition of the root.
func (g *generator) defineUpgrade() {
	intensity := g.choice([]string{"1", "2", "5"})
	g.linef("sup v2%v", g.flags["root"].with("strategy", g.choice(groupStrategies)).with("intensity", intensity))
	var kids []string
	for _, c := range g.children["root"] {
		if g.chance(0.75) {
			kids = append(kids, c)
		}
	}
	g.r.Shuffle(len(kids), func(i, j int) { kids[i], kids[j] = kids[j], kids[i] })
	for _, c := range kids {
		a := g.attrs[c]
		if g.chance(0.4) {
			a = a.with("restart", g.choice(restartTypes))
			if a.get("restart") == "permanent" {
				a = a.without("significant")
			}
		}
		g.linef("child v2 %s%v", c, a)
	}
	g.linef("child v2 extra restart=permanent")
	g.workers = append(g.workers, owned{"extra", "root"})
}

// anyChild returns a supervisor and one of its children.
func (g *generator) anyChild() (sup, child string) {
	n := 0
	for _, s := range g.sups {
		n += len(g.children[s])
	}
	n = g.r.IntN(n)
	for _, s := range g.sups {
		if n < len(g.children[s]) {
			return s, g.children[s][n]
		}
		n -= len(g.children[s])
	}
	return "root", "nobody"
}

// restarting is a script in which one child's restart is held and requests queue up behind it.
func (g *generator) restarting() {
	strategy := g.choice(append(slices.Clone(groupStrategies), "simple_one_for_one"))
	dynamic := strategy == "simple_one_for_one"
	names := []string{"a", "b", "c", "d"}[:g.between(2, 4)]
	at := g.r.IntN(len(names))
	x := names[at]
	holds := g.between(1, 3)
	starts := "ok"
	for i := 1; i < holds; i++ {
		starts += ",hold:error:e" + strconv.Itoa(i)
	}
	last := []string{"hold:error:last", "hold:ok"}
	if !dynamic {
		last = append(last, "hold:ignore")
	}
	starts += "," + g.choice(last) + ",ok"
	restart := make(map[string]string)
	for _, n := range names {
		restart[n] = g.choice(restartTypes)
	}
	restart[x] = g.choice([]string{"permanent", "transient"})
	g.linef("sup root strategy=%s intensity=50 period=3600", strategy)
	behaviour := func(n string) string {
		if n == x {
			return " starts=" + starts
		}
		return ""
	}
	if dynamic {
		g.linef("child root tmpl restart=%s", restart[x])
		g.lines = append(g.lines, "run", "start")
		for _, n := range names {
			g.linef("start_child root %s%s", n, behaviour(n))
		}
	} else {
		for _, n := range names {
			g.linef("child root %s restart=%s%s", n, restart[n], behaviour(n))
		}
		g.lines = append(g.lines, "run", "start")
	}
	g.linef("exit %s boom", x)
	g.whileHeld(names, at, holds, strategy)
	g.lines = append(g.lines, "release "+x, "release "+x, "which_children root", "count_children root")
	for range g.between(0, 5) {
		g.linef("exit %s %s", g.choice(names), g.choice(exitReasons))
		g.linef("release %s", x)
	}
	for range holds {
		g.linef("release %s", x)
	}
	g.lines = append(g.lines, "which_children root", "stop")
}

// whileHeld queues requests behind each held start. In one_for_all and rest_for_one some siblings are down meanwhile.
func (g *generator) whileHeld(names []string, at, holds int, strategy string) {
	x := names[at]
	var alive []string
	switch strategy {
	case "one_for_one", "simple_one_for_one":
		alive = slices.Delete(slices.Clone(names), at, at+1)
	case "rest_for_one":
		alive = slices.Clone(names[:at])
	}
	stopped := false
	for range holds {
		for range g.between(0, 4) {
			n := g.choice(names)
			kind := g.pick(weighted{"exit", 3}, weighted{"which", 3}, weighted{"count", 2}, weighted{"terminate", 2}, weighted{"restart", 2},
				weighted{"delete", 1}, weighted{"start", 2}, weighted{"spec", 1}, weighted{"stop", 0.5})
			switch {
			case kind == "exit" && len(alive) > 0 && !stopped:
				i := g.r.IntN(len(alive))
				g.linef("exit %s %s", alive[i], g.choice(exitReasons))
				alive = slices.Delete(alive, i, i+1)
			case kind == "stop" && !stopped:
				g.linef("async stop")
				stopped = true
			case kind == "exit", kind == "which", kind == "stop":
				g.linef("async which_children root")
			case kind == "count":
				g.linef("async count_children root")
			case kind == "terminate" && strategy != "simple_one_for_one":
				g.linef("async terminate_child root %s", n)
			case kind == "terminate" && n != x:
				g.linef("async terminate_pid root %s", n)
			case kind == "restart":
				g.linef("async restart_child root %s", n)
			case kind == "delete":
				g.linef("async delete_child root %s", n)
			case kind == "start":
				g.dynamic++
				g.linef("async start_child root new%d", g.dynamic)
			case kind == "spec":
				g.linef("async get_childspec root %s", n)
			}
		}
		g.linef("release %s", x)
	}
}
