// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/recorder"
)

// CrashOptions set up crash reports. The zero value works.
type CrashOptions struct {
	// Recorder supplies the last events; nil means that reports have none. It should be attached to the same bus, before, so that a report
	// has the exit itself.
	Recorder *recorder.Recorder
	// Events is how many of a process's last events a report has; 0 means 20.
	Events int
	// NodeEvents is how many of the node's last events the report of a supervisor that gave up has; 0 means 50.
	NodeEvents int
	// Keep is how many reports are kept; 0 means 64.
	Keep int
	// MaxState bounds the text of a state in bytes; 0 means 2,048.
	MaxState int
}

func (o CrashOptions) withDefaults() CrashOptions {
	for _, d := range []struct {
		n  *int
		to int
	}{{&o.Events, 20}, {&o.NodeEvents, 50}, {&o.Keep, 64}, {&o.MaxState, 2048}} {
		if *d.n <= 0 {
			*d.n = d.to
		}
	}
	return o
}

// Crashes makes and keeps crash reports. It is safe for concurrent use.
type Crashes struct {
	o       CrashOptions
	now     func() time.Time
	bus     *telemetry.Bus
	states  *states
	cancels []func()

	mu struct {
		sync.Mutex
		kept []Report // oldest first
	}
}

// ReportCrashes makes a report of every crash in a system from now on, until Close: in place, when the process is fenced and nobody has been told. Each is
// emitted as the event process.crash_report and kept. A system without a bus has none; of several reporters of one system the first gets the states.
func ReportCrashes(sys *actors.System, o CrashOptions) *Crashes {
	c := &Crashes{o: o.withDefaults(), now: sys.Now, bus: sys.Events(), states: statesOf(sys)}
	if c.bus == nil {
		return c
	}
	c.states.readers.Add(1)
	c.cancels = []func(){
		telemetry.Subscribe(c.bus, "crash reports", c.exited),
		telemetry.Subscribe(c.bus, "crash reports", c.gaveUp),
	}
	return c
}

// Close ends the reports. Those that are kept can still be read.
func (c *Crashes) Close() {
	c.mu.Lock()
	cancels := c.cancels
	c.cancels = nil
	c.mu.Unlock()
	if cancels == nil {
		return
	}
	for _, cancel := range cancels {
		cancel()
	}
	c.states.close()
}

// Recent returns the reports that are kept, oldest first.
func (c *Crashes) Recent() []Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.mu.kept)
}

// exited reports a process that crashed itself.
func (c *Crashes) exited(e actors.ProcessExited) {
	noted := c.states.take(e.PID)
	crash := e.Reason.CrashError()
	if !ownCrash(e) {
		return
	}
	r := c.report(e.PID, e.Kind)
	r.Reason, r.Message, r.State = e.Reason.String(), crash.Message, cutText(noted.state, c.o.MaxState)
	r.Stack = string(crash.Stack)
	r.Fault = fault.Of(crash)
	r.Fault.Agent = cmp.Or(r.Fault.Agent, noted.agent)
	r.Fault.Task = cmp.Or(r.Fault.Task, noted.task)
	r.Fault.Correlation = cmp.Or(r.Fault.Correlation, noted.correlation)
	if c.o.Recorder != nil {
		r.Last = unreported(c.o.Recorder.LastOf(r.Path, c.o.Events))
	}
	c.file(r)
}

// gaveUp reports a supervisor that exceeded its restart intensity, with what last happened on the whole node: its children's crashes are the cause.
func (c *Crashes) gaveUp(e supervision.GaveUp) {
	r := c.report(actors.PID{}, "supervisor") // the event names it by its path alone
	r.Path = e.Supervisor
	r.Reason = fmt.Sprintf("gave up: too many restarts, the last one of child %q", e.ID)
	if c.o.Recorder != nil {
		r.Last = unreported(c.o.Recorder.Last(c.o.NodeEvents))
	}
	c.file(r)
}

// unreported leaves out former reports, whose own last events would be in this one again.
func unreported(entries []recorder.Entry) []recorder.Entry {
	return slices.DeleteFunc(entries, func(e recorder.Entry) bool { return e.Name == Report{}.EventName() })
}

// maxLinks is how many links a report names: a supervisor has one to each of its children.
const maxLinks = 20

// report fills in what is known of a process without its help.
func (c *Crashes) report(pid actors.PID, kind string) Report {
	r := Report{At: c.now(), PID: pid, Path: pid.Path(), Kind: kind}
	for p := pid.Parent(); !p.IsZero(); p = p.Parent() {
		r.Ancestors = append(r.Ancestors, p.Path())
	}
	if st, ok := pid.Status(); ok {
		r.Handled, r.Links, r.Monitors = st.Handled, st.Links, st.Monitors
	}
	for _, peer := range pid.Links(maxLinks) {
		r.Linked = append(r.Linked, peer.Path())
	}
	return r
}

// file keeps a report and tells everybody.
func (c *Crashes) file(r Report) {
	c.mu.Lock()
	c.mu.kept = append(c.mu.kept, r)
	if over := len(c.mu.kept) - c.o.Keep; over > 0 {
		c.mu.kept = slices.Delete(c.mu.kept, 0, over)
	}
	c.mu.Unlock()
	telemetry.Emit(c.bus, r)
}
