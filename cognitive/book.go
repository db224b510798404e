// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"mabeam.dev/cognitive/graph"
	"mabeam.dev/cognitive/kind"
)

const (
	historyLimit = 100              // commits of a variable that are in memory
	keyWindow    = 10 * time.Minute // how long the answer to a key is known
	batchType    = "cognitive.batch"
)

// book is the pure part of the committer: every decision about a commit is made here. It belongs to the committer's process. What it changes is told
// to nobody before take.
type book struct {
	vars    []*variable // by place; nil where a variable is gone
	places  map[string]int
	graph   *graph.Graph
	version Version
	at      time.Time // of the last commit
	keys    map[string][]*Commit
	keyList []*Commit // one of each key, oldest first
	open    []*question

	// compute computes a composite; it is an effect of the process.
	compute func(d *definition, inputs []kind.Value) (kind.Value, error)
	// hold returns the constraints.
	hold func() []Constraint

	since   *Version  // while the journal is read: what comes behind it has not been published
	async   []string  // composites that are to be computed outside
	touched []int     // places whose entries are to be published
	fresh   []*Commit // to be published, in order
	items   []byte    // of the batch, as it will be journaled
	must    bool      // the batch has something that is not seen before it is durable
	passed  []checked // of the proposal in hand

	known []*Settings // that were given last
}

// variable is one variable of the book.
type variable struct {
	def     *definition
	now     *entry
	touched bool    // its entry is to be published
	ring    history // the last commits to all
	scopes  map[string]*Commit
	buckets map[string]*bucket
	left    []departure // values that were left, oldest first
}

// history is the last commits, as many as historyLimit.
type history struct {
	list  []*Commit
	begin int // the oldest, once it is full
}

func (h *history) add(c *Commit) {
	if len(h.list) < historyLimit {
		h.list = append(h.list, c)
		return
	}
	h.list[h.begin] = c
	h.begin = (h.begin + 1) % historyLimit
}

// all returns the commits, oldest first, as a slice of the caller's own.
func (h *history) all() []*Commit {
	return append(append(make([]*Commit, 0, len(h.list)), h.list[h.begin:]...), h.list[:h.begin]...)
}

// departure is a value that was left.
type departure struct {
	value kind.Value
	at    time.Time
}

// question is a decision that is open.
type question struct {
	ID       string    `json:"id"`
	Variable string    `json:"variable"`
	Proposal proposal  `json:"proposal"`
	Until    time.Time `json:"until"`
}

func newBook(compute func(*definition, []kind.Value) (kind.Value, error), hold func() []Constraint) *book {
	return &book{places: map[string]int{}, graph: graph.New(), keys: map[string][]*Commit{}, compute: compute, hold: hold}
}

func (b *book) find(name string) (*variable, error) {
	place, ok := b.places[name]
	if !ok {
		return nil, fmt.Errorf("cognitive: variable %q: %w", name, ErrNotFound)
	}
	return b.vars[place], nil
}

// add adds a variable with its first value.
func (b *book) add(now time.Time, d *definition, proposer string) (*Commit, error) {
	if _, taken := b.places[d.name]; taken {
		return nil, fmt.Errorf("cognitive: add %q: %w", d.name, ErrDuplicateName)
	}
	if d.composite != nil {
		for _, in := range d.composite.Inputs {
			if _, there := b.places[in]; !there && in != d.name {
				return nil, fmt.Errorf("cognitive: composite %q: input %q: %w", d.name, in, ErrNotFound)
			}
		}
	}
	v, err := b.insert(d)
	if err != nil {
		return nil, err
	}
	item, err := d.encode()
	if err != nil {
		b.drop(v)
		return nil, err
	}
	b.item("add", item)
	b.must = true
	value, failed := v.first(b)
	c := &Commit{Variable: d.name, Value: value, Cause: ByInitial, Proposer: proposer, At: now}
	b.commit(v, c, b.version.next())
	if failed != nil {
		b.degrade(v, failed)
	}
	if d.composite != nil && d.composite.Async {
		b.outside(v)
	}
	b.version = c.Space
	return c, nil
}

// first is the first value of a variable: that of a composite is computed, if it can be.
func (v *variable) first(b *book) (kind.Value, error) {
	if v.def.composite == nil {
		return v.def.first(), nil
	}
	if v.def.composite.Async {
		return v.def.kind.First(), nil
	}
	value, err := b.evaluate(v.def)
	if err != nil {
		return v.def.kind.First(), err
	}
	return value, nil
}

func (b *book) insert(d *definition) (*variable, error) {
	if _, taken := b.places[d.name]; taken {
		return nil, fmt.Errorf("cognitive: add %q: %w", d.name, ErrDuplicateName)
	}
	if d.composite != nil {
		b.chart(d.composite.Inputs)
		if err := b.graph.Add(d.name, d.composite.Inputs...); err != nil {
			return nil, err
		}
	}
	b.share(d)
	d.place = len(b.vars)
	v := &variable{def: d}
	b.vars = append(b.vars, v)
	b.places[d.name] = d.place
	return v, nil
}

