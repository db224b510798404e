// SPDX-License-Identifier: Apache-2.0

package index_test

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// naive is the registry as somebody would write it in an hour: a map, and a test of every row.
type naive map[[2]string]*index.Row

func (n naive) apply(writes []move) {
	for _, w := range writes {
		if w.row == nil {
			delete(n, [2]string{w.space, w.id})
		} else {
			n[[2]string{w.space, w.id}] = w.row
		}
	}
}

// move is a write that can be looked into.
type move struct {
	row       *index.Row
	space, id string
}

func (m move) write() index.Write {
	if m.row == nil {
		return index.Remove(m.space, m.id)
	}
	return index.Put(m.row)
}

// ask answers a query that has no cursor.
func (n naive) ask(q query.Query) []*index.Row {
	var out []*index.Row
	for k, r := range n {
		if (q.Namespace == query.AllNamespaces || q.Namespace == k[0]) && means(q.Where, r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *index.Row) int {
		for _, o := range q.OrderBy {
			va, vb := values(a, o.Field), values(b, o.Field)
			switch {
			case len(va) == 0 && len(vb) == 0:
				continue
			case len(va) == 0:
				return 1
			case len(vb) == 0:
				return -1
			}
			c := va[0].compare(vb[0])
			if o.Desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.ID, b.ID))
	})
	if q.Limit > 0 && len(out) > q.Limit {
		out = out[:q.Limit]
	}
	return out
}

// means is the meaning of a condition, word for word.
func means(e query.Expr, r *index.Row) bool {
	switch e := e.(type) {
	case nil:
		return true
	case query.Conjunction:
		for _, k := range e.Of {
			if !means(k, r) {
				return false
			}
		}
		return true
	case query.Disjunction:
		return slices.ContainsFunc(e.Of, func(k query.Expr) bool { return means(k, r) })
	case query.Negation:
		return !means(e.Of, r)
	case query.Absence:
		return len(values(r, e.Field)) == 0
	case query.Comparison:
		return compares(e, values(r, e.Field))
	}
	panic("no such condition")
}

func compares(e query.Comparison, have []plain) bool {
	if len(have) == 0 {
		return false
	}
	some := slices.ContainsFunc(have, func(h plain) bool {
		return slices.ContainsFunc(e.Values, func(v query.Value) bool { return h == plainOf(v) })
	})
	c := have[0].compare(plainOf(e.Values[0]))
	switch e.Op {
	case query.Eq, query.In:
		return some
	case query.Neq, query.NotIn:
		return !some
	case query.Lt:
		return c < 0
	case query.Lte:
		return c <= 0
	case query.Gt:
		return c > 0
	case query.Gte:
		return c >= 0
	default:
		p := e.Values[0].Text()
		return slices.ContainsFunc(have, func(h plain) bool { return h.s == p || strings.HasPrefix(h.s, p+"/") })
	}
}

// plain is a value as Go compares it.
type plain struct {
	s string
	i int64
	f float64
}

func (p plain) compare(o plain) int {
	return cmp.Or(strings.Compare(p.s, o.s), cmp.Compare(p.i, o.i), cmp.Compare(p.f, o.f))
}

func plainOf(v query.Value) plain {
	switch v.Type() {
	case query.TypeText:
		return plain{s: v.Text()}
	case query.TypeFloat:
		return plain{f: v.Float()}
	case query.TypeStatus, query.TypeLifecycle:
		return plain{i: int64(v.Ordinal())}
	default:
		return plain{i: v.Int()}
	}
}

// values are what a row has in a field.
func values(r *index.Row, f query.Field) []plain {
	text := func(s string) []plain {
		if s == "" {
			return nil
		}
		return []plain{{s: s}}
	}
	switch f.Column {
	case query.ColumnID:
		return text(r.ID)
	case query.ColumnKind:
		return text(r.Kind)
	case query.ColumnTeam:
		return text(r.Team)
	case query.ColumnRole:
		return text(r.Role)
	case query.ColumnNode:
		return text(r.Node)
	case query.ColumnCapability:
		var all []plain
		for _, c := range r.Capabilities {
			all = append(all, plain{s: c.Name})
		}
		return all
	case query.ColumnLabel:
		for _, l := range r.Labels {
			if l.Name == f.Label {
				return []plain{{s: l.Value}}
			}
		}
		return nil
	case query.ColumnState:
		if r.State == query.Stateless {
			return nil
		}
		return []plain{{i: int64(r.State)}}
	case query.ColumnHealth:
		return []plain{{i: int64(r.Health.Status)}}
	case query.ColumnVersion:
		return []plain{{i: int64(r.Version)}}
	case query.ColumnIncarnation:
		return []plain{{i: int64(r.Incarnation)}}
	case query.ColumnDone:
		return []plain{{i: int64(r.Performance.Done)}}
	case query.ColumnFailed:
		return []plain{{i: int64(r.Performance.Failed)}}
	case query.ColumnMemoryFree:
		return integer(r.Usage.MemoryFree)
	case query.ColumnQueue:
		return integer(r.Usage.Queue)
	case query.ColumnInflight:
		return integer(r.Usage.Inflight)
	case query.ColumnP50:
		return span(r.Performance.P50)
	case query.ColumnP99:
		return span(r.Performance.P99)
	case query.ColumnCPUFree:
		return float(r.Usage.CPUFree)
	case query.ColumnSuccessRate:
		return float(r.Performance.SuccessRate)
	case query.ColumnThroughput:
		return float(r.Performance.Throughput)
	case query.ColumnRegisteredAt:
		if r.RegisteredAt.IsZero() {
			return nil
		}
		return []plain{{i: r.RegisteredAt.UnixNano()}}
	}
	panic("no such column")
}

func integer(m index.Maybe[int64]) []plain {
	if v, ok := m.Get(); ok {
		return []plain{{i: v}}
	}
	return nil
}

func span(m index.Maybe[time.Duration]) []plain {
	if v, ok := m.Get(); ok {
		return []plain{{i: int64(v)}}
	}
	return nil
}

func float(m index.Maybe[float64]) []plain {
	if v, ok := m.Get(); ok {
		return []plain{{f: v}}
	}
	return nil
}
