// SPDX-License-Identifier: Apache-2.0

// Command optimize is the objective of examples/optimize/sphere.yaml: an agent program that measures a point. Any program that speaks the same lines will do, in any
// language; package agents/exec/guest is the Go side of them.
//
// Usage, from the folder of the repository:
//
//	runtime optimize -c examples/optimize/sphere.yaml
//
// Guarantees: the same point always has the same value. Failure modes: an input that is no point is a permanent failure of its trial. State: none. Its test runs the whole
// search without processes.
package main
