// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestReportsAreTakenInOnceInTheirOrderAndNoMoreThanThereIsRoomFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var i intake
		var naive []int
		most := rapid.IntRange(1, 3*wakeAt).Draw(t, "most")
		next, woken := 0, false
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				for range rapid.IntRange(1, wakeAt).Draw(t, "n") {
					wake, ok := i.put(Feedback{Weight: float64(next)}, time.Unix(int64(next), 0), most)
					assert.Equal(t, len(naive) < most, ok)
					if ok {
						naive = append(naive, next)
					}
					woken = woken || wake
					next++
				}
				assert.True(t, woken || len(naive) < min(wakeAt, most), "%d wait and nobody is woken", len(naive))
			},
			"take": func(t *rapid.T) {
				list := i.take()
				assert.Len(t, list, len(naive))
				for k, r := range list {
					assert.Equal(t, float64(naive[k]), r.f.Weight)
					assert.Equal(t, int64(naive[k]), r.at.Unix())
				}
				naive, woken = nil, false
				if list != nil {
					i.done(list)
				}
			},
		})
	})
}
