// SPDX-License-Identifier: Apache-2.0

package discover_test

import (
	"fmt"
	"time"

	"mabeam.dev/agents/discover"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

func Example() {
	agent := func(id string, h query.Status, p99 time.Duration, can ...string) index.Write {
		r := &index.Row{ID: id, State: query.Ready, Health: index.Health{Status: h}, Performance: index.Performance{P99: index.Known(p99)}}
		for _, c := range can {
			r.Capabilities = append(r.Capabilities, index.Capability{Name: c})
		}
		return index.Put(r)
	}
	v, _ := new(index.View).Apply(
		agent("a", query.Healthy, 90*time.Millisecond, "nlp/summarise", "nlp/translate"), agent("b", query.Degraded, 5*time.Millisecond, "nlp/summarise"),
		agent("c", query.Healthy, 20*time.Millisecond, "nlp/summarise"), agent("d", query.Healthy, time.Millisecond, "code"),
	)
	page, err := v.Ask(discover.Best("nlp", query.P99, 2))
	for _, r := range page.Rows {
		fmt.Println(r.ID)
	}
	fmt.Println(discover.CountByCapability(v, ""), err)
	share, _ := discover.HealthSummary(v, "").Healthy()
	fmt.Println(share)
	// Output:
	// c
	// a
	// [{code 1} {nlp/summarise 3} {nlp/translate 1}] <nil>
	// 0.75
}
