// SPDX-License-Identifier: Apache-2.0

package team_test

import (
	"fmt"

	"mabeam.dev/cognitive/team"
)

// A coder and a tester are needed; the third agent is better than both and can do neither.
func Example() {
	q := team.Query{
		Agents: []team.Agent{
			{Score: 50, Cost: 10, Roles: []string{"coder"}},
			{Score: 40, Cost: 10, Roles: []string{"tester"}},
			{Score: 90, Cost: 10},
			{Score: 45, Cost: 25, Roles: []string{"coder", "tester"}},
		},
		Roles: []string{"coder", "tester"}, Most: 3, Budget: 30,
	}
	t, err := team.Select(q)
	fmt.Println(t.Members, t.Score, t.Cost, t.Exact, err)

	q.Budget = 15
	_, err = team.Select(q)
	fmt.Println(err)
	q.Roles = append(q.Roles, "planner")
	_, err = team.Select(q)
	fmt.Println(err)
	// Output:
	// [0 1 2] 180 30 true <nil>
	// team: the cheapest costs 20 of a budget of 15
	// team: nobody for planner
}
