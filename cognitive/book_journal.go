// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"mabeam.dev/cognitive/expr"
	"mabeam.dev/cognitive/kind"
)

// batch ends a batch: its event, if it has anything for the journal.
func (b *book) batch(now time.Time) (data []byte) {
	if len(b.items) == 0 {
		return nil
	}
	data = strconv.AppendInt(append(make([]byte, 0, len(b.items)+40), `{"t":`...), now.UnixNano(), 10)
	data = append(append(append(data, `,"i":[`...), b.items...), ']', '}')
	b.items = b.items[:0]
	return data
}

// publish makes the root that follows from one, with all that was touched, and returns the commits that it has and the other has not, and the variables
// that are new in it. The commits are the book's until it publishes again.
func (b *book) publish(r *root) (next *root, fresh []*Commit, born []*variable) {
	n := r.change()
	for _, place := range b.touched {
		v := b.vars[place]
		if v == nil {
			n.set(place, nil)
			continue
		}
		v.touched = false
		n.set(place, v.now)
		if r.entry(place) == nil {
			born = append(born, v)
		}
	}
	b.touched = b.touched[:0]
	n.r.version, n.r.at = b.version, b.at
	fresh = b.fresh
	b.fresh, b.must = b.fresh[:0], false
	return &n.r, fresh, born
}

// touch has the entry of a variable published.
func (b *book) touch(v *variable) {
	if !v.touched {
		v.touched = true
		b.touched = append(b.touched, v.def.place)
	}
}

// stored is one thing of a batch as it is read back. One of its fields is there.
type stored struct {
	Add    json.RawMessage `json:"add"`
	Def    json.RawMessage `json:"def"`
	Gone   *string         `json:"gone"`
	C      *Commit         `json:"c"`
	Open   *question       `json:"open"`
	Closed *[2]string      `json:"closed"`
}

// replay takes in an event of the journal.
func (b *book) replay(ev Event) error {
	if ev.Type != batchType {
		return fmt.Errorf("cognitive: replay: no event is of type %q", ev.Type)
	}
	var batch struct {
		T int64
		I []stored
	}
	if err := json.Unmarshal(ev.Data, &batch); err != nil {
		return fmt.Errorf("cognitive: replay: %w", err)
	}
	for _, s := range batch.I {
		if err := b.replayOne(s); err != nil {
			return fmt.Errorf("cognitive: replay: %w", err)
		}
	}
	return nil
}

func (b *book) replayOne(s stored) error {
	switch {
	case s.Add != nil:
		d, err := decodeDefinition(s.Add)
		if err != nil {
			return err
		}
		_, err = b.insert(d)
		return err
	case s.Def != nil:
		d, err := decodeDefinition(s.Def)
		if err != nil {
			return err
		}
		v, err := b.find(d.name)
		if err != nil {
			return err
		}
		if d.composite != nil {
			b.chart(d.composite.Inputs)
			if err := b.graph.Replace(d.name, d.composite.Inputs...); err != nil {
				return err
			}
		}
		d.place = v.def.place
		b.share(d)
		v.def = d
	case s.Gone != nil:
		v, err := b.find(*s.Gone)
		if err != nil {
			return err
		}
		b.drop(v)
	case s.C != nil:
		v, err := b.find(s.C.Variable)
		if err != nil {
			return err
		}
		b.version = s.C.Space
		b.take(v, s.C)
		if b.since != nil && b.since.Before(s.C.Space) {
			b.fresh = append(b.fresh, s.C)
		}
	case s.Open != nil:
		b.open = append(b.open, s.Open)
	case s.Closed != nil:
		b.close(s.Closed[0])
	}
	return nil
}

// adopt takes over what was published and is not in the journal: buffered commits whose append did not come through, and what is never journaled. log has the
// last commits that were published.
func (b *book) adopt(r *root, log []*Commit) {
	b.settle(r)
	of := map[string][]*Commit{}
	for _, c := range log {
		of[c.Variable] = append(of[c.Variable], c)
	}
	for place := range r.count {
		e := r.entry(place)
		if e == nil {
			continue
		}
		v := b.vars[place]
		if v == nil {
			continue
		}
		if v.def.same(e.def) { // the one that is published has its code
			v.def = e.def
		}
		missing := slices.DeleteFunc(of[v.def.name], func(c *Commit) bool { return !v.lacks(c) })
		if v.now == nil || v.now.version.Before(e.version) {
			if !slices.Contains(missing, e.commit) {
				missing = append(missing, e.commit)
			}
		}
		for _, o := range e.overrides {
			if v.lacks(o.commit) && !slices.Contains(missing, o.commit) {
				missing = append(missing, o.commit)
			}
		}
		for _, c := range missing {
			if v.def.set.Durability != Ephemeral {
				if len(b.items) > 0 {
					b.items = append(b.items, ',')
				}
				b.items = append(c.appendJSON(append(b.items, `{"c":`...)), '}')
			}
			b.take(v, c)
		}
		if v.now != nil && e.flags != 0 && v.now.version == e.version {
			kept := *v.now
			kept.flags, kept.why = e.flags, e.why
			v.now = &kept
		}
	}
	if b.version.Before(r.version) {
		b.version = r.version
	}
}

