// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"fmt"

	"mabeam.dev/agents/registry/migrate/plan"
)

func Example() {
	p := plan.Idle
	for _, c := range []plan.Command{plan.Start, plan.Copy, plan.SwitchReads, plan.Verify, plan.SwitchReads, plan.SwitchWrites, plan.Rollback} {
		step, _, err := p.Step(c)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(p, "->", step.To, step.Before, step.To.Establish())
		p = step.To
	}
	// Output:
	// idle -> shadowing [seal new] [seal new open old route]
	// shadowing -> copied [copy] [seal new open old route]
	// plan: switch_reads: needs verify before, as the phase is copied
	// copied -> verified [level compare] [seal new open old route]
	// verified -> reads [level compare] [seal new open old settle level route]
	// reads -> switched [seal old level] [seal old open new route]
	// switched -> idle [seal new level] [open old route]
}
