// SPDX-License-Identifier: Apache-2.0

// Command team starts three agents from Go, gives each a task and prints what is known of them.
//
// Guarantees: an agent is a supervised process with an identity; a task has exactly one outcome; what the directory knows of an agent is read
// without asking it.
//
// Usage: go run ./examples/team. The next step is examples/reviewer, agents that a node runs from a config file.
package main
