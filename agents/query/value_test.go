// SPDX-License-Identifier: Apache-2.0

package query_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/query"
)

func TestValuesAreOrderedAsTheirGoValuesAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i, j := rapid.Int64().Draw(t, "i"), rapid.Int64().Draw(t, "j")
		law(t, query.ValueOf(i), query.ValueOf(j), cmp.Compare(i, j))
		law(t, query.ValueOf(time.Duration(i)), query.ValueOf(time.Duration(j)), cmp.Compare(i, j))
		law(t, query.ValueOf(time.Unix(0, i)), query.ValueOf(time.Unix(0, j)), cmp.Compare(i, j))
		require.Equal(t, i, query.ValueOf(i).Int())
		f, g := rapid.Float64().Draw(t, "f"), rapid.Float64().Draw(t, "g")
		law(t, query.ValueOf(f), query.ValueOf(g), cmp.Compare(f, g))
		require.Equal(t, f+0, query.ValueOf(f).Float())
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		law(t, query.ValueOf(a), query.ValueOf(b), cmp.Compare(a, b))
		require.Equal(t, a, query.ValueOf(a).Text())
	})
}

func law(t *rapid.T, v, w query.Value, want int) {
	require.Equal(t, want, v.Compare(w))
	require.Equal(t, want == 0, v == w)
	require.Equal(t, -1, v.Compare(query.Value{}), "what is absent comes last")
	require.Equal(t, 1, query.Value{}.Compare(v))
	if c := cmp.Compare(v.Rank(), w.Rank()); c != 0 {
		require.Equal(t, want, c, "ranks never order the other way round")
	}
	if c := cmp.Compare(v.Number(), w.Number()); c != 0 && v.Type() != query.TypeText {
		require.Equal(t, want, c, "numbers never order the other way round")
	}
}

func TestBothZerosAreOneValue(t *testing.T) {
	assert.Equal(t, query.ValueOf(0.0), query.ValueOf(math.Copysign(0, -1)))
}

func TestAllMistakesOfABuiltQueryAreTold(t *testing.T) {
	deep := query.Kind.Eq("a")
	for range query.MaxDepth + 2 {
		deep = query.Not(deep)
	}
	for name, tc := range map[string]struct {
		q query.Query
		n int // mistakes
	}{
		"nothing":               {query.Query{}, 0},
		"or of nothing":         {query.Query{Where: query.Or()}, 1},
		"empty and":             {query.Query{Where: query.And()}, 0},
		"nil inside or":         {query.Query{Where: query.Or(nil, query.Kind.Eq("a"))}, 1},
		"not nil":               {query.Query{Where: query.Not(nil)}, 1},
		"in of nothing":         {query.Query{Where: query.Kind.In()}, 1},
		"not a number":          {query.Query{Where: query.And(query.CPUFree.Lt(math.NaN()), query.Throughput.Gt(math.Inf(1)))}, 2},
		"no share":              {query.Query{Where: query.SuccessRate.Gt(95)}, 1},
		"year 1":                {query.Query{Where: query.RegisteredAt.Lt(time.Time{})}, 1},
		"no state":              {query.Query{Where: query.State.In(query.Stateless, 99)}, 2},
		"no status":             {query.Query{Where: query.Health.Eq(99)}, 1},
		"label without name":    {query.Query{Where: query.Label("").Eq("a"), OrderBy: []query.Order{query.Label("").Asc()}}, 2},
		"order on many":         {query.Query{Where: query.Capability.Lt("a"), OrderBy: []query.Order{query.Capability.Asc()}}, 2},
		"wrong type":            {query.Query{Where: query.Comparison{Field: query.Kind.Field(), Values: []query.Value{query.ValueOf(1.5)}}}, 1},
		"two values":            {query.Query{Where: query.Comparison{Field: query.Kind.Field(), Values: make([]query.Value, 2)}}, 3},
		"no such column":        {query.Query{Where: query.Absence{Field: query.Field{Column: 99}}}, 1},
		"label of no label":     {query.Query{Where: query.Absence{Field: query.Field{Column: query.ColumnKind, Label: "a"}}}, 1},
		"no such operator":      {query.Query{Where: query.Comparison{Field: query.Kind.Field(), Op: 99, Values: []query.Value{query.ValueOf("")}}}, 1},
		"limit, order, cursor":  {query.Query{Limit: -1, OrderBy: []query.Order{query.P99.Asc(), query.P99.Desc()}, After: "x"}, 2},
		"too deep":              {query.Query{Where: deep}, 1},
		"too many orders":       {query.Query{OrderBy: make([]query.Order, query.MaxOrder+1)}, 37},
		"prefix without a name": {query.Query{Where: query.Capability.HasPrefix("")}, 1},
	} {
		err := tc.q.Validate()
		n := 0
		var several interface{ Unwrap() []error }
		if errors.As(err, &several) {
			n = len(several.Unwrap())
			for _, one := range several.Unwrap() {
				assert.ErrorIs(t, one, query.ErrBadQuery, name)
			}
		}
		assert.Equal(t, tc.n, n, "%s: %v", name, err)
	}
}

func TestWordsOfTheVocabularyStandInJSONAsInQueries(t *testing.T) {
	for i := range query.Statuses {
		raw, err := json.Marshal(query.Status(i))
		require.NoError(t, err)
		var s query.Status
		require.NoError(t, json.Unmarshal(raw, &s))
		assert.Equal(t, query.Status(i), s)
	}
	for i := range query.Lifecycles {
		raw, err := json.Marshal(query.Lifecycle(i))
		require.NoError(t, err)
		var l query.Lifecycle
		require.NoError(t, json.Unmarshal(raw, &l))
		assert.Equal(t, query.Lifecycle(i), l)
	}
	var s query.Status
	assert.Error(t, json.Unmarshal([]byte(`"well"`), &s))
	var l query.Lifecycle
	assert.Error(t, json.Unmarshal([]byte(`"alive"`), &l))
	assert.Equal(t, "Status(9)", query.Status(9).String())
	assert.Equal(t, "Lifecycle(77)", query.Lifecycle(77).String())
}

func TestFieldsOfAQueryAreNamedOnce(t *testing.T) {
	q, err := query.Parse(`kind = a and (label.x = b or not kind = c) and missing(p99) order by p99, queue`)
	require.NoError(t, err)
	names := []string{}
	for _, f := range q.Fields() {
		names = append(names, f.String())
	}
	assert.Equal(t, []string{"kind", "label.x", "p99", "queue"}, names)
}
