// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

type work struct {
	fail  error
	reply actors.Reply[actors.PID]
}

func worker() actors.Behavior[work] {
	return actors.Stateless(func(ctx *actors.Context[work], m work) error {
		m.reply.Send(ctx.PID())
		return m.fail
	})()
}

func TestCrashedChildIsReplacedByAFreshIncarnation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(t.Context())
		sup, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{
			supervision.Worker("a", worker),
			supervision.Worker("b", worker),
		}})
		require.NoError(t, err)
		kids, err := sup.Children(t.Context())
		require.NoError(t, err)
		require.Len(t, kids, 2)
		require.Equal(t, "b", kids[0].ID)
		before := kids[1].PID
		before.Exit(supervisedBoom)
		synctest.Wait()
		kids, err = sup.Children(t.Context())
		require.NoError(t, err)
		require.NotEqual(t, before, kids[1].PID)
		require.True(t, kids[1].PID.Alive())
		n, err := supervision.Tree(t.Context(), sup, 0)
		require.NoError(t, err)
		t.Log("\n" + n.String() + n.Dot())
		_ = context.Background
	})
}
