// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Protoactor counts restarts for each child alone, lives on when a child exceeds them, and keeps every failure of the window. Here all
// children share one count, old entries leave it, and exceeding it ends the supervisor with all its children.
func TestTrap09TheIntensityIsTheSupervisors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		sup, err := supervision.Start(sys, "app", supervision.Spec{
			Intensity: supervision.Intensity{Max: 2, Within: time.Second},
			Children:  []supervision.Child{plain("a"), plain("b"), plain("c")},
		})
		require.NoError(t, err)
		crash := func(id string) {
			supervision.ChildRef[do](sup, id).Tell(func(*cx) error { return errBoom })
			synctest.Wait()
		}
		for range 100 {
			crash("a")
			time.Sleep(2 * time.Second)
		}
		n, err := supervision.Tree(t.Context(), sup, 0)
		require.NoError(t, err)
		assert.Equal(t, 100, n.Children[0].Restarts)
		assert.LessOrEqual(t, n.Recent, 1, "what is older than the window is forgotten")

		crash("a")
		crash("b")
		require.True(t, sup.PID().Alive(), "two in the window are allowed")
		crash("c") // the first of its own, the third of all
		why, ended := sup.PID().Reason()
		require.True(t, ended)
		assert.Equal(t, "shutdown", why.String())
		assert.Zero(t, sys.Len(), "no child is left")
	})
}
