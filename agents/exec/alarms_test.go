// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAlarmsFireOnceUnlessStoppedOrEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAlarms()
		var fired []string
		set := func(name string, d time.Duration) func() bool {
			return a.after(d, func() { fired = append(fired, name) })
		}
		gone := set("fires", time.Second)
		stop := set("stopped", 2*time.Second)
		set("ended", 3*time.Second)
		assert.True(t, stop())
		assert.False(t, stop(), "once")
		time.Sleep(1500 * time.Millisecond)
		assert.False(t, gone())
		a.end()
		a.end()
		assert.True(t, set("after the end", time.Nanosecond)())
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, []string{"fires"}, fired)
	})
}
