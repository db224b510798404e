// SPDX-License-Identifier: Apache-2.0

package basic

import (
	"iter"
	"maps"
	"slices"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// Lookup returns the row of a name. It allocates nothing.
func (r *Registry) Lookup(id registry.ID) (*index.Row, bool) {
	e, ok := r.book().get(id)
	return e.shown, ok
}

// Find answers a query about what is shown, of one version. It looks at every row. Errors: query.ErrBadQuery, registry.ErrMode.
func (r *Registry) Find(q query.Query) (index.Page, error) {
	p, err := index.Prepare(q)
	if err != nil {
		return index.Page{}, err
	}
	if err := CheckQuery(q); err != nil {
		return index.Page{}, err
	}
	b := r.book()
	var meant []index.Write
	for e := range b.from(registry.ID{}) {
		if p.Matches(e.shown) {
			meant = append(meant, index.Put(e.shown))
		}
	}
	v, _ := new(index.View).Apply(meant...) // which knows about orders, limits and cursors
	page := v.Find(p)
	if page.Version = 0; b != nil {
		page.Version = b.version
	}
	return page, nil
}

// All yields every row of all namespaces, of one version, in the order of namespace and name.
func (r *Registry) All() iter.Seq[*index.Row] {
	b := r.book()
	return func(yield func(*index.Row) bool) {
		for e := range b.from(registry.ID{}) {
			if !yield(e.shown) {
				return
			}
		}
	}
}

// Match returns the rows of a namespace that a predicate wants, of one version, in the order of their names. match runs in the caller's
// goroutine and under no lock.
func (r *Registry) Match(namespace string, match func(*index.Row) bool) []*index.Row {
	var all []*index.Row
	for e := range r.book().from(registry.ID{Namespace: namespace}) {
		if e.id.Namespace != namespace {
			break
		}
		if match(e.shown) {
			all = append(all, e.shown)
		}
	}
	return all
}

// Namespaces returns those that have rows, in order.
func (r *Registry) Namespaces() []string {
	var all []string
	b := r.book()
	for at, more := (registry.ID{}), true; more; {
		more = false
		for e := range b.from(at) {
			all = append(all, e.id.Namespace)
			at, more = registry.ID{Namespace: e.id.Namespace + "\x00"}, true // the least of any other namespace
			break
		}
	}
	return all
}

// Metadata is what everybody who is registered has.
type Metadata struct {
	// Type is what it is, one of [Spec].Types. SetMetadata leaves it alone: it is declared by registering.
	Type string
	// Health is how it is; Unknown until somebody said.
	Health query.Status
	// Values are the user's own.
	Values map[string]string
}

// Metadata returns that of a name.
func (r *Registry) Metadata(id registry.ID) (m Metadata, ok bool) {
	row, ok := r.Lookup(id)
	if !ok {
		return Metadata{}, false
	}
	m = Metadata{Type: row.Kind, Health: row.Health.Status, Values: make(map[string]string, len(row.Labels))}
	for _, l := range row.Labels {
		m.Values[l.Name] = l.Value
	}
	return m, true
}

func (m Metadata) labels() []index.Label {
	all := make([]index.Label, 0, len(m.Values))
	for _, name := range slices.Sorted(maps.Keys(m.Values)) {
		all = append(all, index.Label{Name: name, Value: m.Values[name]})
	}
	return all
}

// Stats are figures of the registry at one version.
type Stats struct {
	Version uint64
	Rows    int
	// Namespaces, Types and Health count the rows by what they have.
	Namespaces, Types map[string]int
	Health            map[query.Status]int
	// ReadOnly says that writes are refused for now.
	ReadOnly bool
}

// Stats counts the rows. It looks at all of them.
func (r *Registry) Stats() Stats {
	b := r.book()
	s := Stats{Namespaces: map[string]int{}, Types: map[string]int{}, Health: map[query.Status]int{}}
	if b == nil {
		return s
	}
	s.Version, s.Rows, s.ReadOnly = b.version, b.len(), b.readOnly
	for e := range b.from(registry.ID{}) {
		s.Namespaces[e.id.Namespace]++
		s.Types[e.shown.Kind]++
		s.Health[e.shown.Health.Status]++
	}
	return s
}
