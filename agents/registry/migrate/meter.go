// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"errors"
	"math/bits"
	"sync/atomic"
	"time"

	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/migrate/plan"
)

// meter counts calls of one kind by how long they took, in 32 classes to a power of two: 2 or 3 % apart. Any number of goroutines may count.
type meter struct {
	calls, failed atomic.Uint64
	classes       [64 * 32]atomic.Uint64
}

// count counts one call.
func (m *meter) count(took time.Duration, err error) {
	m.calls.Add(1)
	if errors.Is(err, registry.ErrUnavailable) {
		m.failed.Add(1)
	}
	m.classes[class(took)].Add(1)
}

// class is which one a duration is in.
func class(d time.Duration) int {
	n := uint64(max(d, 0))
	octave := bits.Len64(n)
	if octave <= 5 {
		return int(n)
	}
	return (octave-5)<<5 | int(n>>(octave-6)&31)
}

// least is the least duration of a class.
func least(class int) time.Duration {
	octave := class>>5 + 5
	if class < 32 {
		return time.Duration(class)
	}
	return time.Duration(uint64(class&31|32) << (octave - 6))
}

// figures are those up to now.
func (m *meter) figures() plan.Figures {
	f := plan.Figures{Calls: m.calls.Load(), Failed: m.failed.Load()}
	var total uint64
	for i := range m.classes {
		total += m.classes[i].Load()
	}
	rank := total - total/100 // that of the 99th percentile, from 1
	for i := range m.classes {
		if n := m.classes[i].Load(); n < rank {
			rank -= n
			continue
		}
		f.P99 = least(i)
		break
	}
	return f
}

// reset forgets everything. Calls that are under way may or may not be counted.
func (m *meter) reset() {
	m.calls.Store(0)
	m.failed.Store(0)
	for i := range m.classes {
		m.classes[i].Store(0)
	}
}

// Watch has a migration look at how calls go after a switch, and roll back by itself when they go worse than before. The zero Watch is none.
type Watch struct {
	// For is how long after a switch it looks.
	For time.Duration
	// Tolerance is how much worse calls may go.
	Tolerance plan.Tolerance
}

// judge says in what the new side is worse than the old; "" if in nothing. Figures of both are those since the start.
func (w Watch) judge(old, next *counted) string {
	if why := w.Tolerance.Judge("reads", old.reads.figures(), next.reads.figures()); why != "" {
		return why
	}
	return w.Tolerance.Judge("writes", old.writes.figures(), next.writes.figures())
}
