// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

func TestAVariableIsReadThoughItsProcessIsGoneForGood(t *testing.T) {
	for _, how := range []struct {
		name string
		end  func(pid actors.PID)
		told int // a killed process cannot tell, so the last one is not told
	}{
		{"crashed", func(pid actors.PID) { pid.Exit(exit.CrashOf(&exit.CrashError{Cause: errDisk})) }, 11},
		{"killed", actors.PID.Kill, 10},
	} {
		t.Run(how.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bus, told := telemetry.NewBus(), 0
				defer telemetry.Subscribe(bus, "test", func(e cognitive.VariableDegraded) { told++ })()
				sys := actors.New(actors.Options{Events: bus})
				defer func() { require.NoError(t, sys.Close(context.Background())) }()
				s, child, err := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "lab"})
				require.NoError(t, err)
				sup, err := supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
				require.NoError(t, err)
				v, err := s.AddFloat(t.Context(), "x", kind.Float{Min: 0, Max: 1}, cognitive.Initial(0.5))
				require.NoError(t, err)
				for range 11 { // one more than are restarted
					assert.Zero(t, v.Load().Flags)
					for pid := range sys.Processes() {
						if pid.Name() == "x" {
							how.end(pid)
						}
					}
					synctest.Wait()
				}
				assert.Equal(t, cognitive.Degraded, v.Load().Flags)
				assert.InDelta(t, 0.5, v.Get(), 0)
				info, err := s.Info("x")
				require.NoError(t, err)
				assert.True(t, info.Down)
				assert.Equal(t, how.told, told)

				y, err := s.AddFloat(t.Context(), "y", kind.Float{Min: 0, Max: 1})
				require.NoError(t, err)
				require.NoError(t, sup.TerminateChild(t.Context(), "lab"))
				assert.Zero(t, y.Load().Flags, "an ordered stop is no crash")
			})
		})
	}
}
