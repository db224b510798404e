// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// Expect takes and returns the first message that fits and that no expectation has taken yet. It waits for one up to within, and then fails the
// test. Messages that do not fit stay for other expectations. match runs on the test's goroutine; nil fits any message.
func (p *Probe[M]) Expect(within time.Duration, match func(M) bool) M {
	p.t.Helper()
	m, ok := p.got.await(p.sys, within, orAny(match))
	if !ok {
		p.failed("nothing that fits came within %s", within)
	}
	return m
}

// ExpectEqual is Expect for a message that equals want, as reflect.DeepEqual has it.
func (p *Probe[M]) ExpectEqual(within time.Duration, want M) M {
	p.t.Helper()
	m, ok := p.got.await(p.sys, within, func(m M) bool { return reflect.DeepEqual(m, want) })
	if !ok {
		p.failed("no %s came within %s", show(want), within)
	}
	return m
}

// ExpectNone waits until within has passed, and fails the test if a message that fits is or comes there which no expectation has taken. nil
// fits any message.
func (p *Probe[M]) ExpectNone(within time.Duration, match func(M) bool) {
	p.t.Helper()
	if m, came := p.got.await(p.sys, within, orAny(match)); came {
		p.failed("%s came, and nothing of the kind was expected within %s", show(m), within)
	}
}

// Messages returns everything that the probe has got, in order, whether or not an expectation has taken it.
func (p *Probe[M]) Messages() []M { return p.got.values() }

// ExpectType is [Probe.Expect] for the first message whose dynamic type is V: one of those that M is the sum of.
func ExpectType[V, M any](p *Probe[M], within time.Duration) V {
	p.t.Helper()
	isV := func(m M) bool { _, ok := any(m).(V); return ok }
	m, ok := p.got.await(p.sys, within, isV)
	if !ok {
		p.failed("no %s came within %s", reflect.TypeFor[V](), within)
	}
	v, _ := any(m).(V)
	return v
}

// failed fails the test with what waits at the probe.
func (p *Probe[M]) failed(format string, args ...any) {
	p.t.Helper()
	var b strings.Builder
	waiting := p.got.untaken()
	for i, e := range waiting {
		if i == shownMessages {
			fmt.Fprintf(&b, "\n  and %d more", len(waiting)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s", show(e.value))
	}
	fail(p.t, p.sys, "probe %q: %s; not taken by any expectation: %d%s", p.ref, fmt.Sprintf(format, args...), len(waiting), b.String())
}

// ExpectDown waits for the end of a process up to within, and returns its reason; it fails the test if the process lives on. A process that has
// ended before is as good.
func ExpectDown(t T, who actors.PID, within time.Duration) actors.Reason {
	t.Helper()
	if why, ended := who.Reason(); ended {
		return why
	}
	ctx, stop := deadline(who.System(), within)
	defer stop()
	why, err := who.Await(ctx)
	if err == nil {
		return why
	}
	Settle(who.System())
	why, ended := who.Reason()
	if !ended {
		fail(t, who.System(), "process %q: alive after %s", who, within)
	}
	return why
}

// ExpectExit is [ExpectDown] for an end with a reason of this kind, such as exit.Shutdown; another one fails the test.
func ExpectExit(t T, who actors.PID, within time.Duration, kind exit.Kind) actors.Reason {
	t.Helper()
	why := ExpectDown(t, who, within)
	if why.Kind() != kind {
		fail(t, who.System(), "process %q: ended with %s, not with %s", who, why, kind)
	}
	return why
}

// ExpectAlive waits until within has passed, and fails the test if the process has ended then.
func ExpectAlive(t T, who actors.PID, within time.Duration) {
	t.Helper()
	Advance(who.System(), within)
	if why, ended := who.Reason(); ended {
		fail(t, who.System(), "process %q: ended with %s", who, why)
	}
}

func orAny[V any](match func(V) bool) func(V) bool {
	if match == nil {
		return func(V) bool { return true }
	}
	return match
}

// address is a pointer as fmt prints it: it says nothing, and differs from run to run.
var address = regexp.MustCompile(`0x[0-9a-f]{6,}`)

// show renders a message for people.
func show(m any) string {
	text := fmt.Sprintf("%T%+v", m, m)
	if k := reflect.ValueOf(m).Kind(); k != reflect.Struct && k != reflect.Pointer {
		text = fmt.Sprintf("%T(%#v)", m, m)
	}
	if text = address.ReplaceAllString(text, "0x…"); len(text) > 200 {
		text = text[:200] + "…"
	}
	return text
}
