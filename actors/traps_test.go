// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// Receiver middleware and context decorators cost protoactor an allocation a message, so there are none: a message allocates nothing even
// in a system that is observed.
func TestTrap18AnObservedMessageAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	bus := telemetry.NewBus()
	defer bus.SubscribeAll("test", func(telemetry.Event) {})()
	sys := actors.New(actors.Options{Events: bus})
	defer func() { _ = sys.Close(context.Background()) }()
	r := actors.MustSpawn(sys, "p", actors.Stateless(pong))
	m := &ping{done: make(chan struct{})}
	assert.Zero(t, testing.AllocsPerRun(1000, func() { r.Tell(m); <-m.done }))
}

// The typed edge wraps nothing: a behaviour is called with the very message that was sent, of an interface type or a type of protoactor's
// shape alike.
func TestTrap23ABehaviourIsCalledWithTheMessageItself(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sent := &ping{}
		got := make(chan any, 2)
		actors.MustSpawn(w, "pointer", actors.Stateless(func(_ *actors.Context[*ping], m *ping) error {
			got <- m
			return nil
		})).Tell(sent)
		assert.Same(t, sent, <-got)
		actors.MustSpawn(w, "any", actors.Stateless(func(_ *actors.Context[any], m any) error {
			got <- m
			return nil
		})).Tell(sent)
		assert.Same(t, sent, <-got)
	})
}
