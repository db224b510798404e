// SPDX-License-Identifier: Apache-2.0

package testkit_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit"
)

// ticked is an event of the tests.
type ticked struct{ n int }

func (ticked) EventName() string { return "test.ticked" }

func TestAnEventIsTakenOnceAndInAnyOrder(t *testing.T) {
	worlds(t, func(t testkit.T) {
		sys := testkit.System(t, actors.Options{})
		for i := range 3 {
			telemetry.Emit(sys.Events(), ticked{i})
		}
		assert.Equal(t, 2, testkit.ExpectEvent(t, sys, 0, func(e ticked) bool { return e.n == 2 }).n)
		assert.Equal(t, 0, testkit.ExpectEvent[ticked](t, sys, 0, nil).n)
		testkit.ExpectNoEvent(t, sys, time.Second, func(e ticked) bool { return e.n != 1 })
		assert.Equal(t, 1, testkit.ExpectEvent[ticked](t, sys, 0, nil).n)
		testkit.ExpectNoEvent[ticked](t, sys, time.Second, nil)
		assert.Len(t, testkit.Events[ticked](sys), 3)
	})
}

func TestAnEventIsWaitedForOnTheVirtualClock(t *testing.T) {
	worlds(t, func(t testkit.T) {
		sys := testkit.System(t, actors.Options{})
		worker := testkit.NewFaulty(func() actors.Behavior[note] { return ending{time.Hour} })
		_, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{supervision.Worker("w", worker.Start)}})
		assert.NoError(t, err)
		testkit.ExpectNoEvent[supervision.ChildRestarting](t, sys, time.Hour-1, nil)
		e := testkit.ExpectEvent[supervision.ChildRestarting](t, sys, 1, nil)
		assert.Equal(t, 1, e.Attempt.N)
	})
}

func TestAnEventThatDoesNotComeOrIsNotWantedFailsTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{TB: t}
		sys := testkit.System(t, actors.Options{})
		telemetry.Emit(sys.Events(), ticked{1})
		text := f.during(func() { testkit.ExpectEvent(f, sys, time.Second, func(e ticked) bool { return e.n == 2 }) })
		assert.Contains(t, text, "testkit: events: no testkit_test.ticked that fits came within 1s\nprocesses: 0\n")
		assert.Contains(t, text, "events: 1, the last of them:\n  +0s test.ticked\n")
		text = f.during(func() { testkit.ExpectNoEvent[ticked](f, sys, time.Second, nil) })
		assert.Contains(t, text, "testkit: events: test.ticked came, and nothing of the kind was expected within 1s")
		bare := actors.New(actors.Options{})
		defer func() { assert.NoError(t, bare.Close(t.Context())) }()
		assert.Contains(t, f.during(func() { testkit.ExpectEvent[ticked](f, bare, 0, nil) }), "the system has no bus")
	})
}

// A system that somebody else has made is listened to from the first use on.
func TestEventsOfAnySystemWithABusAreSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{Events: telemetry.NewBus()})
		defer func() { assert.NoError(t, sys.Close(t.Context())) }()
		assert.Empty(t, testkit.Events[ticked](sys))
		telemetry.Emit(sys.Events(), ticked{1})
		assert.Equal(t, 1, testkit.ExpectEvent[ticked](t, sys, 0, nil).n)
	})
}

// What is remembered is bounded, and what is forgotten is never taken.
func TestOldEventsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{TB: t}
		sys := testkit.System(t, actors.Options{})
		for i := range 2*testkit.Remembered + 1 {
			telemetry.Emit(sys.Events(), ticked{i})
		}
		kept := testkit.Events[ticked](sys)
		assert.Len(t, kept, testkit.Remembered+1)
		assert.Equal(t, testkit.Remembered, kept[0].n)
		assert.Equal(t, testkit.Remembered, testkit.ExpectEvent[ticked](t, sys, 0, nil).n)
		assert.NotEmpty(t, f.during(func() { testkit.ExpectEvent(f, sys, 0, func(e ticked) bool { return e.n == 1 }) }))
		assert.Contains(t, testkit.Dump(sys), fmt.Sprintf("events: %d, the last of them:", 2*testkit.Remembered+1))
	})
}
