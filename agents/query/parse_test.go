// SPDX-License-Identifier: Apache-2.0

package query_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/query"
)

func TestTextMeansWhatTheFunctionsBuild(t *testing.T) {
	for _, tc := range []struct {
		text string
		want query.Query
	}{
		{"", query.Query{}},
		{"  ", query.Query{}},
		{
			`capability = "nlp/summarise" and health in (healthy, degraded) and queue < 100 order by p99 limit 10`,
			query.Query{
				Where: query.And(
					query.Capability.Eq("nlp/summarise"), query.Health.In(query.Healthy, query.Degraded), query.Queue.Lt(100),
				),
				OrderBy: []query.Order{query.P99.Asc()}, Limit: 10,
			},
		},
		{`kind = a or kind = b and not team = c`, query.Query{Where: query.Or(
			query.Kind.Eq("a"), query.And(query.Kind.Eq("b"), query.Not(query.Team.Eq("c"))),
		)}},
		{`(kind = a or kind = b) and team != c`, query.Query{Where: query.And(
			query.Or(query.Kind.Eq("a"), query.Kind.Eq("b")), query.Team.Neq("c"),
		)}},
		{`type eq a AND latency LTE 1.5s`, query.Query{Where: query.And(query.Kind.Eq("a"), query.P99.Lte(1500*time.Millisecond))}},
		{`role not in (a, "b c") and role not_in (d)`, query.Query{Where: query.And(query.Role.NotIn("a", "b c"), query.Role.NotIn("d"))}},
		{`label.zone == eu-1 and label."a b" gte x`, query.Query{Where: query.And(query.Label("zone").Eq("eu-1"), query.Label("a b").Gte("x"))}},
		{`capability prefix nlp and missing(node)`, query.Query{Where: query.And(query.Capability.HasPrefix("nlp"), query.Missing(query.Node))}},
		{`memory.free >= 512MiB and memory.free < 2GB and memory.free != -5`, query.Query{Where: query.And(
			query.MemoryFree.Gte(512<<20), query.MemoryFree.Lt(2e9), query.MemoryFree.Neq(-5),
		)}},
		{`success_rate > 95% and throughput <> 1e3 and cpu.free gt .5`, query.Query{Where: query.And(
			query.SuccessRate.Gt(0.95), query.Throughput.Neq(1000), query.CPUFree.Gt(0.5),
		)}},
		{`registered_at >= 2026-01-31 and registered_at < 2026-02-01T08:00:00+01:00`, query.Query{Where: query.And(
			query.RegisteredAt.Gte(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)),
			query.RegisteredAt.Lt(time.Date(2026, 2, 1, 7, 0, 0, 0, time.UTC)),
		)}},
		{`health = Healthy and state neq lost`, query.Query{Where: query.And(query.Health.Eq(query.Healthy), query.State.Neq(query.Lost))}},
		{`namespace prod order by health desc, id asc`, query.Query{
			Namespace: "prod", OrderBy: []query.Order{query.Health.Desc(), query.ID.Asc()},
		}},
		{`limit 3 namespace *`, query.Query{Namespace: query.AllNamespaces, Limit: 3}},
		{`kind = "and" and version>1 and incarnation<=2`, query.Query{Where: query.And(
			query.Kind.Eq("and"), query.Version.Gt(1), query.Incarnation.Lte(2),
		)}},
	} {
		got, err := query.Parse(tc.text)
		require.NoError(t, err, tc.text)
		require.NoError(t, tc.want.Validate(), tc.text)
		assert.Equal(t, tc.want.String(), got.String(), tc.text)
	}
}

