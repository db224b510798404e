// SPDX-License-Identifier: Apache-2.0

// Package node makes a running node of a config: services in phases, each phase under a supervisor of its own, and all phases under one
// rest_for_one supervisor in the order of package phase.
//
// Guarantees:
//   - [Start] returns when every phase is up, or with a [PhaseError] that names the phase and the service; then nothing is left running. A phase
//     starts when every required service of the one before has finished its Init. An optional service that does not start leaves the node
//     degraded and is tried again, after waits that grow.
//   - What a crash of a service does to others is what its declaration says (phase.Loss) and nothing else: it is started again in its place,
//     or its phase and the later ones are rebuilt in order; the journal is the truth for what they rebuild. A supervisor that gives up takes its
//     phase and the later ones along, never an earlier one; at the root it ends the node.
//   - Surfaces answer from the first moment of the start to the end of the last drain: /readyz names what is not up yet, or not any more. They
//     read, take tasks in, and steer queues.
//   - [Node.Stop] drains the services in reverse order until its context ends, hands back what still runs, and stops everything in reverse
//     order. What was accepted and has not ended is in the journal for the next start.
//   - What is off in the config has no process.
//
// A part is added to the node by a variable in a file of its own and its name in the list of the function services:
//
//	var upkeepService = service{
//		Service: phase.Service{
//			Name: "upkeep", Phase: phase.Journal, Need: phase.Optional, Loss: phase.Alone, After: []string{"journal"},
//			Without: "Old events are kept for longer than the retention says.",
//		},
//		make: func(n *Node) ([]supervision.Child, error) { ... }, // no child: off
//	}
//
// make hands over what others use in a field of Node; drain and end are for what must come to an end before and after the processes, health for
// a service that lives and yet does not do all it promises. The sentence Without is what /readyz, `runtime inspect phases` and the guide
// show.
//
// Usage: cmd/runtime/app is the one user. Failure modes: [PhaseError] wraps what a service said, [ErrBudget] that a phase took too long;
// [ErrGaveUp] is the end of the root supervisor. State: the board of readiness belongs to the supervisors, which write it in their turns; the
// store belongs to the Node; everything else is owned by processes. Tests run whole nodes in a folder, or in testkit/scenario.
package node
