// SPDX-License-Identifier: Apache-2.0

package varlog_test

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
	"mabeam.dev/cognitive"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/node/varlog"
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
		l := varlog.New(j)

		for i, data := range []string{`{"a":1}`, `{"a":2}`} {
			next, err := l.Append(ctx, "s", uint64(i), cognitive.Event{Type: "cognitive.batch", Data: []byte(data)})
			require.NoError(t, err)
			assert.Equal(t, uint64(i+1), next)
		}
		for _, stale := range []uint64{0, 1, 3, math.MaxInt64} {
			_, err = l.Append(ctx, "s", stale, cognitive.Event{Type: "cognitive.batch", Data: []byte(`{}`)})
			require.ErrorIs(t, err, cognitive.ErrVersion)
			require.ErrorIs(t, err, events.ErrVersion)
		}
		var seen []string
		collect := func(v uint64, e cognitive.Event) error {
			seen = append(seen, fmt.Sprintf("%d %s %s", v, e.Type, e.Data))
			return nil
		}
		require.NoError(t, l.Read(ctx, "s", 1, collect))
		require.NoError(t, l.Read(ctx, "nobody's", 0, collect))
		assert.Equal(t, []string{`2 cognitive.batch {"a":2}`}, seen)
		enough := errors.New("enough")
		require.ErrorIs(t, l.Read(ctx, "s", 0, func(uint64, cognitive.Event) error { return enough }), enough)
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
	fmt.Println(varlog.New(journal).Append(ctx, "cognitive/tuning", 0, cognitive.Event{Type: "cognitive.batch", Data: []byte(`{}`)}))
	// Output:
	// 1 <nil>
}
