// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"slices"
	"time"

	"mabeam.dev/agents/index"
)

// ground is what a draft is written on: the tables, or another draft.
type ground interface {
	record(id ID) (rec record, ok bool)
	grave(id ID) (g grave, ok bool)
	count() int
}

// draft is a commit in the making: decisions read and write it, and the tables are as before until it is published. It is pure: time and
// facts come as arguments.
type draft struct {
	ground ground
	now    time.Time
	limit  int // of rows; 0 is none

	touched map[ID]int // where an id stands in list; made when list is long
	list    []touch
	writes  []index.Write
	grown   int // rows more than on the ground
	// farewells are the agents that went, with the reason in the row.
	farewells []*index.Row
}

// touch is what becomes of one id.
type touch struct {
	id      ID
	was     record // on the ground, if had
	had     bool
	rec     record
	there   bool
	grave   grave
	buried  bool // there is a grave
	unknown bool // the grave is as on the ground
}

// few is up to how many touches a look through the list is quicker than a map.
const few = 8

func (d *draft) find(id ID) *touch {
	if len(d.list) <= few {
		for i := range d.list {
			if d.list[i].id == id {
				return &d.list[i]
			}
		}
		return nil
	}
	if i, ok := d.touched[id]; ok {
		return &d.list[i]
	}
	return nil
}

// touch returns what becomes of an id, for change.
func (d *draft) touch(id ID) *touch {
	if t := d.find(id); t != nil {
		return t
	}
	t := touch{id: id, unknown: true}
	t.was, t.had = d.ground.record(id)
	t.rec, t.there = t.was, t.had
	d.list = append(d.list, t)
	switch n := len(d.list); {
	case n == few+1:
		if d.touched == nil {
			d.touched = make(map[ID]int, 4*few)
		}
		for i := range d.list {
			d.touched[d.list[i].id] = i
		}
	case n > few:
		d.touched[id] = n - 1
	}
	return &d.list[len(d.list)-1]
}

func (d *draft) record(id ID) (record, bool) {
	if t := d.find(id); t != nil {
		return t.rec, t.there
	}
	return d.ground.record(id)
}

func (d *draft) grave(id ID) (grave, bool) {
	if t := d.find(id); t != nil && !t.unknown {
		return t.grave, t.buried
	}
	return d.ground.grave(id)
}

func (d *draft) count() int { return d.ground.count() + d.grown }

// put writes a record; what was remembered of the agent is in its row now.
func (d *draft) put(id ID, rec record) {
	t := d.touch(id)
	if !t.there {
		d.grown++
		if _, ok := d.grave(id); ok {
			t.grave, t.buried, t.unknown = grave{}, false, false
		}
	}
	t.rec, t.there = rec, true
	d.writes = append(d.writes, index.Put(rec.row))
}

// remove takes a row out. last is the row to remember, or nil.
func (d *draft) remove(id ID, last *index.Row) {
	t := d.touch(id)
	if t.there {
		d.grown--
		gone := last
		if gone == nil {
			gone = t.rec.row
		}
		d.farewells = append(d.farewells, gone)
		d.writes = append(d.writes, index.Remove(id.Namespace, id.Name))
	}
	t.rec, t.there = record{}, false
	if last != nil {
		t.grave, t.buried, t.unknown = grave{last, d.now}, true, false
		return
	}
	if _, ok := d.grave(id); ok {
		t.grave, t.buried, t.unknown = grave{}, false, false
	}
}

// branch returns a draft on this one, which counts only when it is merged, with room for some ops.
func (d *draft) branch(ops int) *draft {
	b := &draft{ground: d, now: d.now, limit: d.limit}
	b.expect(ops)
	return b
}

// expect makes room for more ops at once: a draft that grows step by step copies itself again and again.
func (d *draft) expect(ops int) {
	d.list, d.writes = slices.Grow(d.list, ops), slices.Grow(d.writes, ops)
	if d.touched == nil && ops > few {
		d.touched = make(map[ID]int, ops)
	}
}

func (d *draft) merge(b *draft) {
	d.expect(len(b.list))
	for _, t := range b.list {
		own := d.touch(t.id)
		own.rec, own.there = t.rec, t.there
		if !t.unknown {
			own.grave, own.buried, own.unknown = t.grave, t.buried, false
		}
	}
	d.writes = append(d.writes, b.writes...)
	d.grown += b.grown
	d.farewells = append(d.farewells, b.farewells...)
}

// reset makes the draft an empty one on the same ground. What is kept for the next commit is bounded.
func (d *draft) reset(now time.Time) {
	if cap(d.list) > 4*maxGroup {
		d.list, d.writes, d.touched, d.farewells = nil, nil, nil, nil
	}
	clear(d.list)
	clear(d.writes)
	clear(d.farewells)
	clear(d.touched)
	d.list, d.writes, d.farewells = d.list[:0], d.writes[:0], d.farewells[:0]
	d.now, d.grown = now, 0
}
