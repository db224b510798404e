// SPDX-License-Identifier: Apache-2.0

// Package chaos puts faults into agents on purpose, so that supervision can be seen and tested at work.
//
// Guarantees: what happens to a task is a function of seed, task id and attempt alone, so a run can be repeated; only first attempts are
// hit, so every task can still end. It is never on unless somebody asks for it.
//
// Usage: wrap the worker of a native agent.
//
//	worker = chaos.Wrap(worker, chaos.Plan{Seed: 7, Panic: chaos.PerMille(20)})
//
// The faults: a panic; a hang that ignores recall and ends with the agent's process alone; an exit, which ends the task's goroutine and
// with it the agent. State: none.
package chaos
