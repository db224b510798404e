// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A pause lasts as long as it is told to, again and again, and ends at once when it is closed, before the sleep or in it.
func TestAPauseEndsWithItsTimeOrWhenItIsClosed(t *testing.T) {
	timer := newTimerPause()
	for name, p := range map[string]interface {
		sleep(d time.Duration) bool
		close()
	}{"of this system": newPause(), "of the runtime": timer} {
		t.Run(name, func(t *testing.T) {
			for range 3 {
				begin := time.Now()
				assert.True(t, p.sleep(2*time.Millisecond))
				assert.GreaterOrEqual(t, time.Since(begin), 2*time.Millisecond)
			}
			ended := make(chan bool, 1)
			go func() { ended <- p.sleep(time.Hour) }()
			p.close()
			assert.False(t, <-ended)
			assert.False(t, p.sleep(time.Hour))
			p.close()
		})
	}
}
