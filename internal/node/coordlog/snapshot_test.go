// SPDX-License-Identifier: Apache-2.0

package coordlog_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/node/coordlog"
)

func TestTheNewestSnapshotIsLoaded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		j := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		_, err := j.Start(sys)
		require.NoError(t, err)
		l := coordlog.New(j)
		_, _, ok, err := l.Load(ctx, "s")
		require.NoError(t, err)
		assert.False(t, ok)
		for v := range uint64(3) {
			_, err := l.Append(ctx, "s", v, []byte(`{}`))
			require.NoError(t, err)
			require.NoError(t, l.Save(ctx, "s", v+1, []byte{byte(v)}))
		}
		v, state, ok, err := l.Load(ctx, "s")
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, uint64(3), v)
		assert.Equal(t, []byte{2}, state)
	})
}
