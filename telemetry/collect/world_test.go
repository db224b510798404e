// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// world is a system with a bus inside a bubble.
type world struct {
	*testing.T
	sys *actors.System
	bus *telemetry.Bus
}

// bubble runs a test with a world of its own, and closes that.
func bubble(t *testing.T, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		bus := telemetry.NewBus()
		w := &world{t, actors.New(actors.Options{Events: bus}), bus}
		defer func() { require.NoError(t, w.sys.Close(context.Background())) }()
		test(w)
	})
}

// start runs children under one supervisor, which takes many restarts.
func (w *world) start(children ...supervision.Child) *supervision.Supervisor {
	w.Helper()
	s, err := supervision.Start(w.sys, "top", supervision.Spec{Intensity: supervision.Intensity{Max: 1000}, Children: children})
	require.NoError(w, err)
	return s
}

type taskEnded struct {
	Queue string
	Took  float64
}

func (taskEnded) EventName() string { return "test.task_ended" }
