// SPDX-License-Identifier: Apache-2.0

// Package team chooses teams of agents: by score, cost, roles and size, and says who adds what.
//
// # Guarantees
//
// [Select] returns the best team of up to 20 available agents exactly: the largest sum of scores, then the lowest cost, then the smallest indices. Best
// teams are not nested: the best team for more money need not hold the best one for less. Among more agents the search is bounded by a number of
// steps, never by a clock, and the answer has a bound on how much better another team might be. That no team exists is proven before
// [ErrInfeasible] is said. [Contributions] are Shapley values: exact up to 12 members, with an interval above.
//
// # Usage
//
//	t, err := team.Select(team.Query{Agents: agents, Roles: []string{"coder"}, Least: 2, Most: 5, Budget: 100})
//
// # Duties of the user
//
// Give scores and costs as whole numbers, such as thousandths. When an agent dies or changes, ask [Query.Check] whether the team still meets its
// conditions. Change a team by [Thresholds.Judge] only after enough observations.
//
// # Failure modes
//
// [RoleError], [BudgetError] and ErrInfeasible for conditions that nobody meets, [ErrNotFound] where the bounded search found nothing, and
// [SpecError] for a query that cannot be.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// All are functions of their arguments; randomness is handed in.
package team
