// SPDX-License-Identifier: Apache-2.0

package selector_test

import (
	"fmt"

	"mabeam.dev/protocols/selector"
)

func ExampleSelector_Explain() {
	fmt.Print(selector.Selector{}.Explain(selector.Profile{N: 5, Type: selector.Refine, Fault: selector.High}))
	// Output:
	// 5 participants, type refinement, fault tolerance high, local
	//   row  0  no   an unknown value, f below 0, f above 0 without fault high, or nobody takes part
	//   row  1  no   fault high, and fewer than 4 participants or f above a third of them
	//   row  2  no   an explicit protocol
	//   row  3  no   workflow
	//   row  4  no   ml_optimization
	//   row  5  no   ml_ensemble
	//   row  6  no   ml_reasoning
	//   row  7  no   economic
	//   row  8  yes  refinement: proposals get better in rounds
	// chosen: iterative_refinement, ratified by byzantine_consensus, signed, f = 1
}
