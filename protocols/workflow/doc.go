// SPDX-License-Identifier: Apache-2.0

// Package workflow orchestrates steps that depend on one another, and undoes them when one fails.
//
// # Guarantees
//
// A node is begun when everything it waits for is done, in the order of priority and then of ids, so many at once. That it is begun is stored before it is
// asked for, under a key that stays the same when it is asked for again. What an agent has done may be done again, so effects outside happen at least
// once and never exactly once. After a crash an idempotent node is asked for again, another is asked what became of it, and one that cannot be asked is
// unknown: the workflow pauses, and a person or a program decides.
//
// When a node fails, the nodes that are done are undone in the reverse of the order of dependence. An undo that fails is recorded, and the others go on.
//
// # Usage
//
//	w, err := workflow.New(workflow.Spec{Session: "s1", Nodes: []workflow.Node{{ID: "fetch", Agent: "ann"}, {ID: "parse", Agent: "bob", After: []string{"fetch"}}}})
//	run := w.Run()
//
// # Duties of the user
//
// Call a node idempotent only if doing it twice under one key is doing it once. Undos must be.
//
// # Failure modes
//
// [SpecError] and [CycleError] for a graph that cannot be, all mistakes joined. An outcome tells of [NodeError], [UnknownOutcomeError] and
// [CompensationError].
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine's state belongs to its run; see package machine.
package workflow
