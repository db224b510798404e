// SPDX-License-Identifier: Apache-2.0

package balance_test

import (
	"fmt"

	"mabeam.dev/agents/balance"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

func Example() {
	agent := func(id, version string, health query.Status) index.Write {
		return index.Put(&index.Row{
			ID: id, State: query.Ready, Health: index.Health{Status: health},
			Capabilities: []index.Capability{{Name: "code/review", Version: version}},
		})
	}
	view, _ := new(index.View).Apply(agent("a", "1.4", query.Healthy), agent("b", "2.0", query.Healthy), agent("c", "2.1", query.Degraded))

	b, err := balance.New(balance.Policy{
		Strategy: balance.LeastLoaded, Capability: balance.Need{Name: "code/review", Version: "^2"},
	}, balance.Sources{})
	if err != nil {
		fmt.Println(err)
	}
	first, _ := b.Pick(view, balance.Ask{})
	second, _ := b.Pick(view, balance.Ask{Tried: []string{first.ID}})
	_, err = b.Pick(view, balance.Ask{Tried: []string{first.ID, second.ID}})
	fmt.Println(first.ID, second.ID)
	fmt.Println(err)
	// Output:
	// b c
	// balance: pick "capability = \"code/review\"": no agent of 3 can take it: version 1, tried 2
}
