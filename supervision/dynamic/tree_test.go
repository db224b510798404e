// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
	"mabeam.dev/telemetry"
)

// Dynamic supervisors stand in a tree like any other, several of them under one supervisor, each under its id.
func TestDynamicSupervisorsAreSupervised(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		ctx := t.Context()
		app, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{
			dynamic.Child("a", dynamic.Spec{}), dynamic.Child("b", dynamic.Spec{MaxChildren: 1}),
		}})
		require.NoError(t, err)
		pid, err := app.StartChild(ctx, dynamic.Child("c", dynamic.Spec{}))
		require.NoError(t, err)
		for _, id := range []string{"a", "b", "c"} {
			sup, err := dynamic.Of(app.Child(id))
			require.NoError(t, err)
			infos, err := sup.Children(ctx)
			require.NoError(t, err)
			assert.Empty(t, infos)
			assert.Equal(t, "/app/"+id, sup.PID().Path())
		}
		_, err = app.StartChild(ctx, dynamic.Child("c", dynamic.Spec{}))
		var already *supervision.AlreadyStartedError
		require.ErrorAs(t, err, &already)
		assert.Equal(t, pid, already.PID)

		spec, err := app.ChildSpec(ctx, "a")
		require.NoError(t, err)
		assert.Equal(t, "a", spec.ID)
		assert.Equal(t, supervision.KindSupervisor, spec.Kind)
		assert.Equal(t, supervision.Permanent, spec.Restart)
		assert.Equal(t, supervision.Infinity, spec.Shutdown)
	})
}

// One that gave up is restarted by its parent, without the children of its former life.
func TestARestartedDynamicSupervisorIsEmpty(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		app, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{
			dynamic.Child("sup", dynamic.Spec{Intensity: supervision.Intensity{Max: supervision.NoRestarts}}),
		}})
		require.NoError(t, err)
		sup, err := dynamic.Of(app.Child("sup"))
		require.NoError(t, err)
		other := start(t, sup, child("ok"))
		end(start(t, sup, child("ok")), whatever)
		assert.Equal(t, []string{"shutdown", "shutdown"}, ends(t, sup.PID(), other))
		again, err := dynamic.Of(app.Child("sup"))
		require.NoError(t, err)
		assert.NotEqual(t, sup.PID(), again.PID())
		assert.Equal(t, supervision.Counts{}, count(t, again))
	})
}

// A linked supervisor has the spawner for its parent, holds its name, and ends with it.
func TestStartLinkTiesTheSupervisorToItsParent(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		parent := actors.MustSpawn(sys, "parent", idle)
		started := make(chan *dynamic.Supervisor)
		parent.Tell(func(c *cx) error {
			sup, err := dynamic.StartLink(c, "sup", dynamic.Spec{})
			started <- sup
			return err
		})
		sup := <-started
		assert.Equal(t, parent.PID(), sup.PID().Parent())
		assert.Equal(t, sup.PID(), sys.WhereIs("sup"))
		inside := start(t, sup, child("ok"))
		end(parent.PID(), exit.ReasonShutdown)
		assert.Equal(t, []string{"shutdown", "shutdown"}, ends(t, sup.PID(), inside))
		assert.True(t, sys.WhereIs("sup").IsZero())
	})
}

// The tree shows a dynamic supervisor with its children, as any other supervisor.
func TestTheTreeShowsDynamicChildren(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		app, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{dynamic.Child("sup", dynamic.Spec{})}})
		require.NoError(t, err)
		sup, err := dynamic.Of(app.Child("sup"))
		require.NoError(t, err)
		start(t, sup, supervision.Worker("w", idle))
		crashed := start(t, sup, supervision.Worker("w", idle))
		start(t, sup, supervision.Sub("inner", supervision.Spec{Children: []supervision.Child{supervision.Worker("x", idle)}}))
		end(crashed, whatever)
		tree, err := supervision.Tree(t.Context(), app, 0)
		require.NoError(t, err)
		n := tree.Children[0]
		assert.Equal(t, "dynamic", n.Kind)
		assert.Equal(t, "one_for_one", n.Strategy)
		assert.Equal(t, []int{3, 1, 3}, []int{n.Up, n.Recent, n.Allowed})
		var paths []string
		for _, c := range n.Children {
			paths = append(paths, c.Path+" "+c.State)
		}
		assert.Equal(t, []string{"/app/sup/w up", "/app/sup/w up", "/app/sup/inner up"}, paths)
		assert.Equal(t, "/app/sup/inner/x", n.Children[2].Children[0].Path)
		short, err := supervision.Tree(t.Context(), sup.Supervisor(), 1)
		require.NoError(t, err)
		assert.Equal(t, []int{1, 2}, []int{len(short.Children), short.Omitted})
	})
}

// What happens to dynamic children is told as for all others, with the process and without an id.
func TestEventsNameTheProcess(t *testing.T) {
	bubble(t, func(t *testing.T, _ *actors.System) {
		bus := telemetry.NewBus()
		var heard []string
		bus.SubscribeAll("test", func(e telemetry.Event) {
			switch e := e.(type) {
			case supervision.ChildStarted:
				heard = append(heard, "started "+e.Supervisor+e.ID)
			case supervision.ChildExited:
				heard = append(heard, "exited "+e.PID.Path())
			case supervision.ChildRestarting:
				heard = append(heard, "restarting "+e.PID.Path())
			case supervision.ChildStopped:
				heard = append(heard, "stopped "+e.PID.Path())
			}
		})
		sys := actors.New(actors.Options{Events: bus})
		sup := open(t, sys, dynamic.Spec{})
		end(start(t, sup, supervision.Worker("w", idle)), odd)
		stop(t, sup)
		require.NoError(t, sys.Close(t.Context()))
		synctest.Wait()
		assert.Equal(t, []string{"started /sup", "exited /sup/w", "restarting /sup/w", "started /sup", "stopped /sup/w"}, heard)
	})
}
