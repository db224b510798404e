// SPDX-License-Identifier: Apache-2.0

// Package exec makes any program that reads and writes JSON lines into an agent: one supervised process owns one run of the program.
//
// Guarantees:
//   - The agent is up when the program has said hello in time; otherwise its start fails and nothing of the program is left.
//   - The program and its whole process group end with the agent, however it ends. A killed agent takes its program along at once.
//     A restarted agent has a new program with new pipes, so an answer of the old one cannot reach it.
//   - Each task is answered exactly once, as agents says. The answer to a recalled task is held back until the program has let go of it:
//     what the program then says is dropped, and the answer is that it was recalled. A task in hand when the program dies fails
//     with the agent's crash.
//   - A program that breaks the protocol, floods, stays silent or does not let go of a recalled task is killed, which is a crash of its
//     agent. An exit that nobody asked for is a crash too, unless it is exit 0 with no task in hand, which is a normal end.
//   - The crash carries an [*ExitError]: reason, tasks in hand, the end of standard error. If one task is to blame, errors.As finds it as an
//     *agents.TaskPanicError.
//   - The agent blocks only in its start, for at most the time the hello has, and in its stop. A program that writes faster than the
//     agent reads has to wait; its memory here is bounded.
//   - The CPU time and the resident memory of the program's process, without its children, are measured once a second on Linux; elsewhere they are
//     shown as not measured. A program that promises signs of life (features ping or heartbeat) and misses two in a row is Degraded, before
//     the third ends it.
//
// Usage:
//
//	settings, err := json.Marshal(exec.Settings{Command: []string{"./reviewer", "-fast"}})
//	child, err := agents.Child(agents.Spec{ID: "r1", Capabilities: agents.Can("go"), Settings: settings}, exec.Kind(), dir)
//
// Package protocol describes the lines, examples/exec has programs in Go and sh.
//
// What the program says: a result is the task's output; an error is its failure, permanent if it says "retry": false and retryable
// otherwise; progress, published events and refused lines are telemetry events ([TaskProgressed], [Published], [LineRefused]); log messages and
// standard error are log lines. Capabilities in its hello are added to those of the spec, and it may lower the concurrency.
//
// A program whose hello names the feature "bid" is asked what it wants for tasks, where a queue gives them out by auction: the agent answers [Ask] with the
// program's offer. A pass, silence past the time, and every bid that does not count ([BidRefused] tells what is wrong) are an offer that passes, never a
// crash. A program that does not bid is not asked; Ask.Otherwise is its answer.
//
// A program whose hello names the feature "vote" is asked what it thinks in sessions of coordination: tasks of the kinds coordination.vote, rate, predict,
// sample, propose and critique become such questions, and take no slot. An answer that does not count is an abstention ([VoteRefused] tells what is wrong),
// and silence declines. For a program that does not vote [Settings].Votes answers, or it declines.
//
// A program whose hello names the feature "variables" is told of the shared variables that [Settings].Variables name, where the node has any ([ShareVariables]): at its start what its
// agent sees, then every change. What it suggests is a proposal of its agent, with the cooldown, rate and permissions of agents; every line that does not count is answered, and told by
// [VariableRefused]. A program that does not read gets the newest values when it does. A restarted agent begins with what there is then.
//
// A stop asks in steps: the stop line and the end of input, then SIGTERM, then SIGKILL, all within the agent's shutdown time (a minute
// before SIGTERM where that is infinite). Tasks that are answered meanwhile count.
//
// Duties of the user: programs exit at the end of their input, and answer a cancelled task soon. Commands are run as they are, with the
// rights of the runtime: settings must come from whoever may do that.
//
// Failure modes: a start that fails with [*StartError]; a crash with [*ExitError]; a task that is refused as undelivered (busy, leaving) or
// permanently (invalid, too_large). Mistakes in the settings fail the start, all at once.
//
// OTP counterpart: a gen_server that owns a port and links to it. A port's program is left alone when the port closes; here it is ended.
//
// State: each agent's process owns its jobs and its port. Tests: programs run in real time, so wait for replies and events, outside
// bubbles.
package exec
