// SPDX-License-Identifier: Apache-2.0

// Package cost knows what agents use, what it costs, and how much they may still spend: price tables, rollups, budgets that nest, forecasts and
// alerts, all as pure state.
//
// # Guarantees
//
// Costs are exact: a usage times its price, in 128 bits, rounded up once to micro-units. A usage counts once, however often its id is recorded. The
// rollups of every dimension sum exactly to the same total. A price that comes late changes nothing that was written: it makes
// adjustments, and after them every total is what it would have been.
//
// A reservation holds at every node of its path, from the tenant down, or nowhere. What is spent and reserved at a node never passes its limit,
// except where facts did: what was used is always recorded, the node is then overrun, and refuses reservations until it is not. A reservation ends
// once: it is committed, released or expires, and what was not drawn from it is free again.
//
// An alert is given once for each crossing, after the level has held for its time, and again only after the use has fallen clearly below. A
// forecast says how sure it is, or that it has seen too little.
//
// # Usage
//
//	b := cost.New()
//	_, err := b.Apply(cost.Command{At: now, Price: &cost.Price{Kind: "tokens", Per: 1000, Amount: money.Unit / 100}})
//	_, err = b.Apply(cost.Command{At: now, Limit: &cost.Limit{Path: "acme/research", Amount: 50 * money.Unit}})
//	_, err = b.Apply(cost.Command{At: now, Reserve: &cost.Reserve{ID: "task/7", Path: "acme/research/writer", Amount: money.Unit}})
//	r, err := b.Apply(cost.Command{At: now, Usage: &cost.Usage{ID: "u/1", Tenant: "acme", Team: "research", Agent: "writer", Task: "7", Kind: "tokens", Quantity: 1234, Reservation: "task/7"}})
//
// # Duties of the user
//
// One goroutine per book. Times come with the commands; the book never goes back behind the latest. Choose ids before the first attempt. Call
// Forget now and then: ids and usages are remembered until then, some 200 bytes each.
//
// # Failure modes
//
// [*InvalidError] with each problem; [*BudgetError]; [ErrNoPrice], [ErrConflict], [ErrUnknownReservation], [ErrReservationEnded], [ErrTooOld],
// [ErrInsufficientData], and money.ErrOverflow. A refused command changes nothing.
//
// # State and testing
//
// A Book owns its state and is the fold of its commands. Forecasts are floating point estimates; no money is computed from them.
package cost
