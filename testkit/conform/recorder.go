// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"mabeam.dev/supervision/plan"
)

// Proc names one process of an engine: any comparable value but nil, never reused. Supervisors know their children by it.
type Proc = plan.Ref

// Recorder orders the events, names the processes and hands out what the script says about them. It is safe for concurrent use.
type Recorder struct {
	mu struct {
		sync.Mutex
		sups         map[string]Sup
		behaviours   map[string]Child
		attempts     map[string]int    // start attempts by name
		incarnations map[string]int    // successful starts by name
		labels       map[Proc]string   // for ever
		latest       map[string]Proc   // by name, for ever
		living       []process         // in start order
		held         map[string]func() // how to release a held start, by name
		log          []event
	}
}

// process is a living process.
type process struct {
	name, label string
	kind        plan.Kind
	proc        Proc
	group       string // label of its simple_one_for_one supervisor, or empty
}

// event is one line of the trace. Runs of exits in one group are sorted by label.
type event struct {
	text, label, group string
}

func newRecorder(s Script) *Recorder {
	r := &Recorder{}
	r.mu.sups = maps.Clone(s.Sups)
	r.mu.behaviours = s.behaviours()
	r.mu.attempts = make(map[string]int)
	r.mu.incarnations = make(map[string]int)
	r.mu.labels = make(map[Proc]string)
	r.mu.latest = make(map[string]Proc)
	r.mu.held = make(map[string]func())
	return r
}

// Attempt counts a start attempt of name and returns its scripted outcome. When it holds, the start function calls [Recorder.Hold] and blocks.
func (r *Recorder) Attempt(name string) Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.mu.attempts[name]
	r.mu.attempts[name]++
	starts := r.mu.behaviours[name].Starts
	if len(starts) == 0 {
		return Outcome{}
	}
	return starts[min(n, len(starts)-1)]
}

// Hold reports that the start of name blocks. The driver calls release, once, without the recorder's lock.
func (r *Recorder) Hold(name string, release func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.held[name] = release
	r.logLocked(event{text: "start_hold " + name})
}

// NotStarted reports that a start attempt ended without a process.
func (r *Recorder) NotStarted(name string, o Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch o.Kind {
	case StartIgnore:
		r.logLocked(event{text: "start_ignore " + name})
	case StartError:
		r.logLocked(event{text: fmt.Sprintf("start_error %s %s", name, o.Reason)})
	case StartBad:
		r.logLocked(event{text: fmt.Sprintf("start_error %s %s", name, tuple("bad_return", o.Reason))})
	case StartOK:
		r.logLocked(event{text: "start_error " + name + " ok"})
	}
}

// Started reports that a process is up: a worker before its start returns, a supervisor when its init is entered, before its children. The parent is nil for the
// root.
func (r *Recorder) Started(name string, kind plan.Kind, p, parent Proc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.incarnations[name]++
	label := fmt.Sprintf("%s#%d", name, r.mu.incarnations[name])
	r.mu.labels[p] = label
	r.mu.latest[name] = p
	group := ""
	if i := r.findLocked(parent); i >= 0 && r.mu.living[i].kind == plan.Supervisor && r.mu.sups[r.mu.living[i].name].simple() {
		group = r.mu.living[i].label
	}
	r.mu.living = append(r.mu.living, process{name: name, label: label, kind: kind, proc: p, group: group})
	r.logLocked(event{text: "start " + label})
}

// Died reports the end of a process. Only the first report of a process counts, so a worker may report before it exits and the kernel again when it is dead.
func (r *Recorder) Died(p Proc, reason Term) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.findLocked(p)
	if i < 0 {
		return
	}
	was := r.mu.living[i]
	r.mu.living = slices.Delete(r.mu.living, i, i+1)
	r.logLocked(event{text: fmt.Sprintf("exit %s %s", was.label, reason), label: was.label, group: was.group})
}

// Definition returns the present definition of a supervisor.
func (r *Recorder) Definition(name string) Sup {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mu.sups[name]
}

// Stop returns how a worker answers a stop request.
func (r *Recorder) Stop(name string) Stop {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mu.behaviours[name].Stop
}

// Label returns the name and incarnation of a process, dead or alive.
func (r *Recorder) Label(p Proc) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if label, ok := r.mu.labels[p]; ok {
		return label
	}
	return "unknown"
}

func (r *Recorder) logLocked(e event) { r.mu.log = append(r.mu.log, e) }

func (r *Recorder) findLocked(p Proc) int {
	if p == nil {
		return -1
	}
	return slices.IndexFunc(r.mu.living, func(one process) bool { return one.proc == p })
}

// living returns the first living process of that name.
func (r *Recorder) living(name string) (process, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.mu.living, func(one process) bool { return one.name == name })
	if i < 0 {
		return process{}, false
	}
	return r.mu.living[i], true
}

// last returns the latest process of that name, dead or alive.
func (r *Recorder) last(name string) (p Proc, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok = r.mu.latest[name]
	return p, ok
}

// Alive tells whether a process was reported started and not yet dead.
func (r *Recorder) Alive(p Proc) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.findLocked(p) >= 0
}

// release takes the way to release a held start.
func (r *Recorder) release(name string) (func(), bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	wake, ok := r.mu.held[name]
	delete(r.mu.held, name)
	return wake, ok
}

func (r *Recorder) holds() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.mu.held) > 0
}

// redefine gives a supervisor another definition.
func (r *Recorder) redefine(sup, def string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.sups[sup] = r.mu.sups[def]
}

// behave changes what the script says about a name.
func (r *Recorder) behave(name string, c Child) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.behaviours[name] = c
}

// drain returns the events since the last drain, exits of simple_one_for_one children sorted.
func (r *Recorder) drain() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := sortRuns(r.mu.log)
	r.mu.log = nil
	return lines
}

// end returns the labels of all living processes, sorted.
func (r *Recorder) end() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var labels []string
	for _, one := range r.mu.living {
		labels = append(labels, one.label)
	}
	slices.Sort(labels)
	return labels
}

// sortRuns returns the texts of the events, with each run of exits in one group sorted by label: such a supervisor stops its children in parallel.
func sortRuns(log []event) []string {
	var lines []string
	for len(log) > 0 {
		n := 1
		for log[0].group != "" && n < len(log) && log[n].group == log[0].group {
			n++
		}
		run := slices.Clone(log[:n])
		slices.SortStableFunc(run, func(a, b event) int { return strings.Compare(a.label, b.label) })
		for _, e := range run {
			lines = append(lines, e.text)
		}
		log = log[n:]
	}
	return lines
}
