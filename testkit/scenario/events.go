// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// event is one thing that happened, as scripts see it.
type event struct {
	at    time.Duration
	name  string
	attrs []slog.Attr
}

// String renders the event as one line.
func (e event) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", clock(e.at), e.name)
	for _, a := range e.attrs {
		value := a.Value.String()
		if value == "" {
			continue
		}
		if a.Key == telemetry.KeyStack {
			continue // addresses and line numbers are not the script's
		}
		if strings.ContainsAny(value, " \n\"") {
			value = fmt.Sprintf("%q", value)
		}
		fmt.Fprintf(&b, " %s=%s", a.Key, value)
	}
	return b.String()
}

// is reports whether the event has the name: in full, or its last part.
func (e event) is(name string) bool {
	_, last, _ := strings.Cut(e.name, ".")
	return e.name == name || last == name
}

// about reports whether the event concerns a process, or whatever else has this name: a task, an agent, a queue.
func (e event) about(subject string) bool {
	if subject == "" {
		return true
	}
	var supervisor, child string
	for _, a := range e.attrs {
		switch value := a.Value.String(); {
		case value == subject && a.Key != telemetry.KeyReason:
			return true
		case a.Key == telemetry.KeySupervisor:
			supervisor = value
		case a.Key == telemetry.KeyChild:
			child = value
		}
	}
	return child != "" && supervisor+"/"+child == subject
}

// eventLog keeps everything that a node tells of itself.
type eventLog struct {
	bus  *telemetry.Bus
	all  []event
	base int            // those before the node was up count for no wait
	seen map[string]int // how many each wait has passed, by what it waits for
}

func newEventLog(s *sim.Sim) *eventLog {
	l := &eventLog{bus: telemetry.NewBus(), seen: map[string]int{}}
	l.bus.SubscribeAll("scenario", func(ev telemetry.Event) {
		e := event{at: s.Now().Sub(sim.Birth), name: ev.EventName()}
		if logged, ok := ev.(telemetry.Logged); ok {
			e.attrs = logged.LogAttrs()
		}
		l.all = append(l.all, e)
	})
	return l
}

// count says how many events of a name there have been about a subject.
func (l *eventLog) count(name, subject string) int {
	n := 0
	for _, e := range l.all {
		if e.is(name) && e.about(subject) {
			n++
		}
	}
	return n
}

// next passes the first event of a name about a subject that no wait for the same has passed yet.
func (l *eventLog) next(name, subject string) bool {
	key := name + " " + subject
	from := max(l.base, l.seen[key])
	i := slices.IndexFunc(l.all[from:], func(e event) bool { return e.is(name) && e.about(subject) })
	if i < 0 {
		return false
	}
	l.seen[key] = from + i + 1
	return true
}

// up says that a node has come up.
func (l *eventLog) up() { l.base = len(l.all) }

// last returns the newest events.
func (l *eventLog) last(n int) []event { return l.all[max(0, len(l.all)-n):] }

// clock prints virtual time since the start of a run.
func clock(d time.Duration) string {
	d = d.Round(time.Millisecond)
	return fmt.Sprintf("%02d:%02d:%02d.%03d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, d.Milliseconds()%1000)
}
