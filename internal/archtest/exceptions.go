// SPDX-License-Identifier: Apache-2.0

package archtest

// Exception excuses one thing that a law forbids. An exception that excuses nothing is a violation, so the list cannot
// outlive its reasons; Planned marks those whose code is still to come.
type Exception struct {
	Law Law
	// Where is a package pattern; for laws that judge functions it is "package.Function".
	Where string
	// What is the import that is excused, for laws about imports.
	What string
	Why  string
	// Planned keeps an exception that excuses nothing yet.
	Planned bool
}

// Exceptions is the complete list.
var Exceptions = []Exception{
	{
		Law: LawLayers, Where: "cmd/runtime/...", What: "testkit/conform", Planned: true,
		Why: "the verb `runtime conform` prints traces in the oracle's form, and that code is the conformance suite's",
	},
	{
		Law: LawLayers, Where: "cmd/runtime/...", What: "testkit/scenario", Planned: true,
		Why: "the verb `runtime scenario` runs scripts in the simulator",
	},
	{
		Law: LawPure, Where: "actors/fault", What: "context", Planned: true,
		Why: "it compares errors with the sentinels of contexts, and makes no context",
	},
	{
		Law: LawPure, Where: "actors/fault", What: "syscall", Planned: true,
		Why: "it gives codes to the operating system's error numbers, and calls nothing",
	},
	{
		Law: LawPure, Where: "cognitive/expr", What: "cel.dev/cel-go/cel", Planned: true,
		Why: "evaluating an expression is a pure function of its inputs, and its cost is bounded",
	},
	{
		Law: LawGoroutine, Where: "internal/kernel/...", Planned: true,
		Why: "the dispatcher, its workers and the clock are what everyone else's goroutines are made of",
	},
	{
		Law: LawGoroutine, Where: "agents/exec/program", Planned: true,
		Why: "reads, writes and waits on a child program's pipes block in the operating system",
	},
	{
		Law: LawGoroutine, Where: "internal/node/...", Planned: true,
		Why: "the root owns what stands outside the tree: listeners and the wait for the tree itself",
	},
	{
		Law: LawGoroutine, Where: "internal/admin/...", Planned: true,
		Why: "an HTTP server serves until it is closed",
	},
	{
		Law: LawGoroutine, Where: "cmd/runtime/...", Planned: true,
		Why: "signals and the terminal are outside the tree",
	},
	{
		Law: LawGoroutine, Where: "testkit/...", Planned: true,
		Why: "simulators and suites drive the system from outside",
	},
	{
		Law: LawGoroutine, Where: "internal/bench/...", Planned: true,
		Why: "baselines are bare goroutines and channels",
	},
	{
		Law: LawGoroutine, Where: "examples/...", Planned: true,
		Why: "a program's main may start what it likes and says who waits",
	},
}
