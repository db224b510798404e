// SPDX-License-Identifier: Apache-2.0

package marketlog_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestALogKeepsTheWordOfAJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		j := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		_, err := j.Start(sys)
		require.NoError(t, err)
		l := marketlog.New(j)
		event := func(n int) market.Event { return market.Event{Type: "market.test", Data: fmt.Append(nil, n)} }

		next, err := l.Append(ctx, "s", 0, event(1), event(2))
		require.NoError(t, err)
		assert.Equal(t, uint64(2), next)
		for _, stale := range []uint64{0, 1, 3, math.MaxInt64} {
			_, err = l.Append(ctx, "s", stale, event(9))
			require.ErrorIs(t, err, market.ErrVersion)
			require.ErrorIs(t, err, events.ErrVersion)
		}
		next, err = l.Append(ctx, "s", 2, event(3))
		require.NoError(t, err)
		assert.Equal(t, uint64(3), next)

		var seen []string
		collect := func(v uint64, ev market.Event) error {
			seen = append(seen, fmt.Sprintf("%d %s %s", v, ev.Type, ev.Data))
			return nil
		}
		require.NoError(t, l.Read(ctx, "s", 1, collect))
		assert.Equal(t, []string{"2 market.test 2", "3 market.test 3"}, seen)
		require.NoError(t, l.Read(ctx, "nobody's", 0, collect))
		require.NoError(t, l.Read(ctx, "s", 3, collect))
		assert.Len(t, seen, 2)
		enough := errors.New("enough")
		require.ErrorIs(t, l.Read(ctx, "s", 0, func(uint64, market.Event) error { return enough }), enough)

		_, _, ok, err := l.Load(ctx, "s")
		require.NoError(t, err)
		assert.False(t, ok)
		require.NoError(t, l.Save(ctx, "s", 3, []byte("state")))
		version, state, ok, err := l.Load(ctx, "s")
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, uint64(3), version)
		assert.Equal(t, "state", string(state))
	})
}

func ExampleNew() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	journal := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
	if _, err := journal.Start(sys); err != nil {
		fmt.Println(err)
	}
	log := marketlog.New(journal)
	fmt.Println(log.Append(ctx, "market/ledger", 0, market.Event{Type: "market.test", Data: []byte("{}")}))
	// Output:
	// 1 <nil>
}
