// SPDX-License-Identifier: Apache-2.0

package query_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/query"
)

// drawField draws any field, labels with strange names included.
func drawField(t *rapid.T) query.Field {
	f := query.Field{Column: query.Column(rapid.IntRange(0, query.Columns-1).Draw(t, "column"))}
	if f.Column == query.ColumnLabel {
		f.Label = rapid.OneOf(rapid.StringMatching(`[a-z]{1,4}`), rapid.StringN(1, 5, -1)).Draw(t, "label")
	}
	return f
}

func drawValue(t *rapid.T, f query.Field) query.Value {
	switch f.Type() {
	case query.TypeText:
		s := rapid.String().Draw(t, "text")
		if f.Many() {
			s = strings.TrimRight(s, "/") + "x"
		}
		return query.ValueOf(s)
	case query.TypeInt:
		return query.ValueOf(rapid.Int64().Draw(t, "int"))
	case query.TypeFloat:
		if f.Column == query.ColumnSuccessRate {
			return query.ValueOf(rapid.Float64Range(0, 1).Draw(t, "share"))
		}
		return query.ValueOf(rapid.Float64().Filter(func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }).Draw(t, "float"))
	case query.TypeDuration:
		return query.ValueOf(time.Duration(rapid.Int64().Draw(t, "duration")))
	case query.TypeTime:
		return query.ValueOf(time.Unix(0, rapid.Int64().Draw(t, "time")))
	case query.TypeStatus:
		return query.ValueOf(query.Status(rapid.IntRange(0, query.Statuses-1).Draw(t, "status")))
	default:
		return query.ValueOf(query.Lifecycle(rapid.IntRange(1, query.Lifecycles-1).Draw(t, "state")))
	}
}

func drawExpr(t *rapid.T, depth int) query.Expr {
	if depth > 0 {
		of := func() []query.Expr {
			kids := make([]query.Expr, rapid.IntRange(1, 3).Draw(t, "kids"))
			for i := range kids {
				kids[i] = drawExpr(t, depth-1)
			}
			return kids
		}
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 0:
			return query.And(of()...)
		case 1:
			return query.Or(of()...)
		case 2:
			return query.Not(drawExpr(t, depth-1))
		case 3:
			return query.Absence{Field: drawField(t)}
		}
	}
	f := drawField(t)
	ops := []query.Op{query.Eq, query.Neq, query.In, query.NotIn, query.Lt, query.Lte, query.Gt, query.Gte}
	if f.Many() {
		ops = []query.Op{query.Eq, query.Neq, query.In, query.NotIn, query.Prefix}
	}
	c := query.Comparison{Field: f, Op: rapid.SampledFrom(ops).Draw(t, "op")}
	n := 1
	if c.Op == query.In || c.Op == query.NotIn {
		n = rapid.IntRange(1, 3).Draw(t, "values")
	}
	for range n {
		c.Values = append(c.Values, drawValue(t, f))
	}
	return c
}

func drawOrder(t *rapid.T) []query.Order {
	var order []query.Order
	for range rapid.IntRange(0, 3).Draw(t, "orders") {
		o := query.Order{Field: drawField(t), Desc: rapid.Bool().Draw(t, "desc")}
		again := o.Field.Many()
		for _, b := range order {
			again = again || b.Field == o.Field
		}
		if !again {
			order = append(order, o)
		}
	}
	return order
}

// plain takes away what only the parser knows, the places of values.
func plain(e query.Expr) query.Expr {
	switch e := e.(type) {
	case query.Comparison:
		return query.Comparison{Field: e.Field, Op: e.Op, Values: e.Values}
	case query.Conjunction:
		return query.Conjunction{Of: plainAll(e.Of)}
	case query.Disjunction:
		return query.Disjunction{Of: plainAll(e.Of)}
	case query.Negation:
		return query.Negation{Of: plain(e.Of)}
	}
	return e
}

func plainAll(of []query.Expr) []query.Expr {
	out := make([]query.Expr, len(of))
	for i, e := range of {
		out[i] = plain(e)
	}
	return out
}

func TestAQueryIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := query.Query{OrderBy: drawOrder(t), Limit: rapid.IntRange(0, 5).Draw(t, "limit")}
		if rapid.Bool().Draw(t, "where") {
			q.Where = drawExpr(t, 3)
		}
		if rapid.Bool().Draw(t, "namespace") {
			q.Namespace = rapid.StringN(1, 4, -1).Draw(t, "name")
		}
		require.NoError(t, q.Validate())
		got, err := query.Parse(q.String())
		require.NoError(t, err, q.String())
		got.Where = plain(got.Where)
		require.Equal(t, q, got, q.String())
		require.Equal(t, q.String(), got.String())
	})
}

func TestACursorIsReadAsItWasWrittenAndForItsOrderOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := drawOrder(t)
		c := query.Cursor{Namespace: rapid.String().Draw(t, "namespace"), ID: rapid.String().Draw(t, "id")}
		for _, o := range order {
			v := query.Value{}
			if rapid.Bool().Draw(t, "present") {
				v = drawValue(t, o.Field)
			}
			c.Keys = append(c.Keys, v)
		}
		text := c.Encode(order)
		got, err := query.ParseCursor(text, order)
		require.NoError(t, err)
		require.Equal(t, c, got)

		_, err = query.ParseCursor(text, append(order, query.ID.Desc(), query.ID.Asc()))
		require.ErrorIs(t, err, query.ErrBadQuery)
		_, err = query.ParseCursor(text[:len(text)-1], order)
		require.ErrorIs(t, err, query.ErrBadQuery)
		_, err = query.ParseCursor(text+"AA", order)
		require.ErrorIs(t, err, query.ErrBadQuery)
	})
}

// FuzzParse: no text panics, and what is understood is understood again when it is written down.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		``,
		`capability = nlp/summarise and health in (healthy, degraded) and queue < 100 order by p99 limit 10`,
		`not (kind = "a b" or label."x y" not in (a, b)) namespace * after "AQ"`,
		`missing(team) and memory.free >= 1.5GiB and success_rate > 99.9% and p50 <= 1h2m3.5s`,
		`registered_at > 2026-01-31T08:00:00.5+01:00 order by registered_at desc, id limit 1`,
		`capability prefix nlp and state != lost or version>1`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := query.Parse(text)
		if err != nil {
			if !assert.ErrorIs(t, err, query.ErrBadQuery) {
				t.Log(text)
			}
			return
		}
		again, err := query.Parse(q.String())
		require.NoError(t, err, q.String())
		require.Equal(t, q.String(), again.String())
	})
}

// FuzzCursor: no text panics as a cursor.
func FuzzCursor(f *testing.F) {
	order := []query.Order{query.P99.Asc(), query.Kind.Desc()}
	f.Add(query.Cursor{Keys: []query.Value{query.ValueOf(time.Second), query.ValueOf("a")}, ID: "b"}.Encode(order))
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := query.ParseCursor(text, order); err == nil {
			again, err := query.ParseCursor(c.Encode(order), order)
			require.NoError(t, err)
			require.Equal(t, c, again)
		}
	})
}
