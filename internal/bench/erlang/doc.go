// SPDX-License-Identifier: Apache-2.0

// Package erlang runs the benchmark's measures on real Erlang/OTP.
//
// Guarantees: the module mabeam_bench is compiled with erlc when a [Node] starts and runs as compiled code, with the schedulers and the flags
// that Erlang comes with, in one virtual machine for all rounds. Its messages and trees have the shape of those of package work. The logger is
// off, as the product's is. Where a detail favours one side it favours Erlang: what is told is an atom.
//
// Usage:
//
//	node, err := erlang.Start(ctx, "out/bench/erlang")
//	if errors.Is(err, erlang.ErrMissing) { ... }
//	defer node.Close()
//	took, err := node.Measure("tell", 300_000)
//
// Duties of the user: one measure at a time; Close.
//
// Failure modes: [ErrMissing] where Erlang is not installed; a module that does not compile, and a measure that fails, are errors with Erlang's own
// words.
//
// State: a Node owns an operating-system process until Close, or until the context of Start ends. Tests skip, with the reason, where Erlang is
// missing.
package erlang
