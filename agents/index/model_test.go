// SPDX-License-Identifier: Apache-2.0

package index_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// rapidDice draws from rapid, so that failures shrink.
func rapidDice(t *rapid.T) dice {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "") }
}

// After every batch of writes: conditions on every field, ranges, prefixes, orders, limits, cursors and counts.
//
// Holds: REG-3, REG-4, REG-6, REG-7
func TestEveryAnswerIsThatOfAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := seeded(rapid.Uint64().Draw(t, "seed"))
		v, n := new(index.View), naive{}
		for range 1 + d(6) {
			v = step(t, v, n, d, 1+d(120), 90)
			for range 4 {
				judge(t, v, n, d.query())
			}
		}
	})
}

func TestEveryAnswerToManyRowsIsThatOfAScan(t *testing.T) {
	d := seeded(1)
	v, n := new(index.View), naive{}
	v = step(t, v, n, d, 9_000, 7_000)
	for range 4 {
		v = step(t, v, n, d, 1+d(40), 7_000)
		for range 15 {
			judge(t, v, n, d.query())
		}
	}
	for c := range query.Columns { // each field alone, both ways
		f := query.Field{Column: query.Column(c)}
		if f.Column == query.ColumnLabel {
			f.Label = "zone"
		}
		if f.Many() {
			continue
		}
		for i, where := range []query.Expr{
			nil, query.Kind.Eq("coder"), query.Queue.Lt(100), query.P99.Gt(300e6), query.And(query.Queue.Gte(5), query.Inflight.Eq(2)),
		} {
			v = step(t, v, n, d, 1+d(8), 7_000)
			judge(t, v, n, query.Query{
				Where: where, OrderBy: []query.Order{{Field: f, Desc: (i+c)%2 == 0}}, Limit: 40, Namespace: d.of("prod", query.AllNamespaces),
			})
		}
	}
}

// What chance seldom meets: rows not indexed yet at the head of a band or in a band of their own, walks that are given up when they have
// found something, ends of intervals that few rows come near to.
func TestHardQuestionsAreAnsweredAsByAScan(t *testing.T) {
	d := seeded(2)
	v, n := new(index.View), naive{}
	v = step(t, v, n, d, 9_000, 7_000)
	var fresh []move
	for i, queue := range []int64{0, 0, 1, 7, 1 << 40, 3_000_000, -5} {
		r := d.row(1)
		r.Namespace, r.ID = "", fmt.Sprintf("agent-%04d-fresh", i*900)
		r.Usage.Queue = index.Known(queue)
		r.Performance.P99 = index.Known(time.Duration(queue) * time.Hour / 1000)
		r.Performance.SuccessRate = index.Known(1.0)
		fresh = append(fresh, move{r, "", r.ID})
	}
	writes := make([]index.Write, len(fresh))
	for i, m := range fresh {
		writes[i] = m.write()
	}
	n.apply(fresh)
	v, _ = v.Apply(writes...)
	for _, where := range []string{
		"", "inflight = 3", "inflight = 3 and done = 4", "done = 7 and incarnation = 2 and version = 3", "kind = coder", "kind = nobody or queue = 0",
		"queue > 3 and queue >= 3 and queue > 5 and queue <= 200 and queue < 200 and queue < 150",
		"queue >= 100 and queue < 350 and inflight = 2", "queue > 2 and queue <= 2", "queue >= 7 and queue > 7 and queue <= 60 and queue < 60 and done = 1", "not (queue > 20 and queue < 60)",
		"p99 > 100ms and p99 < 700ms and done = 3", "p99 <= 850ms and p99 > 840ms", "success_rate > 0.5 and success_rate <= 0.9 and done = 2",
	} {
		for _, order := range []string{"", "queue", "queue desc", "p99", "p99 desc", "success_rate desc", "success_rate", "queue, p99", "throughput desc"} {
			for _, limit := range []int{3, 40, 300} {
				text := where
				if order != "" {
					text += " order by " + order
				}
				q, err := query.Parse(fmt.Sprintf("%s limit %d", text, limit))
				require.NoError(t, err)
				p, err := index.Prepare(q)
				require.NoError(t, err)
				same(t, n.ask(q), v.Find(p).Rows, fmt.Sprintf("%s\n%s", q, v.Explain(p)))
			}
		}
	}
}

