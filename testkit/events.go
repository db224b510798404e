// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"reflect"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// ExpectEvent takes and returns the first event of type E that fits and that no expectation has taken yet, of all that the system's bus has
// carried. It waits for one up to within, and then fails the test. match runs on the test's goroutine; nil fits any event of the type. In a
// system that System has not made events count from the first use of this package on.
func ExpectEvent[E telemetry.Event](t T, sys *actors.System, within time.Duration, match func(E) bool) E {
	t.Helper()
	e, ok := awaitEvent(t, sys, within, match)
	if !ok {
		fail(t, sys, "events: no %s that fits came within %s", reflect.TypeFor[E](), within)
	}
	return e
}

// ExpectNoEvent waits until within has passed, and fails the test if an event of type E that fits is or comes there which no expectation has
// taken. nil fits any event of the type.
func ExpectNoEvent[E telemetry.Event](t T, sys *actors.System, within time.Duration, match func(E) bool) {
	t.Helper()
	if e, came := awaitEvent(t, sys, within, match); came {
		fail(t, sys, "events: %s came, and nothing of the kind was expected within %s", describeEvent(e), within)
	}
}

func awaitEvent[E telemetry.Event](t T, sys *actors.System, within time.Duration, match func(E) bool) (E, bool) {
	t.Helper()
	if sys.Events() == nil {
		fail(t, sys, "events: the system has no bus: make it with testkit.System, or with Options.Events")
	}
	match = orAny(match)
	e, ok := kitOf(sys).events.await(sys, within, func(e telemetry.Event) bool {
		fits, ok := e.(E)
		return ok && match(fits)
	})
	found, _ := e.(E)
	return found, ok
}

// Events returns all events of type E that the system's bus has carried, in order, whether or not an expectation has taken them.
func Events[E telemetry.Event](sys *actors.System) []E {
	var out []E
	for _, e := range kitOf(sys).events.values() {
		if e, ok := e.(E); ok {
			out = append(out, e)
		}
	}
	return out
}
