// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
)

// wakeAt is how many reports wait for their adapter before it is woken for them. It takes them in with whatever else wakes it, too: its cycle, at the latest.
const wakeAt = 32

// intake is where reports wait for their adapter while nothing is being tried. To wake a process for each of them would cost those who report more than all the rest. It belongs to the handle, so that a crash
// of the adapter loses no more than it has in hand; whoever reports writes, the adapter's process reads.
type intake struct {
	mu struct {
		sync.Mutex
		list  []reported
		spare []reported // room of an earlier list, which nobody reads any more
	}
}

// reported is a report with the time at which it was made.
type reported struct {
	f  Feedback
	at time.Time
}

// put adds a report, unless there are most already. wake says that the adapter is to be woken.
func (i *intake) put(f Feedback, at time.Time, most int) (wake, ok bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.mu.list) >= most {
		return false, false
	}
	if i.mu.list == nil {
		i.mu.list, i.mu.spare = i.mu.spare, nil
	}
	i.mu.list = append(i.mu.list, reported{f, at})
	return len(i.mu.list)%min(wakeAt, most) == 0, true
}

// take returns what waits; it goes back with done.
func (i *intake) take() []reported {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := i.mu.list
	i.mu.list = nil
	return list
}

// done gives the room of a list back.
func (i *intake) done(list []reported) {
	clear(list)
	i.mu.Lock()
	defer i.mu.Unlock()
	if cap(list) <= 4*wakeAt {
		i.mu.spare = list[:0]
	}
}

// back puts reports before all that wait.
func (i *intake) back(list []reported) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.mu.list = append(slices.Clone(list), i.mu.list...)
}

// collect takes in the reports that wait, up to one that has something changed: those behind it were made before that change, and are judged when it is made. Times never run backwards
// for those who judge by them, whoever was first.
func (a *adapter) collect(ctx *actors.Context[adapterMessage]) {
	if a.busy {
		return
	}
	list := a.c.intake.take()
	if list == nil {
		return
	}
	for n, r := range list {
		if a.busy {
			a.c.intake.back(list[n:])
			break
		}
		if r.at.Before(a.since) {
			r.at = a.since
		}
		a.report(ctx, r.f, r.at)
	}
	a.c.intake.done(list)
}
