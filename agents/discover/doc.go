// SPDX-License-Identifier: Apache-2.0

// Package discover asks the questions about agents that are asked most, and counts agents without looking at them.
//
// # Guarantees
//
//   - A helper returns a query.Query and nothing is asked yet: whoever has a registry answers it, and its text and [index.View.Explain] say what it
//     means. It may be changed further, as any query.
//   - Every query is answered by indexes: the time depends on how many agents are meant, not on how many there are. The one exception is
//     [InRange] of a field without an index.
//   - [CountByCapability], [HealthSummary] and [Utilised] read the counts of indexes, and of rows only the few that were written last. Their numbers are
//     those of one version.
//
// # Usage
//
//	page, err := registry.Find(discover.Best("nlp/summarise", query.P99, 10))
//	page, err := registry.Find(discover.In("tests", discover.CapableWithResources("code", discover.Resources{Memory: 512 << 20})))
//	for _, c := range discover.CountByCapability(view, "") { fmt.Println(c.Name, c.Agents) }
//
// # Meaning
//
// Who has a capability need not be fit to work: [ByCapability] and [AllOf] mean everybody who has it, the functions with Capable in their name and those
// that choose the best mean agents that are Ready or Busy and Healthy. A figure that is not known satisfies no bound and comes last in an order.
//
// # Failure modes
//
// None here: a query that makes no sense, such as [AllOf] of nothing or a limit below 0, is refused by whoever answers it.
//
// # State
//
// The package keeps none.
package discover
