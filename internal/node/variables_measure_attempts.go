// SPDX-License-Identifier: Apache-2.0

package node

import (
	"slices"
	"sync"
	"time"

	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/config"
	"mabeam.dev/telemetry"
)

// attempts makes reports of the attempts at tasks, as they end, and counts what queues do. It belongs to the node; its subscriptions end with the process that measures.
type attempts struct {
	n  *Node
	mu struct {
		sync.Mutex
		watched []watched
		taken   map[string][]adapt.Metric // figures that go with each attempt, by variable
		open    map[taskOf][]seen         // attempts that are under way, in the order of watched
		done    map[string]uint64         // tasks, by queue
	}
}

// watched is a variable for which attempts in a queue are reported.
type watched struct {
	name     string // SPACE/VARIABLE
	space    *cognitive.Space
	variable string
	queues   []string // of which it has figures
	others   bool     // other figures go with each attempt
	from     []config.VariableSource
}

type taskOf struct{ queue, task string }

// seen is what an agent saw of a variable when it took a task.
type seen struct {
	name    string
	agent   string
	version cognitive.Version
	at      time.Time
}

func newAttempts(n *Node) *attempts {
	a := &attempts{n: n}
	a.mu.taken, a.mu.open, a.mu.done = map[string][]adapt.Metric{}, map[taskOf][]seen{}, map[string]uint64{}
	return a
}

// watching tells which attempts are reported for a variable; some is false for none.
func watching(name string, space *cognitive.Space, variable string, how config.VariableAdaptation) (w watched, some bool) {
	w = watched{name: name, space: space, variable: variable, from: how.From}
	for _, s := range how.From {
		if s.Queue == "" || !s.Figure.OfAttempts() {
			w.others = true
		} else if !slices.Contains(w.queues, s.Queue) {
			w.queues = append(w.queues, s.Queue)
		}
	}
	return w, len(w.queues) > 0
}

// watch says for which variables attempts are reported from now on.
func (a *attempts) watch(list []watched) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.watched = list
	clear(a.mu.taken)
}

// note keeps figures that go with each attempt; false if no attempts are reported for the variable.
func (a *attempts) note(name string, metrics []adapt.Metric) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !slices.ContainsFunc(a.mu.watched, func(w watched) bool { return w.name == name }) {
		return false
	}
	a.mu.taken[name] = metrics
	return true
}

// done counts the tasks of a queue that have brought a result.
func (a *attempts) done(queue string) uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.mu.done[queue]
}

// subscribe follows the queues until end.
func (a *attempts) subscribe(bus *telemetry.Bus) (end func()) {
	a.mu.Lock()
	clear(a.mu.open) // their ends may have been missed
	a.mu.Unlock()
	cancels := []func(){
		telemetry.Subscribe(bus, "variables attempts", a.started),
		telemetry.Subscribe(bus, "variables attempts", a.ended),
		telemetry.Subscribe(bus, "variables tasks", a.finished),
	}
	return func() {
		for _, cancel := range cancels {
			cancel()
		}
	}
}

// finished counts a task.
func (a *attempts) finished(e work.TaskEnded) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.mu.open, taskOf{queueName(e.Queue), e.Task})
	if e.Outcome == string(plan.EndDone) {
		a.mu.done[queueName(e.Queue)]++
	}
}

// started notes what the agent sees as it takes a task.
func (a *attempts) started(e work.AttemptStarted) {
	queue := queueName(e.Queue)
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []seen
	for _, w := range a.mu.watched {
		if !slices.Contains(w.queues, queue) {
			continue
		}
		role := ""
		if info, ok := a.n.dir.Info(e.Agent); ok {
			role = info.Spec.Role
		}
		if l, err := w.space.See(w.variable, a.n.viewer(e.Agent, role)); err == nil {
			all = append(all, seen{w.name, e.Agent, l.Version, a.n.sys.Now()})
		}
	}
	if len(all) > 0 {
		a.mu.open[taskOf{queue, e.Task}] = all
	}
}

// ended reports an attempt that says something about the values it was made with.
func (a *attempts) ended(e work.AttemptEnded) {
	queue := queueName(e.Queue)
	for _, r := range a.reports(queue, e, a.n.sys.Now()) {
		report(r.space, r.feedback)
	}
}

// owed is a report and whom it is for.
type owed struct {
	space    *cognitive.Space
	feedback cognitive.Feedback
}

func (a *attempts) reports(queue string, e work.AttemptEnded, now time.Time) (out []owed) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := taskOf{queue, e.Task}
	open := a.mu.open[id]
	delete(a.mu.open, id)
	success, counts := tells(e.End)
	if !counts {
		return nil
	}
	for _, s := range open {
		i := slices.IndexFunc(a.mu.watched, func(w watched) bool { return w.name == s.name })
		if i < 0 {
			continue // nobody adapts it any more
		}
		w := a.mu.watched[i]
		taken, some := a.mu.taken[s.name]
		if w.others && !some {
			continue // the first ones are on their way
		}
		metrics := slices.Clone(taken)
		for _, f := range w.from {
			switch {
			case f.Queue != queue:
			case f.Figure == config.AttemptSuccess:
				metrics = append(metrics, metric(f, success))
			case f.Figure == config.AttemptSeconds && e.Took > 0:
				metrics = append(metrics, metric(f, e.Took.Seconds()))
			case f.Figure == config.AttemptSeconds:
				metrics = append(metrics, metric(f, now.Sub(s.at).Seconds()))
			}
		}
		out = append(out, owed{w.space, cognitive.Feedback{Variable: w.variable, Version: s.version, Agent: s.agent, Metrics: metrics}})
	}
	return out
}

// tells reports whether the end of an attempt says something about it, and what: 1 for a result, else 0.
func tells(end string) (success float64, counts bool) {
	switch plan.End(end) {
	case plan.EndDone:
		return 1, true
	case plan.EndError, plan.EndKilled, plan.EndTimeout:
		return 0, true
	case plan.EndDown, plan.EndLost, plan.EndDeadline, plan.EndCancelled:
	}
	return 0, false
}
