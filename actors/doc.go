// SPDX-License-Identifier: Apache-2.0

// Package actors gives Go programs processes with OTP's semantics: isolated state, typed messages, exit reasons, links and monitors.
//
// Guarantees:
//   - A process handles one message at a time. Between two processes everything arrives in the order it was sent: messages, replies,
//     timer ticks of one timer, and the notice of a death after all that the dead one sent.
//   - [Spawn] returns when Init is over: the process is up, or nothing of it is left.
//   - A message sent to a [Ref] reaches the incarnation that the Ref was made for, or nobody; a restarted process has a new Ref. What
//     reaches nobody becomes a dead letter with its reason; nothing is lost in silence.
//   - [Call] ends in exactly one of: the reply, the callee's death with its reason, a time-out, the end of the context, a refusal.
//     A late reply is dropped and counted.
//   - A returned error or a panic is a crash of the process alone: it becomes an exit [Reason] that links, monitors and supervisors see.
//   - [PID.Kill] cannot be refused. A goroutine cannot be killed in Go, so the process is fenced: what its abandoned handler still
//     sends, answers, spawns or registers through its [Context] has no effect, and it is counted until it returns.
//   - Mailboxes are bounded and in memory. They end with the operating-system process; what must survive belongs in a journal.
//
// What blocks: Spawn until Init is over, Call until its outcome, TellContext until there is room. Tell and TryTell never block.
//
// Usage:
//
//	sys := actors.New(actors.Options{})
//	defer sys.Close(ctx)
//	ref, err := actors.Spawn(sys, "greeter", actors.Stateless(answer))
//	text, err := actors.Call(ctx, ref, func(r actors.Reply[string]) greet { return greet{"world", r} })
//
// Duties of the user: messages are values, and slices, maps and pointers in them belong to the receiver after the send. A behaviour
// starts goroutines with [Context.Go] alone, holds no mutex that another process takes, and does outside work under its context.
// Fatal errors of the Go runtime (concurrent map writes, exhausted memory), os.Exit and a panic in a bare goroutine end the whole
// program; no process contains them.
//
// Failure modes: of sends and calls [ErrNoProc], [ErrMailboxFull], [ErrTimeout], [ErrCallSelf], [ErrFenced], [ErrStopped],
// [ErrWrongType], [*CallError]; of starts [ErrIgnore], [ErrStartTimeout], [*NameTakenError], [*StartError]. A sentinel that ends a call
// comes with the name of the callee, so branch with errors.Is. A function that is missing where one is needed is a panic that says so.
//
// OTP counterpart: erlang processes and gen_server. Deviations: there is no preemption and no true kill; mailboxes are bounded; values
// are shared, not copied; Terminate also runs in processes that do not trap exits, because files must be closed; a call to a callee
// that ends with shutdown is an error like any other, so returning it crashes the caller; a timer's tick is never delivered after
// Cancel. Exit with the reason killed is a kill, and so cannot be trapped; the killed of a linked process can.
//
// State: each process owns its own. Tests: run processes inside testing/synctest, where time is virtual.
package actors
