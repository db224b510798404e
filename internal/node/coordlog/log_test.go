// SPDX-License-Identifier: Apache-2.0

package coordlog_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/node/coordlog"
	"mabeam.dev/protocols"
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
		l := coordlog.New(j)

		next, err := l.Append(ctx, "s", 0, []byte(`1`), []byte(`2`))
		require.NoError(t, err)
		assert.Equal(t, uint64(2), next)
		for _, stale := range []uint64{0, 1, 3} {
			_, err = l.Append(ctx, "s", stale, []byte(`9`))
			require.ErrorIs(t, err, protocols.ErrSpaceVersion)
			require.ErrorIs(t, err, events.ErrVersion)
		}
		var seen []string
		collect := func(v uint64, record []byte) error {
			seen = append(seen, fmt.Sprintf("%d %s", v, record))
			return nil
		}
		require.NoError(t, l.Read(ctx, "s", 1, collect))
		require.NoError(t, l.Read(ctx, "nobody's", 0, collect))
		assert.Equal(t, []string{"2 2"}, seen)
		enough := errors.New("enough")
		require.ErrorIs(t, l.Read(ctx, "s", 0, func(uint64, []byte) error { return enough }), enough)
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
	fmt.Println(coordlog.New(journal).Append(ctx, "coordination", 0, []byte(`{}`)))
	// Output:
	// 1 <nil>
}
