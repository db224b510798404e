// SPDX-License-Identifier: Apache-2.0

package index_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

func TestCountsFromTheIndexesAreThoseOfAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := seeded(rapid.Uint64().Draw(t, "seed"))
		v, n := new(index.View), naive{}
		for range 1 + d(4) {
			v = step(t, v, n, d, 1+d(100), 80)
		}
		for c := range query.Columns {
			f := query.Field{Column: query.Column(c)}
			if f.Column == query.ColumnLabel {
				f.Label = "zone"
			}
			for _, space := range []string{"prod", query.AllNamespaces} {
				want, present := map[plain]int{}, 0
				for _, r := range n.ask(query.Query{Namespace: space}) {
					for _, p := range values(r, f) {
						want[p]++
					}
					if len(values(r, f)) > 0 {
						present++
					}
				}
				tallies := v.Tally(f, space)
				sum := 0
				for _, b := range v.Bands(f, space) {
					require.LessOrEqual(t, b.Low, b.High)
					sum += b.N
				}
				switch f.Column {
				case query.ColumnMemoryFree, query.ColumnCPUFree, query.ColumnQueue, query.ColumnP99, query.ColumnSuccessRate, query.ColumnThroughput:
					require.Equal(t, present, sum, f)
					require.Empty(t, tallies)
				case query.ColumnKind, query.ColumnTeam, query.ColumnRole, query.ColumnNode, query.ColumnState, query.ColumnHealth,
					query.ColumnCapability, query.ColumnLabel:
					require.Len(t, tallies, len(want), f)
					for _, c := range tallies {
						require.Equal(t, want[plainOf(c.Value)], c.N, "%s %s", f, c.Value)
					}
					require.True(t, slices.IsSortedFunc(tallies, func(a, b index.Tally) int { return a.Value.Compare(b.Value) }))
				default:
					require.Empty(t, tallies)
					require.Zero(t, sum)
				}
			}
		}
	})
}

func TestEffectsOfChangesTurnOneAnswerIntoTheNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := seeded(rapid.Uint64().Draw(t, "seed"))
		q := d.query()
		q.OrderBy, q.Limit = nil, 0
		p, err := index.Prepare(q)
		require.NoError(t, err)
		filing := p.Filing()
		v, n, shown := new(index.View), naive{}, naive{}
		for range 1 + d(4) {
			var moves []move
			var writes []index.Write
			for range 1 + d(30) {
				m := d.move(20)
				moves, writes = append(moves, m), append(writes, m.write())
			}
			n.apply(moves)
			var changes []index.Change
			v, changes = v.Apply(writes...)
			for _, c := range changes {
				var keys []index.Key
				if c.Before != nil {
					keys = index.AppendKeys(keys, c.Before)
				}
				if c.After != nil {
					keys = index.AppendKeys(keys, c.After)
				}
				effect := p.Effect(c)
				if !slices.ContainsFunc(filing, func(k index.Key) bool { return slices.Contains(keys, k) }) {
					require.Equal(t, index.None, effect, "a change that concerns a watch has one of its keys")
				}
				key := [2]string{c.Namespace(), c.ID()}
				_, had := shown[key]
				switch effect {
				case index.Added:
					require.False(t, had)
					shown[key] = c.After
				case index.Changed:
					require.True(t, had)
					shown[key] = c.After
				case index.Removed:
					require.True(t, had)
					delete(shown, key)
				}
			}
			all := query.Query{Namespace: query.AllNamespaces}
			same(t, n.ask(q), slices.DeleteFunc(shown.ask(all), func(r *index.Row) bool { return !p.Matches(r) }), q.String())
			require.Len(t, shown, len(n.ask(q)))
		}
	})
}

func TestNothingChangedIsNoNewVersion(t *testing.T) {
	v, _ := new(index.View).Apply(index.Put(&index.Row{ID: "a"}))
	same, changes := v.Apply(index.Remove("", "b"), index.Remove("x", "a"))
	assert.Same(t, v, same)
	assert.Empty(t, changes)
	assert.Equal(t, uint64(1), v.Version())
}

func TestGetAllocatesNothing(t *testing.T) {
	v, rows := populated(1000)
	i := 0
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		if _, ok := v.Get("", rows[i%len(rows)].ID); !ok {
			t.Fatal("a row is not there")
		}
		i++
	}))
}

func TestManyAlternativesAreAScanAndSaySo(t *testing.T) {
	v, rows := populated(1000)
	var all []query.Expr
	for i := range 7 { // 2 to the power of 7 terms
		all = append(all, query.Or(query.Inflight.Eq(int64(i)), query.Queue.Gt(int64(i))))
	}
	p, err := index.Prepare(query.Query{Where: query.And(all...)})
	require.NoError(t, err)
	want := 0
	for _, r := range rows {
		if p.Matches(r) {
			want++
		}
	}
	e := v.Explain(p)
	assert.True(t, e.Scan)
	assert.Equal(t, want, e.Found)
	assert.Equal(t, 1000, e.Read)
	assert.Equal(t, want, v.Count(p))
	assert.Contains(t, e.String(), "scan: more than 64 alternatives, every row is tested\n")
}

