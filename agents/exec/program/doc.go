// SPDX-License-Identifier: Apache-2.0

// Package program runs a program as an agent: it starts the process, moves lines in and out, and sees to
// it that nothing of the program is left when it ends.
//
// # Guarantees
//
//   - All inputs of a life reach the owner's Post in order: the lines as written, then the end of output,
//     and [protocol.ProcessExited] last, after all output the program wrote before it exited. Only inputs of timers may come later.
//   - The program's whole process group dies with it: at its exit and at a kill SIGKILL goes to the group.
//     On Linux this happens before the exit is reaped, so the signal cannot hit a stranger that got the number.
//   - Backpressure: while Post blocks nothing is read, the pipe fills and the program waits. Memory per
//     program is bounded by one line, a queue of input lines and the tail of stderr, whatever the program does.
//   - Write and Signal never block. Standard error is always read, so a program never waits for the log.
//   - A grandchild that keeps the pipes open delays nothing: after the exit the pipes are emptied without waiting.
//   - When Post reports that the owner is gone the program is killed. When the runtime itself dies, the
//     program's input ends and, on Linux, the kernel kills it.
//   - [Process.Done] closes when every goroutine has done its work and every descriptor is closed.
//
// # Usage
//
//	inbox := program.NewInbox()
//	port, err := program.Open(program.Spec{Command: []string{"./reviewer"}}, protocol.Config{}, program.Owner{Post: inbox.Post})
//	// in the owner's loop:
//	for _, notice := range port.Handle(<-inbox.Inputs()) { … }
//	notices, err := port.Assign(task)
//
// [Port] is the pair of a [Process] and a protocol.Session; the owner calls it from one place at a time
// with whatever Post brought. [Inbox] is a ready Post for owners that take inputs when they like. [Start]
// gives the process alone.
//
// # Duties of the owner
//
// Post must keep the order of what one goroutine posts, may block, and must return false, soon, once the
// owner is gone. An owner that dies without reading on calls [Port.Abort]. Handle everything until the
// [protocol.Ended] notice.
//
// # The program's surroundings
//
// The environment holds PATH, HOME, LANG and TMPDIR of the runtime, what Spec.PassEnv names of it, and
// Spec.Env; nothing else. The program leads its own process group, so Ctrl-C at a terminal reaches the runtime
// and not its programs. No limits on memory or CPU are set.
//
// # Failure modes
//
// [Start] and [Open] fail with the operating system's error, [ErrUnsupported], or all mistakes of the
// spec. [Process.Write] fails with [ErrBusy] or [ErrInputClosed].
//
// A descendant that calls setsid leaves the group and is not found by a signal to it; only a control group
// could hold it. It loses its pipes to the runtime and nothing else. A process in uninterruptible sleep
// cannot be killed by anyone; ProcessExited then comes when the kernel lets go. Elsewhere than on Linux the
// kernel does not kill the program when the runtime dies, and the group is signalled just after the reaping.
//
// # OTP counterpart
//
// erlang:open_port({spawn_executable, …}). Erlang closes the pipes of a port and leaves the program alone; here the
// program and its group are ended and reaped.
//
// # State
//
// Each Process owns its pipes and four goroutines: one that starts and reaps (with its own thread, as the
// kernel's parent-death signal follows the thread that forked), one per pipe. They end after the exit; Done says when.
//
// # Testing
//
// Time comes from [Clock]; a test that leaves it zero gets real time. Programs misbehave best as modes of the test
// binary itself, started again by its own path.
package program
