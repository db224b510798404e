// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// bubble runs body with a space of its own on virtual time.
func bubble(t *testing.T, o protocols.SpaceOptions, body func(t *testing.T, w world)) {
	synctest.Test(t, func(t *testing.T) {
		bus := telemetry.NewBus()
		sys := actors.New(actors.Options{Events: bus})
		defer func() { assert.NoError(t, sys.Close(context.Background())) }()
		o.Name = "space"
		s, child, err := protocols.NewSpace(sys, o)
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
		require.NoError(t, err)
		body(t, world{sys, s, bus})
	})
}

type world struct {
	sys *actors.System
	*protocols.Space
	bus *telemetry.Bus
}

// kill ends the space's process, and returns when the next one serves.
func (w world) kill(t require.TestingT, who string) {
	pid := w.sys.WhereIs(who)
	pid.Kill()
	_, err := pid.Await(context.Background())
	require.NoError(t, err)
}

// as is a caller outside of processes.
func as(name string) context.Context { return protocols.AsOwner(context.Background(), name) }

// run is what a process of spawn does, one after the other.
type run func(c *actors.Context[run])

func (w world) spawn(name string) actors.Ref[run] {
	return actors.MustSpawn(w.sys, name, actors.Stateless(func(c *actors.Context[run], f run) error {
		f(c)
		return nil
	}))
}
