// SPDX-License-Identifier: Apache-2.0

package table

import (
	"math/rand/v2"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"
)

// readSample is how many look-ups one counted look-up stands for.
const readSample = 256

// noteRead counts a look-up. One in readSample, drawn by chance, is written down, so that those who read share no memory that is written;
// what is drawn reaches nothing but the estimate that Info shows. A simulated system counts each one: there the same seed must show the same.
func (c *core) noteRead() {
	if c.sim {
		c.reads.Add(1)
	} else if rand.Uint32()%readSample == 0 {
		c.reads.Add(readSample)
	}
}

// writeCount counts changes: in one place where one process writes, spread over several where everybody does.
type writeCount struct {
	one  atomic.Int64
	many *xsync.Counter
}

func (w *writeCount) init(a Access) {
	if a == Public {
		w.many = xsync.NewCounter()
	}
}

func (w *writeCount) note(n int) {
	if w.many != nil {
		w.many.Add(int64(n))
		return
	}
	w.one.Add(int64(n))
}

func (w *writeCount) load() int64 {
	if w.many != nil {
		return w.many.Value()
	}
	return w.one.Load()
}