func TestEveryAnswerToAFewRowsIsThatOfAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapidDice(t)
		v, n := new(index.View), naive{}
		for range 1 + d(3) {
			v = step(t, v, n, d, d(4), 4)
		}
		judge(t, v, n, d.query())
	})
}

// step does a batch of writes on both, and checks what is said of them.
func step(t require.TestingT, v *index.View, n naive, d dice, writes, ids int) *index.View {
	moves := make([]move, writes)
	batch := make([]index.Write, writes)
	var want []index.Change
	for i := range moves {
		moves[i] = d.move(ids)
		batch[i] = moves[i].write()
		before := n[[2]string{moves[i].space, moves[i].id}]
		n.apply(moves[i : i+1])
		if before != nil || moves[i].row != nil {
			want = append(want, index.Change{Before: before, After: moves[i].row})
		}
	}
	next, changes := v.Apply(batch...)
	require.Equal(t, len(want), len(changes))
	for i := range want {
		require.True(t, want[i] == changes[i], "change %d", i)
	}
	return next
}

// judge compares one answer, its pages, its count and its tests with a scan.
func judge(t require.TestingT, v *index.View, n naive, q query.Query) {
	p, err := index.Prepare(q)
	require.NoError(t, err, "%s", q)
	page := v.Find(p)
	want := n.ask(q)
	same(t, want, page.Rows, fmt.Sprintf("%s\n%s", q, v.Explain(p)))
	require.Equal(t, len(want), v.Explain(p).Found)

	all := q
	all.Limit = 0
	want = n.ask(all)
	require.Equal(t, len(want), v.Count(p), "count of %s", q)
	require.Equal(t, page.Next != "", q.Limit > 0 && len(want) > q.Limit, "%s", q)

	var paged []*index.Row
	for more := q; ; more.After = page.Next {
		page, err = v.Ask(more)
		require.NoError(t, err, "%s", more)
		paged = append(paged, page.Rows...)
		if page.Next == "" || len(paged) >= 400 {
			break
		}
	}
	if page.Next != "" {
		want = want[:len(paged)]
	}
	same(t, want, paged, "pages of "+q.String())

	filing := p.Filing()
	for _, r := range n {
		require.Equal(t, (q.Namespace == query.AllNamespaces || q.Namespace == r.Namespace) && means(q.Where, r), p.Matches(r), "match of %s", q)
		if len(n) < 200 && p.Matches(r) {
			keys := index.AppendKeys(nil, r)
			require.True(t, slices.ContainsFunc(filing, func(k index.Key) bool { return slices.Contains(keys, k) }), "filing of %s", q)
		}
	}
}

func same(t require.TestingT, want, got []*index.Row, about string) {
	if !slices.Equal(want, got) {
		require.Equal(t, ids(want), ids(got), about)
		require.Fail(t, "rows with the same ids differ", about)
	}
}

func ids(rows []*index.Row) []string {
	all := []string{}
	for _, r := range rows {
		all = append(all, r.Namespace+":"+r.ID)
	}
	return all
}

// Holds: REG-15
func TestAViewNeverChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := seeded(rapid.Uint64().Draw(t, "seed"))
		type kept struct {
			view *index.View
			rows naive
		}
		history := []kept{{new(index.View), naive{}}}
		for range 12 {
			from := history[d(len(history))] // also from one that has a successor already
			n := naive{}
			for k, r := range from.rows {
				n[k] = r
			}
			v := step(t, from.view, n, d, 1+d(60), 60)
			history = append(history, kept{v, n})
		}
		for _, k := range history {
			require.Equal(t, len(k.rows), k.view.Len())
			for key, r := range k.rows {
				got, ok := k.view.Get(key[0], key[1])
				require.True(t, ok && got == r)
			}
			for range 3 {
				judge(t, k.view, k.rows, d.query())
			}
			same(t, k.rows.ask(query.Query{Namespace: query.AllNamespaces}), slices.Collect(k.view.All()), "all")
		}
		a, b := history[d(len(history))], history[d(len(history))]
		n := naive{}
		for k, r := range a.rows {
			n[k] = r
		}
		for _, c := range index.Diff(a.view, b.view) {
			require.True(t, n[[2]string{c.Namespace(), c.ID()}] == c.Before)
			n.apply([]move{{c.After, c.Namespace(), c.ID()}})
		}
		require.Equal(t, len(b.rows), len(n))
		for k, r := range n {
			require.True(t, b.rows[k] == r)
		}
	})
}
