// SPDX-License-Identifier: Apache-2.0

// Command council is an agent program that takes part in decisions: it votes for the first of its arguments that can be chosen, rates and judges by how
// much is said of them, and proposes them. The script voter.sh beside it votes in the same way and does nothing else; examples/council.yaml is a node with it.
//
// Guarantees: each question is answered once, and the same question in the same way; what none of the arguments is about is abstained from.
//
// Usage: build it, and name it as an agent's command.
//
//   - {id: dan, kind: exec, command: [./council, salad, soup]}
//
// Failure modes: those of package guest.
//
// State: none. Tests: the example gives the node's side of a conversation as text.
package main
