// SPDX-License-Identifier: Apache-2.0

package index_test

import (
	"fmt"
	"time"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

func Example() {
	reviewer := func(id string, p99 time.Duration) *index.Row {
		return &index.Row{
			ID: id, Kind: "reviewer", State: query.Ready, Health: index.Health{Status: query.Healthy},
			Capabilities: []index.Capability{{Name: "code/review"}},
			Performance:  index.Performance{P99: index.Known(p99)},
		}
	}
	before, _ := new(index.View).Apply(index.Put(reviewer("a", 90*time.Millisecond)), index.Put(reviewer("b", 20*time.Millisecond)))
	after, changes := before.Apply(index.Put(reviewer("c", 50*time.Millisecond)), index.Remove("", "a"))

	q := query.Query{Where: query.Capability.HasPrefix("code"), OrderBy: []query.Order{query.P99.Asc()}}
	for _, v := range []*index.View{before, after} {
		page, _ := v.Ask(q)
		for _, r := range page.Rows {
			fmt.Print(r.ID, " ")
		}
		fmt.Println("at version", page.Version)
	}
	fmt.Println(len(changes), "changes")
	// Output:
	// b a at version 1
	// b c at version 2
	// 2 changes
}

func ExampleView_Explain() {
	var writes []index.Write
	for i := range 100 {
		r := &index.Row{ID: fmt.Sprintf("agent-%02d", i), Kind: "reviewer", Node: fmt.Sprintf("node-%d", i%4)}
		r.Usage.Inflight = index.Known(int64(i % 5))
		writes = append(writes, index.Put(r))
	}
	v, _ := new(index.View).Apply(writes...)
	q, _ := query.Parse(`kind = reviewer and node = node-1 and inflight < 3 limit 5`)
	p, _ := index.Prepare(q)
	fmt.Print(v.Explain(p))
	// Output:
	// query: kind = "reviewer" and node = "node-1" and inflight < 3 limit 5
	// rows: 100 at version 1
	// term 1: lead node = "node-1" (25 rows in 1 sets)
	//   by kind = "reviewer" (100 rows in 1 sets)
	//   test inflight < 3
	// candidates: 25, besides 0 recent rows tested
	// order: ids, in order, until the limit
	// read: 10 rows, found 5
}