// chart puts variables that become inputs into the graph. It has nobody else: most are computed from nothing, and nothing from them.
func (b *book) chart(inputs []string) {
	for _, name := range inputs {
		if _, there := b.places[name]; there && !b.graph.Has(name) {
			_ = b.graph.Add(name) // a source, which is not there yet
		}
	}
}

// share gives a definition the settings of another one that are the same: there are many variables and few settings. Those of the last eight kinds are remembered.
func (b *book) share(d *definition) {
	for _, set := range b.known {
		if reflect.DeepEqual(set, d.set) {
			d.set = set
			return
		}
	}
	if b.known = append(b.known, d.set); len(b.known) > 8 {
		b.known = slices.Delete(b.known, 0, 1)
	}
}

// drop takes a variable out of the book; nothing depends on it.
func (b *book) drop(v *variable) {
	if b.graph.Has(v.def.name) {
		_ = b.graph.Remove(v.def.name)
	}
	delete(b.places, v.def.name)
	b.vars[v.def.place] = nil
	b.touched = append(b.touched, v.def.place)
}

// remove removes a variable for good.
func (b *book) remove(name string) error {
	v, err := b.find(name)
	if err != nil {
		return err
	}
	if by := b.graph.Dependents(name); len(by) > 0 {
		return &graph.DependedError{Name: name, By: by}
	}
	b.drop(v)
	text, _ := json.Marshal(name) // a string has an encoding
	b.item("gone", text)
	b.must = true
	return nil
}

// item adds one thing to the batch.
func (b *book) item(name string, data []byte) {
	if len(b.items) > 0 {
		b.items = append(b.items, ',')
	}
	b.items = append(append(append(b.items, '{', '"'), name...), '"', ':')
	b.items = append(append(b.items, data...), '}')
}

// commit gives a variable a value. Everything that is seen of it follows from the commit and the definition.
func (b *book) commit(v *variable, c *Commit, space Version) {
	last := Version{}
	if c.Scope == "" && v.now != nil {
		last = v.now.version
	} else if was := v.scopes[c.Scope]; was != nil {
		last = was.Version
	}
	c.Previous, c.Space = last, space
	if c.Version.IsZero() {
		c.Version = last.next()
	}
	if v.def.set.Durability != Ephemeral || c.Cause == ByInitial || c.Cause == ByRecovery {
		if len(b.items) > 0 {
			b.items = append(b.items, ',')
		}
		b.items = append(c.appendJSON(append(b.items, `{"c":`...)), '}')
		b.must = b.must || v.def.set.Durability == Durable
	}
	b.take(v, c)
	b.fresh = append(b.fresh, c)
}

// take makes a commit the present state, be it new or read from the journal.
func (b *book) take(v *variable, c *Commit) {
	e := entry{def: v.def}
	if v.now != nil {
		e = *v.now
		e.def = v.def
	}
	switch {
	case c.Scope != "":
		if v.scopes == nil {
			v.scopes = map[string]*Commit{}
		}
		v.scopes[c.Scope] = c
		e.overrides = slices.DeleteFunc(slices.Clone(e.overrides), func(o override) bool { return o.scope == c.Scope })
		if !c.Gone {
			at, _ := slices.BinarySearchFunc(e.overrides, c.Scope, func(o override, s string) int { return strings.Compare(o.scope, s) })
			e.overrides = slices.Insert(e.overrides, at, override{c.Scope, c})
		}
	default:
		if v.now != nil && !v.now.value.Equal(c.Value) && v.def.cooldown() > 0 {
			v.left = append(v.left, departure{v.now.value, c.At})
			if len(v.left) > 16 {
				v.left = slices.Delete(v.left, 0, 1)
			}
		}
		e.value, e.version, e.commit = c.Value, c.Version, c
		e.flags, e.why = 0, nil
		v.ring.add(c)
	}
	v.now = &e
	b.touch(v)
	b.at = c.At
	if c.Key != "" {
		if len(b.keys[c.Key]) == 0 {
			b.keyList = append(b.keyList, c)
		}
		b.keys[c.Key] = append(b.keys[c.Key], c)
	}
	if c.Decision != "" {
		b.close(c.Decision)
	}
}

// close forgets a decision that was open.
func (b *book) close(id string) {
	b.open = slices.DeleteFunc(b.open, func(q *question) bool { return q.ID == id })
}

// forget lets go of the keys whose window is over.
func (b *book) forget(now time.Time) {
	n := 0
	for n < len(b.keyList) && now.Sub(b.keyList[n].At) > keyWindow {
		delete(b.keys, b.keyList[n].Key)
		n++
	}
	b.keyList = b.keyList[n:]
}

// ask notes that a decision is open, so that it is found again after a crash.
func (b *book) ask(q *question) error {
	data, err := json.Marshal(q)
	if err != nil {
		return err
	}
	b.item("open", data)
	b.must = true
	b.open = append(b.open, q)
	return nil
}

// unask notes that a decision ended without a commit.
func (b *book) unask(id, how string) {
	if !slices.ContainsFunc(b.open, func(q *question) bool { return q.ID == id }) {
		return
	}
	data, _ := json.Marshal([2]string{id, how}) // strings have an encoding
	b.item("closed", data)
	b.must = true
	b.close(id)
}
