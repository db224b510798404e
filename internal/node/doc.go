// SPDX-License-Identifier: Apache-2.0

// Package node makes a running node of a config: store, journal, directory, agents, work queues and surfaces, in that order, under one
// rest_for_one supervisor.
//
// Guarantees:
//   - [Start] returns when every phase is up, or with an error that names the phase; then nothing is left running.
//   - A phase that crashes takes the later ones with it and all come back in order; the journal is the truth for what they rebuild.
//   - [Node.Stop] stops the acceptance of tasks, waits for those that run until its context ends, hands the rest back, and stops
//     everything in reverse order. What was accepted and has not ended is in the journal for the next start.
//   - Surfaces answer while the node lives; they read, take tasks in, and steer queues.
//
// Usage: cmd/runtime/app is the one user. Failure modes: [PhaseError] wraps what a phase said; [ErrGaveUp] is the end of the root
// supervisor. State: the store and the listeners belong to the Node; everything else is owned by processes.
package node