func TestEveryMistakeHasItsPlaceAndWhatWasMeant(t *testing.T) {
	for _, tc := range []struct {
		text string
		pos  int
		why  string // a part of it
		hint string
	}{
		{`capabilty = a`, 1, `unknown field "capabilty"`, "capability"},
		{`kind = a order by latncy`, 19, `unknown field "latncy"`, "latency"},
		{`kind = a and heatlh = b`, 14, `unknown field "heatlh"`, "health"},
		{`health = helthy`, 10, `health is one of unknown, healthy`, "healthy"},
		{`state in (ready, drainin)`, 18, `state is one of registered`, "draining"},
		{`queue < many`, 9, `queue is a whole number`, ""},
		{`queue < 1.5`, 9, `queue is a whole number`, ""},
		{`p99 < 50`, 7, `p99 is a duration such as 50ms`, ""},
		{`memory.free > 5parsecs`, 15, `memory.free is a number of bytes`, ""},
		{`success_rate > 95`, 16, `success_rate is a share from 0 to 1`, ""},
		{`cpu.free > NaN`, 12, `cpu.free is a number`, ""},
		{`registered_at > yesterday`, 17, `registered_at is a time`, ""},
		{`capability < a`, 1, `capability has many values`, ""},
		{`kind prefix a`, 1, `prefix is for capabilities`, ""},
		{`capability prefix "nlp/"`, 19, `a prefix of capability is a whole name`, ""},
		{`kind a`, 6, `wanted an operator behind kind, found "a"`, ""},
		{`kind perfix a`, 6, `wanted an operator behind kind`, "prefix"},
		{`kind = `, 8, `wanted a value, found the end`, ""},
		{`kind = and`, 8, `as a value it needs quotes`, ""},
		{`kind = a adn team = b`, 10, `wanted and, or, order by`, "and"},
		{`kind = a limti 5`, 10, `wanted and, or, order by`, "limit"},
		{`kind = a limit -1`, 16, `limit is a whole number from 0`, ""},
		{`kind = a limit 1 limit 2`, 18, `there is a second limit`, ""},
		{`kind = a order p99`, 16, `wanted by behind order`, ""},
		{`(kind = a`, 10, `wanted ), found the end`, ""},
		{`kind = a)`, 9, `wanted and, or, order by`, ""},
		{`kind in a`, 9, `wanted (`, ""},
		{`kind in (a`, 11, `wanted , or )`, ""},
		{`kind in ()`, 10, `wanted a value`, ""},
		{`missing kind`, 9, `wanted (`, ""},
		{`missing(knd)`, 9, `unknown field`, "kind"},
		{`kind = "a`, 8, `quoted text does not end`, ""},
		{`kind = $x`, 8, `'$' means nothing here`, ""},
		{`label. = a`, 1, `the name of a label`, ""},
		{`and kind = a`, 1, `wanted a field, found "and"`, ""},
		{"kind = \xff", 8, `not UTF-8`, ""},
		{strings.Repeat("(", 200), 101, `nested deeper than 100`, ""},
		{`order by capability`, 0, `nothing can be ordered by it`, ""},
		{`order by p99, p99`, 0, `orders by p99 twice`, ""},
		{`order by p99 after nonsense`, 0, `is no cursor`, ""},
	} {
		_, err := query.Parse(tc.text)
		var bad *query.BadQueryError
		require.ErrorAs(t, err, &bad, tc.text)
		require.ErrorIs(t, err, query.ErrBadQuery)
		assert.Equal(t, tc.pos, bad.Pos, "%s: %v", tc.text, err)
		assert.Contains(t, bad.Why, tc.why, tc.text)
		assert.Equal(t, tc.hint, bad.Hint, "%s: %v", tc.text, err)
	}
}

func TestAllWrongFieldsAndValuesAreToldAtOnce(t *testing.T) {
	_, err := query.Parse(`knd = a and queue < x or helth = good and state = rady`)
	var all interface{ Unwrap() []error }
	require.True(t, errors.As(err, &all))
	places := []int{}
	for _, one := range all.Unwrap() {
		var bad *query.BadQueryError
		require.ErrorAs(t, one, &bad)
		places = append(places, bad.Pos)
	}
	assert.Equal(t, []int{1, 21, 26, 51}, places)
	assert.EqualError(t, all.Unwrap()[0], `query: column 1: unknown field "knd", did you mean "kind"?`)
}
