// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// Patience is how much virtual time processes get at the end of a test to leave when they are asked to. Who takes longer is killed, and is
// a failure of the test.
const Patience = time.Minute

// kit is what the testkit knows of one system.
type kit struct {
	sys    *actors.System
	events record[telemetry.Event]
	clock  *clock      // nil in a simulation, and in a system that somebody else has made
	dumped atomic.Bool // the test's log has a dump already
	mu     struct {
		sync.Mutex
		releases []func() // let go what hangs on purpose
	}
}

// kitOf returns the kit of a system. One that was not made by System is listened to from here on.
func kitOf(sys *actors.System) *kit {
	return actors.Extend(sys, func() *kit {
		k := &kit{sys: sys}
		if sys.Events() != nil {
			k.listen(sys.Events(), sys.Now)
		}
		return k
	})
}

func (k *kit) listen(bus *telemetry.Bus, now func() time.Time) {
	bus.SubscribeAll("testkit", func(e telemetry.Event) { k.events.add(e, now()) })
}

// atEnd has release called before the test closes its system.
func (k *kit) atEnd(release func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.mu.releases = append(k.mu.releases, release)
}

func (k *kit) release() {
	k.mu.Lock()
	releases := slices.Clone(k.mu.releases)
	k.mu.Unlock()
	for _, release := range releases {
		release()
	}
}

// simulation is what System needs of a *sim.Sim.
type simulation interface {
	NewSystem(o actors.Options) *actors.System
}

// System makes a system for one test, with a bus of events if the options name none.
//
// In a testing/synctest bubble t is the bubble's *testing.T: the system's log goes to the test's log; at the end of the test the system is
// closed, and the test fails for every process that does not leave within [Patience], every abandoned handler that has not returned, every
// goroutine of Context.Go and every other goroutine of the bubble that is left, and every timer that is still armed. When the test has failed,
// its log gets a [Dump]. Options.Clock must be nil.
//
// In a simulation t is the *sim.Sim, which ends everything itself.
//
// System panics outside both: it would wait for real time.
func System(t T, o actors.Options) *actors.System {
	t.Helper()
	if o.Events == nil {
		o.Events = telemetry.NewBus()
	}
	if s, ok := t.(simulation); ok {
		sys := s.NewSystem(o)
		kitOf(sys)
		return sys
	}
	tb, ok := t.(testing.TB)
	switch {
	case !ok:
		panic(fmt.Sprintf("testkit: system: a %T has no end at which the system could be closed", t))
	case bubble() == "":
		panic("testkit: system: not in a bubble: call it inside synctest.Test, or with a *sim.Sim")
	case o.Clock != nil:
		panic("testkit: system: the clock is the bubble's")
	}
	if o.Logger == nil {
		o.Logger = Logger(tb)
	}
	c := &clock{armed: map[*timer]struct{}{}}
	o.Clock = c
	sys := actors.New(o)
	k := kitOf(sys)
	k.clock = c
	tb.Cleanup(func() { k.end(tb) })
	return sys
}

// end closes the system and judges what is left.
func (k *kit) end(t testing.TB) {
	t.Helper()
	if t.Failed() && !k.dumped.Load() {
		t.Logf("testkit: the test has failed\n%s", Dump(k.sys))
	}
	k.release()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	before := Dump(k.sys)
	if err := k.sys.Close(ctx); err != nil {
		t.Errorf("testkit: close: %v: who does not leave within %s\nbefore:\n%s", err, Patience, before)
	}
	Settle(k.sys)
	if left := k.leftAtEnd(); len(left) > 0 {
		t.Errorf("testkit: left when the system was closed:\n%s", strings.Join(left, "\n"))
	}
}
