// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry"
)

func TestSealedRegistryRefusesWritesHearsOfDeathsAndTakesImports(t *testing.T) {
	live(t, registry.Options{}, func(w *world) {
		ctx := context.Background()
		p := w.start()
		w.register(agent("a", p.PID()))
		_, before, err := w.reg.Changes(nil)
		require.NoError(t, err)
		require.NoError(t, w.reg.SetReadOnly(ctx, true))

		_, err = w.reg.Register(ctx, agent("b", p.PID()))
		require.ErrorIs(t, err, registry.ErrReadOnly)
		_, err = w.reg.Batch(ctx, registry.Each, registry.Unregister{ID: id("a")})
		require.ErrorIs(t, err, registry.ErrReadOnly)
		w.reg.Report(registry.Figures{ID: id("a"), Usage: index.Known(index.Usage{Queue: index.Known(int64(99))})})
		time.Sleep(time.Second)
		assert.Equal(t, uint64(1), w.lookup("a").Version)

		w.owner().Kill()
		synctest.Wait()
		require.ErrorIs(t, w.reg.Unregister(ctx, id("a")), registry.ErrReadOnly, "also after a crash")
		imported := agent("c", w.start().PID())
		imported.Version = 9
		require.NoError(t, w.reg.Import(ctx, registry.Restore{Row: imported}))
		assert.Equal(t, uint64(9), w.lookup("c").Version)
		require.ErrorIs(t, w.reg.Import(ctx, registry.Restore{Row: &index.Row{}}), registry.ErrInvalidRow)
		p.PID().Kill()
		synctest.Wait()
		assert.False(t, w.known("a"))

		changes, _, err := w.reg.Changes(before)
		require.NoError(t, err)
		require.Len(t, changes, 2)
		assert.Equal(t, "a", changes[0].ID())
		assert.Nil(t, changes[0].After)
		assert.Equal(t, "c", changes[1].ID())
		require.NoError(t, w.reg.SetReadOnly(ctx, false))
		require.NoError(t, w.reg.Unregister(ctx, id("c")))
	})
}
