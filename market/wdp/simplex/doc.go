// SPDX-License-Identifier: Apache-2.0

// Package simplex solves packing programs: the most that columns of zeros and ones earn when no row is used more than once.
//
// # Guarantees
//
// The basis is feasible from the first pivot to the last, also after columns were switched off or on: a column that is off keeps its place
// but earns nothing, so a search can go from one node to the next with a few pivots. The same calls give the same numbers on every machine:
// products are rounded before they are added, so no machine fuses the two.
//
// # Usage
//
//	t := simplex.New(simplex.Program{Columns: rowsOfEachColumn, Rows: m, Cost: cost})
//	t.Solve(math.Inf(-1), nil)
//	price := t.Dual(0)
//	t.Set([]int32{3}, true) // without column 3
//	t.Solve(math.Inf(-1), nil)
//
// # Duties of the user
//
// Results are floating point: who needs a certain bound makes one of the duals, as package wdp does. The inverse of the basis is kept whole,
// so memory grows with the square of the rows.
//
// # Failure modes
//
// Solve says how it ended, see Outcome; when its stop function ended it, duals and values are then those of the basis so far. There are no errors.
//
// # State and testing
//
// A Tableau belongs to one goroutine. Values and duals can be compared: at the optimum they are worth the same.
package simplex
