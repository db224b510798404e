// SPDX-License-Identifier: Apache-2.0

// Package phase is the plan of a node's start as a pure function: which services there are, in which order they start, which of them may
// start at the same time, and what the node is worth while some of them are down.
//
// Guarantees:
//   - [Sort] orders names so that each stands behind what it needs, changes the given order no more than that asks for, and is
//     deterministic. It returns every missing name and a circle of each knot of names that need each other, not the first mistake alone.
//   - [Make] puts services into the phases of [All], ordered by Sort inside each, and refuses what can never start: unknown phases, names that
//     are taken, needs that nobody fills or that a later phase fills, cycles.
//   - [Judge] is total: any mixture of services has one level.
//
// Usage: internal/node makes a [Plan] of its declarations and a tree of the plan; package config checks depends_on with Sort.
//
// Failure modes: [MissingError], [CycleError], [DuplicateError], [OrderError] and [PhaseError], joined.
//
// State: none; everything is a value. Tests are tables and a comparison with a naive model.
package phase
