// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"

	"mabeam.dev/agents/query"
)

// indexed is a literal as the indexes of one View answer it. Without minus it stands for the rows in sets, and perhaps some in edge; with
// minus for those not in sets, but perhaps not some in edge. What is in edge has to be tested on rows.
type indexed struct {
	literal
	sets, edge []*set
	minus      bool
	count      int // rows in sets and edge, those in several counted several times
}

// bind looks a literal up; false if no index can answer it.
func (v *View) bind(l literal, namespace string) (indexed, bool) {
	x := indexed{literal: l, minus: l.neg}
	ok := true
	switch {
	case l.kind == missing:
		ok = v.bindMissing(&x)
	case bandsOf[l.field.Column] >= 0:
		v.bindBands(&x)
	case l.kind == below:
		p := l.values[0].Text()
		x.add(v.term(key{what: keyCapability, b: p}), v.term(key{what: keyBelow, b: p}))
	case l.kind == anyOf:
		for _, value := range l.values {
			ok = ok && v.bindValue(&x, value, namespace)
		}
	default:
		ok = v.bindVocabulary(&x)
	}
	return x, ok
}

func (x *indexed) add(sets ...*set) {
	for _, s := range sets {
		if s != nil {
			x.sets = append(x.sets, s)
			x.count += s.n
		}
	}
}

func (v *View) bindMissing(x *indexed) bool {
	switch c := x.field.Column; c {
	case query.ColumnState:
		x.add(v.states[query.Stateless])
	case query.ColumnLabel:
		x.minus = !x.minus
		x.add(v.term(key{what: keyLabelled, a: x.field.Label}))
		x.count = v.live.size() - x.count
	case query.ColumnInflight, query.ColumnP50, query.ColumnRegisteredAt:
		return false
	default: // an index, or a column that is never without a value
		x.add(v.absent[c])
	}
	return true
}

func (v *View) bindValue(x *indexed, value query.Value, namespace string) bool {
	switch c := x.field.Column; c {
	case query.ColumnID:
		if namespace != query.AllNamespaces {
			v.bindID(x, namespace, value.Text())
			return true
		}
		for space := range v.Namespaces() {
			v.bindID(x, space, value.Text())
		}
	case query.ColumnState:
		x.add(v.states[value.Ordinal()])
	case query.ColumnHealth:
		x.add(v.health[value.Ordinal()])
	case query.ColumnCapability:
		x.add(v.term(key{what: keyCapability, b: value.Text()}))
	case query.ColumnLabel:
		x.add(v.term(key{keyLabel, x.field.Label, value.Text()}))
	default:
		i := slices.IndexFunc(textColumns[:], func(t struct {
			column query.Column
			what   uint8
		},
		) bool {
			return t.column == c
		})
		if i < 0 {
			return false
		}
		x.add(v.term(key{what: textColumns[i].what, b: value.Text()}))
	}
	return true
}

func (v *View) bindID(x *indexed, space, id string) {
	if slot, ok := v.ids.get(key{keyID, space, id}); ok {
		x.add((*set)(nil).with(0, slot))
	}
}

// bindVocabulary answers an interval of statuses or states.
func (v *View) bindVocabulary(x *indexed) bool {
	switch x.field.Column {
	case query.ColumnHealth:
		for i, s := range v.health {
			if value := query.ValueOf(query.Status(i)); x.lo.under(value) && x.hi.over(value) {
				x.add(s)
			}
		}
	case query.ColumnState:
		for i, s := range v.states[1:] {
			if value := query.ValueOf(query.Lifecycle(i + 1)); x.lo.under(value) && x.hi.over(value) {
				x.add(s)
			}
		}
	default:
		return false
	}
	return true
}

// bindBands answers values or an interval of a measure: the bands inside surely, those that a value or an end lies in perhaps. Of an
// interval over more than half of the bands it takes the others, and those without a value, and turns minus.
func (v *View) bindBands(x *indexed) {
	c := x.field.Column
	b := &v.bands[bandsOf[c]]
	if x.kind == anyOf {
		last := -1
		for _, value := range x.values {
			no := bandNo(c, value)
			i, ok := b.find(no)
			if !ok || i == last {
				continue
			}
			last = i
			x.count += b.list[i].n
			if exact(c, no) {
				x.sets = append(x.sets, b.list[i].set)
			} else {
				x.edge = append(x.edge, b.list[i].set)
			}
		}
		return
	}
	from, to := 0, len(b.list) // bands inside or at an end
	loNo, hiNo := uint16(0), ^uint16(0)
	if !x.lo.open {
		loNo = bandNo(c, x.lo.value)
		from, _ = b.find(loNo)
	}
	if !x.hi.open {
		hiNo = bandNo(c, x.hi.value)
		i, ok := b.find(hiNo)
		if to = i; ok {
			to++
		}
	}
	to = max(from, to)
	var inside []*set
	for _, in := range b.list[from:to] {
		x.count += in.n
		if !x.lo.open && in.no == loNo || !x.hi.open && in.no == hiNo {
			x.edge = append(x.edge, in.set)
		} else {
			inside = append(inside, in.set)
		}
	}
	if len(inside) <= len(b.list)/2 {
		x.sets = inside
		return
	}
	x.minus = !x.minus
	for _, out := range [][]band{b.list[:from], b.list[to:]} {
		for _, o := range out {
			x.sets = append(x.sets, o.set)
		}
	}
	if s := v.absent[c]; s != nil {
		x.sets = append(x.sets, s)
	}
}
