// SPDX-License-Identifier: Apache-2.0

package phase_test

import (
	"fmt"

	"mabeam.dev/internal/node/phase"
)

func ExampleMake() {
	plan, err := phase.Make([]phase.Service{
		{Name: "upkeep", Phase: phase.Journal, Need: phase.Optional, After: []string{"journal"}},
		{Name: "journal", Phase: phase.Journal},
		{Name: "http", Phase: phase.Surfaces},
	})
	for _, s := range plan.Services() {
		fmt.Println(s.Phase, s.Name, s.Need)
	}
	fmt.Println(err)

	_, err = phase.Make([]phase.Service{
		{Name: "a", Phase: phase.Work, After: []string{"b"}},
		{Name: "b", Phase: phase.Work, After: []string{"a"}},
	})
	fmt.Println(err)
	// Output:
	// surfaces http required
	// journal journal required
	// journal upkeep optional
	// <nil>
	// phase: order "a": it depends on itself: a -> b -> a
}