// settle gives every published variable its place, where nothing is journaled at all. The inputs of composites come last: each may be of any place.
func (b *book) settle(r *root) {
	if len(b.vars) >= r.count {
		return
	}
	for place := len(b.vars); place < r.count; place++ {
		e := r.entry(place)
		if e == nil {
			b.vars = append(b.vars, nil)
			continue
		}
		b.vars = append(b.vars, &variable{def: e.def})
		b.places[e.def.name] = place
		if e.def.composite != nil {
			_ = b.graph.Add(e.def.name) // a published name is there once
		}
	}
	for _, v := range b.vars {
		if v != nil && v.def.composite != nil {
			b.chart(v.def.composite.Inputs)
			_ = b.graph.Replace(v.def.name, v.def.composite.Inputs...) // it was checked when it was published
		}
	}
}

// complete compiles what was read, and marks the composites whose code is missing.
func (b *book) complete() error {
	for _, v := range b.vars {
		if v == nil {
			continue
		}
		if v.now == nil {
			return fmt.Errorf("cognitive: variable %q has no commit", v.def.name)
		}
		if err := v.def.compile(b.typeOf); err != nil {
			return err
		}
		if v.now.def != v.def {
			e := *v.now
			e.def = v.def
			v.now = &e
		}
		if v.def.composite != nil && v.def.composite.Func == nil && v.def.formula == nil {
			b.degrade(v, errNoCode)
		} else if v.def.composite != nil && v.def.composite.Async {
			b.outside(v) // what was under way has been lost
		}
	}
	return nil
}

// lacks reports whether a commit is newer than what the variable has.
func (v *variable) lacks(c *Commit) bool {
	if c.Scope != "" {
		was := v.scopes[c.Scope]
		return was == nil || was.Version.Before(c.Version)
	}
	return v.now == nil || v.now.version.Before(c.Version)
}

// restart begins an epoch after the end of a program: of what is not durable nobody knows the last version that was seen.
func (b *book) restart(now time.Time) {
	space := Version{b.version.Epoch + 1, b.version.Seq + 1}
	var changed []string
	for _, v := range b.vars {
		if v == nil || v.def.set.Durability == Durable || v.now == nil {
			continue
		}
		value := v.now.value
		if v.def.set.Durability == Ephemeral && v.def.composite == nil {
			value = v.def.first()
		}
		c := &Commit{Variable: v.def.name, Value: value, Version: Version{v.now.version.Epoch + 1, v.now.version.Seq + 1}, Cause: ByRecovery, At: now}
		if !value.Equal(v.now.value) {
			changed = append(changed, v.def.name)
		}
		b.commit(v, c, space)
	}
	if len(b.fresh) > 0 {
		b.version = space
		b.recompute(now, space, changed)
	}
}

// compile makes what the encoding of a definition does not have: compiled expressions.
func (d *definition) compile(types func(name string) (kind.Type, error)) error {
	if d.composite == nil || d.composite.Text == "" || d.formula != nil {
		return nil
	}
	spec := expr.Spec{Result: d.kind.Type(), Cost: d.composite.Cost}
	for i, name := range d.composite.Inputs {
		t, err := types(name)
		if err != nil {
			return err
		}
		if i < len(d.composite.Names) {
			name = d.composite.Names[i]
		}
		spec.Inputs = append(spec.Inputs, expr.Input{Name: name, Type: t})
	}
	f, err := expr.Compile(d.composite.Text, spec)
	if err == nil {
		d.formula = f
	}
	return err
}

// typeOf returns the form of a variable's values.
func (b *book) typeOf(name string) (kind.Type, error) {
	v, err := b.find(name)
	if err != nil {
		return kind.None, err
	}
	return v.def.kind.Type(), nil
}
