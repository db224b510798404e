// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"sync"
	"time"
)

// timerPause is a pause on a timer of the runtime.
type timerPause struct {
	closed chan struct{} // closed once, by close
	once   *sync.Once
}

func newTimerPause() timerPause { return timerPause{make(chan struct{}), new(sync.Once)} }

// sleep returns after d, or false when the pause has been closed.
func (p timerPause) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-p.closed:
		return false
	}
}

func (p timerPause) close() { p.once.Do(func() { close(p.closed) }) }
