// SPDX-License-Identifier: Apache-2.0

package query_test

import (
	"errors"
	"fmt"

	"mabeam.dev/agents/query"
)

func Example() {
	q := query.Query{
		Where: query.And(
			query.Capability.HasPrefix("nlp"),
			query.Or(query.Health.Eq(query.Healthy), query.Missing(query.P99)),
			query.MemoryFree.Gte(512<<20),
		),
		OrderBy: []query.Order{query.SuccessRate.Desc()},
		Limit:   10,
	}
	fmt.Println(q)
	// Output:
	// capability prefix "nlp" and (health = healthy or missing(p99)) and memory.free >= 536870912 order by success_rate desc limit 10
}

func ExampleParse() {
	q, err := query.Parse(`capability = nlp/summarise and health in (healthy, degraded) and queue < 100 order by latency limit 10`)
	fmt.Println(q, err)

	_, err = query.Parse(`health = helthy`)
	var bad *query.BadQueryError
	fmt.Println(errors.As(err, &bad), bad.Pos, bad.Hint)
	// Output:
	// capability = "nlp/summarise" and health in (healthy, degraded) and queue < 100 order by p99 limit 10 <nil>
	// true 10 healthy
}
