// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"strconv"
	"sync/atomic"

	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
)

// table is what a supervisor knows of its partitions. It is made for each incarnation anew and published with the process.
type table struct {
	children []supervision.Child // of all partitions there may be; immutable
	routed   atomic.Int64        // keys lead to partitions below; written in the supervisor's turn, read by anybody

	// The rest belongs to the supervisor's turn.
	wanted int    // how many the last Resize asked for
	halted []bool // a partition that was stopped and still has its spec
}

func newTable(s Spec) *table {
	t := &table{children: make([]supervision.Child, s.Partitions), wanted: s.Partitions, halted: make([]bool, s.Partitions)}
	for i := range t.children {
		id := strconv.Itoa(i)
		t.children[i] = s.Child(id, i)
		t.children[i].ID = id
	}
	t.routed.Store(int64(s.Partitions))
	return t
}

// route returns the id of the partition that a key leads to; false when there is none.
func (t *table) route(k Key) (id string, ok bool) {
	n := int(t.routed.Load())
	if n == 0 {
		return "", false
	}
	return t.children[k.of(n)].ID, true
}

// want begins to change the number of partitions to n and returns how many there were. Fewer hold at once, so that nobody is led to one that
// is being stopped.
func (t *table) want(n int) (was int) {
	was = int(t.routed.Load())
	t.wanted = n
	if n < was {
		t.routed.Store(int64(n))
	}
	return was
}

// admit lets keys lead to all n partitions, unless another number was asked for meanwhile.
func (t *table) admit(n int) {
	if t.wanted == n {
		t.routed.Store(int64(n))
	}
}

// settle returns what brings partition i one step closer to what is wanted now; nil when it is there. known says whether the supervisor has
// its spec. The stop of one is followed by the deletion of its spec, or else the restart of a group would bring it back.
func (t *table) settle(i int, known bool) plan.Event {
	wanted, halted := i < t.wanted, known && t.halted[i]
	t.halted[i] = false
	id := t.children[i].ID
	switch {
	case wanted && !known:
		return supervision.Starting(t.children[i])
	case wanted && halted:
		return plan.RestartChild{ID: id}
	case !wanted && halted:
		return plan.DeleteChild{ID: id}
	case !wanted && known:
		t.halted[i] = true
		return plan.TerminateChild{ID: id}
	}
	return nil
}
