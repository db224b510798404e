// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
)

// A consumer whose handler never returns, and so acknowledges nothing: the journal, the other consumers and the writers do not notice; retention keeps what it has not read, and names it; killed and
// started again it is given the same event again.
func TestAConsumerThatNeverAcknowledgesHoldsNobodyUpButRetention(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		begun := 0
		stuck, err := NewConsumer(w.j, Spec{Name: "stuck"}, func(c ctx, _ events.Event) error {
			begun++
			<-c.Done() // as a handler that waits for something that never comes
			return c.Err()
		})
		require.NoError(t, err)
		done := 0
		quick, err := NewConsumer(w.j, Spec{Name: "quick"}, func(ctx, events.Event) error { done++; return nil })
		require.NoError(t, err)
		pid, err := stuck.Start(w.sys)
		require.NoError(t, err)
		_, err = quick.Start(w.sys)
		require.NoError(t, err)
		const n = 1500
		for range n {
			w.append("a")
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, n, done)
		assert.Equal(t, 1, begun)

		keep := events.Retention{Classes: []events.Class{{Name: "all", Prefixes: []string{""}, MaxEvents: 100, Unowned: true}}}
		swept, err := keep.Sweep(t.Context(), w.j, w.sys.Now())
		require.NoError(t, err)
		assert.Zero(t, swept.Events)
		assert.Equal(t, events.Bookmark{Name: "stuck", Position: 0}, swept.Slowest)
		assert.Equal(t, map[events.Guard]int{events.GuardBookmark: 1}, swept.Held)

		pid.Kill()
		synctest.Wait()
		pid, err = stuck.Start(w.sys)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, 2, begun, "the same event again")
		pid.Kill()
		synctest.Wait()

		require.NoError(t, w.j.DropBookmark(t.Context(), "stuck"))
		swept, err = keep.Sweep(t.Context(), w.j, w.sys.Now())
		require.NoError(t, err)
		assert.Positive(t, swept.Events, "given up by an operator, it holds nothing back")
	})
}