func TestExplainSaysWhatWasChosen(t *testing.T) {
	v, _ := populated(20_000)
	for _, tc := range []struct{ text, want string }{
		{`capability = rare/skill and health = healthy and inflight < 2 limit 5`, `
			term 1: lead capability = "rare/skill" (100 rows in 1 sets)
			by health = healthy (16271 rows in 1 sets)
			test inflight < 2`},
		{`order by p99 limit 10`, `
			term 1: lead every row (20000 rows in 1 sets)
			candidates: 20000, besides 0 recent rows tested
			order: bands, in order, until the limit`},
		{`kind = kind-1 and kind = nobody`, `
			candidates: 0, besides 0 recent rows tested
			order: no candidates
			read: 0 rows, found 0`},
		{`limit 10`, `order: ids, in order, until the limit`},
		{`id = agent-0000007`, `order: sort all candidates`},
	} {
		text := v.Explain(ask(tc.text)).String()
		for _, line := range strings.Split(strings.TrimSpace(tc.want), "\n") {
			assert.Contains(t, text, strings.TrimSpace(line), tc.text)
		}
	}
	raw, err := json.Marshal(v.Explain(ask(`id = agent-0000007`)))
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"query": "id = \"agent-0000007\"", "version": 1, "rows": 20000, "scan": false,
		"terms": [{"lead": {"condition": "id = \"agent-0000007\"", "count": 1, "sets": 1}}],
		"candidates": 1, "recent": 0, "tested": false, "path": "sort all candidates", "read": 1, "found": 1
	}`, string(raw))
}

func TestQuestionsAtAHundredThousandRowsAreAnsweredAsByAScan(t *testing.T) {
	v, rows := populated(100_000)
	fresh := *rows[77_777]
	fresh.Kind = "kind-new"
	v, _ = v.Apply(index.Remove("", rows[5].ID), index.Put(&fresh))
	rows[77_777] = &fresh
	rows = slices.Delete(rows, 5, 6)
	for _, q := range questions {
		p := ask(q.text)
		want := 0
		for _, r := range rows {
			if p.Matches(r) {
				want++
			}
		}
		assert.Equal(t, want, v.Count(p), q.name)
		limit := p.Query().Limit
		if limit == 0 {
			limit = want
		}
		page := v.Find(p)
		assert.Len(t, page.Rows, min(want, limit), q.name)
		for _, r := range page.Rows {
			assert.True(t, p.Matches(r), q.name)
		}
		if e := v.Explain(p); q.name != strings.ToUpper(q.name) {
			assert.Less(t, e.Read, 20_000, "%s reads few rows:\n%s", q.name, e)
		}
	}
}

func TestAllMistakesOfARowAreTold(t *testing.T) {
	good := index.Row{
		ID: "a", Capabilities: []index.Capability{{Name: "a/b"}, {Name: "a"}}, Labels: []index.Label{{Name: "l"}},
		Performance: index.Performance{SuccessRate: index.Known(1.0)}, Keys: index.Keys{Sign: make([]byte, index.KeySize)},
	}
	require.NoError(t, good.Validate())
	bad := index.Row{
		ID: strings.Repeat("x", 201), Namespace: "*", State: 99, Health: index.Health{Status: 99},
		Capabilities: []index.Capability{{Name: ""}, {Name: "/a"}, {Name: "a/"}, {Name: "a//b"}, {Name: "c"}, {Name: "c"}},
		Labels:       []index.Label{{Name: ""}, {Name: "l"}, {Name: "l"}},
		Usage:        index.Usage{CPUFree: index.Known(math.NaN())},
		Keys:         index.Keys{Exchange: []byte("short")},
		Performance:  index.Performance{SuccessRate: index.Known(1.5), Throughput: index.Known(math.Inf(1))},
	}
	err := bad.Validate()
	require.ErrorIs(t, err, index.ErrInvalidRow)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 15)

	// The index takes it all the same and finds it by what makes sense.
	v, _ := new(index.View).Apply(index.Put(&bad))
	for text, want := range map[string]int{
		`missing(cpu.free) and missing(throughput) and missing(state) namespace "*"`: 1,
		`health = unknown and capability = c namespace *`:                            1,
		`success_rate <= 1 namespace *`:                                              0,
	} {
		assert.Equal(t, want, v.Count(ask(text)), text)
	}
	v, _ = v.Apply(index.Remove("*", bad.ID))
	assert.Zero(t, v.Len())
}

func TestAFingerprintTellsKeysApart(t *testing.T) {
	a, b := index.Keys{Sign: make([]byte, index.KeySize)}, index.Keys{Sign: append(make([]byte, index.KeySize-1), 1)}
	assert.Len(t, a.Fingerprint(), 16)
	assert.NotEqual(t, a.Fingerprint(), b.Fingerprint())
	assert.False(t, a.Equal(b))
	assert.Empty(t, index.Keys{}.Fingerprint())
}

func TestUnknownMeasuresAreNullInJSON(t *testing.T) {
	raw, err := json.Marshal(index.Usage{Queue: index.Known(int64(3))})
	require.NoError(t, err)
	assert.JSONEq(t, `{"Source":0,"Memory":null,"MemoryFree":null,"CPU":null,"CPUFree":null,"Queue":3,"Inflight":null}`, string(raw))
	var back index.Usage
	require.NoError(t, json.Unmarshal(raw, &back))
	assert.Equal(t, index.Usage{Queue: index.Known(int64(3))}, back)
}

func TestMemoryOfAnAgentBesideItsConfigIsWithinItsBound(t *testing.T) {
	before := heap()
	v, rows := populated(20_000)
	each := float64(heap()-before) / float64(len(rows))
	assert.Less(t, each, 2048.0, "bytes for the row and all indexes")
	t.Logf("%.0f bytes for each of %d agents", each, v.Len())
}

func TestADayOfTime(t *testing.T) {
	v, _ := new(index.View).Apply(index.Put(&index.Row{ID: "a", RegisteredAt: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}))
	assert.Equal(t, 1, v.Count(ask(`registered_at >= 2026-01-31 and registered_at < 2026-02-01`)))
	assert.Equal(t, 0, v.Count(ask(`registered_at >= 2026-02-01`)))
}
