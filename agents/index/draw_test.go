// SPDX-License-Identifier: Apache-2.0

package index_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// dice draws rows and queries: from rapid's source in properties, from a seeded one where there are many.
type dice func(n int) int

func seeded(seed uint64) dice {
	return rand.New(rand.NewPCG(seed, seed)).IntN
}

func (d dice) of(words ...string) string { return words[d(len(words))] }

func (d dice) one(in int) bool { return d(in) == 0 }

var (
	spaces = []string{"", "", "prod", "prod\x00x", "a"}
	names  = []string{"nlp", "nlp/summarise", "nlp/summarise/fast", "nlp2", "code/review", "code", "vision", "nlp/translate"}
)

// row draws a row with an id below ids.
func (d dice) row(ids int) *index.Row {
	r := &index.Row{
		Namespace: d.of(spaces...), ID: fmt.Sprintf("agent-%04d", d(ids)),
		Kind: d.of("", "worker", "reviewer", "coder"), Team: d.of("", "", "red", "blue"), Role: d.of("", "lead"),
		Node: d.of("n1", "n2", "n3", ""), State: query.Lifecycle(d(query.Lifecycles)),
		Health:  index.Health{Status: query.Status(d(query.Statuses))},
		Version: uint64(d(5)), Incarnation: uint64(d(3)),
	}
	for i := range names {
		if d.one(4) {
			r.Capabilities = append(r.Capabilities, index.Capability{Name: names[i]})
		}
	}
	for _, l := range []string{"zone", "tier"} {
		if d.one(2) {
			r.Labels = append(r.Labels, index.Label{Name: l, Value: d.of("", "a", "b", "c")})
		}
	}
	r.Usage = index.Usage{
		MemoryFree: maybe(d, int64(d(4000))-1000), CPUFree: maybe(d, float64(d(64))/7-1),
		Queue: maybe(d, int64(d(12)*d(40))), Inflight: maybe(d, int64(d(5))),
	}
	r.Performance = index.Performance{
		P50: maybe(d, time.Duration(d(50))*time.Millisecond), P99: maybe(d, time.Duration(d(900))*time.Millisecond),
		SuccessRate: maybe(d, 1-float64(d(4)*d(20))/100), Throughput: maybe(d, float64(d(300))/3),
		Done: uint64(d(10)), Failed: uint64(d(3)),
	}
	if !d.one(4) {
		r.RegisteredAt = time.Unix(int64(d(1000)), int64(d(3)))
	}
	return r
}

func maybe[T any](d dice, v T) index.Maybe[T] {
	if d.one(5) {
		return index.Maybe[T]{}
	}
	return index.Known(v)
}

// move draws a write.
func (d dice) move(ids int) move {
	r := d.row(ids)
	m := move{row: r, space: r.Namespace, id: r.ID}
	if d.one(3) {
		m.row = nil
	}
	return m
}

// fields are all that a query can ask for.
func (d dice) field() query.Field {
	f := query.Field{Column: query.Column(d(query.Columns))}
	if f.Column == query.ColumnLabel {
		f.Label = d.of("zone", "tier", "none")
	}
	return f
}

// condition draws one on a row that was drawn, so that it often holds.
func (d dice) condition(depth int) query.Expr {
	if depth > 0 && !d.one(3) {
		kids := make([]query.Expr, 1+d(3))
		for i := range kids {
			kids[i] = d.condition(depth - 1)
		}
		switch d(3) {
		case 0:
			return query.And(kids...)
		case 1:
			return query.Or(kids...)
		default:
			return query.Not(kids[0])
		}
	}
	if d.one(8) {
		return query.Absence{Field: d.field()}
	}
	return d.comparison()
}

func (d dice) comparison() query.Expr {
	f := d.field()
	c := query.Comparison{Field: f}
	switch {
	case f.Many():
		c.Op = []query.Op{query.Eq, query.Neq, query.In, query.NotIn, query.Prefix}[d(5)]
	default:
		c.Op = query.Op(d(8))
	}
	n := 1
	if c.Op == query.In || c.Op == query.NotIn {
		n += d(3)
	}
	for range n {
		c.Values = append(c.Values, d.value(f))
	}
	return c
}

func (d dice) value(f query.Field) query.Value {
	r := d.row(60)
	switch f.Column {
	case query.ColumnID:
		return query.ValueOf(r.ID)
	case query.ColumnKind:
		return query.ValueOf(d.of("worker", "coder", "nobody"))
	case query.ColumnTeam:
		return query.ValueOf(d.of("red", "blue", "green"))
	case query.ColumnRole:
		return query.ValueOf(d.of("lead", "none"))
	case query.ColumnNode:
		return query.ValueOf(d.of("n1", "n2", "n9"))
	case query.ColumnCapability:
		return query.ValueOf(d.of(append(names, "no")...))
	case query.ColumnLabel:
		return query.ValueOf(d.of("", "a", "b", "z"))
	case query.ColumnState:
		return query.ValueOf(query.Lifecycle(1 + d(query.Lifecycles-1)))
	case query.ColumnHealth:
		return query.ValueOf(r.Health.Status)
	case query.ColumnCPUFree:
		return query.ValueOf(float64(d(64))/7 - 1)
	case query.ColumnSuccessRate:
		return query.ValueOf(1 - float64(d(20))/100)
	case query.ColumnThroughput:
		return query.ValueOf(float64(d(300)) / 3)
	case query.ColumnP50, query.ColumnP99:
		return query.ValueOf(time.Duration(d(900)) * time.Millisecond)
	case query.ColumnRegisteredAt:
		return query.ValueOf(time.Unix(int64(d(1000)), int64(d(3))))
	case query.ColumnMemoryFree:
		return query.ValueOf(int64(d(4000)) - 1000)
	default:
		return query.ValueOf(int64(d(12)))
	}
}

// query draws a whole query.
func (d dice) query() query.Query {
	q := query.Query{Namespace: d.of("", "prod", query.AllNamespaces)}
	if !d.one(6) {
		q.Where = d.condition(d(4))
	}
	for range d(3) {
		o := query.Order{Field: d.field(), Desc: d.one(2)}
		used := o.Field.Many()
		for _, b := range q.OrderBy {
			used = used || b.Field == o.Field
		}
		if !used {
			q.OrderBy = append(q.OrderBy, o)
		}
	}
	if !d.one(3) {
		q.Limit = 1 + d(12)
	}
	return q
}
