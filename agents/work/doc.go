// SPDX-License-Identifier: Apache-2.0

// Package work is the queue that gives tasks to agents and brings their outcomes home: package plan as processes, with a journal below
// it, sources in front and sinks behind.
//
// # Guarantees
//
//   - A task is acknowledged after its acceptance is durable. An accepted task ends exactly once, as done, dead or cancelled, whatever
//     crashes: an agent, the queue, a sink, a source, the journal's process, or the node by kill -9. It may be executed more than once.
//   - An attempt is durable before its agent hears of it, and an outcome before any sink hears of it.
//   - A file sink holds each outcome in exactly one line, across kill -9, too.
//   - The queue never waits for the disk: while a group of decisions is being committed the next one is made up. Its effects are performed
//     in the order of the decisions.
//   - Memory is bounded by plan.Spec.Limit open tasks, a batch per source, some thousand outcomes per sink, dead letters, and what
//     duplicate detection keeps of the last plan.Spec.Remember tasks that are over (some 160 bytes each); not by the length of the input.
//   - A duplicate of a task that is no longer remembered is recognised by its id: the journal is asked before it is accepted, for as
//     long as it keeps the task's events. An idempotency key is known only as long as its task is remembered.
//   - Every event of a task has one correlation in the journal (Queue.Correlation), so its whole story is one query.
//   - With a Registry tasks go to the agents that Options.Who means and that are Ready or Busy: to Healthy ones first, also before the first judgement;
//     when none of these is free to Degraded ones, and when none of these is to agents that are Unhealthy only because their attempts fail or are slow. The
//     queue is told of each change of the registry; while that is down, what it said last holds, and agents that come up meanwhile are taken for fit
//     unless Who asks for more than everybody.
//   - A paused queue stays paused until Unpause, across restarts of the node.
//   - Watch tells only what is durable, in order, and ends with the outcome. A slow watcher misses steps, is told so, and slows nobody.
//   - With the policy plan.Auction tasks are bid for, in auctions that Options.Market holds: a call is durable before anybody is asked to bid, an award
//     before its winner begins, and each award is settled, however often that takes, as delivered exactly when its attempt brought the result. Whatever
//     crashes, nobody is paid twice, no award is forgotten, and no task is lost. Other queues pay nothing for that.
//   - When an agent dies its attempts are given out again in the turn in which the queue hears of it.
//
// # Usage
//
//	q, err := work.New(sys, work.Options{Epoch: start, Journal: journal, Directory: directory})
//	q.FileSource("tasks", "tasks.jsonl")
//	q.FileSink("results", "results.jsonl")
//	children := []supervision.Child{journalChild, directoryChild, supervision.Sub("work", q.Spec()), team} // under rest_for_one
//	...
//	stats, err := q.WaitDone(ctx)
//
// # Duties of the user
//
// Put journal and directory in front of the queue under a rest_for_one supervisor. Give every start of the node an Epoch of its own. Add
// sources and sinks before the start. Results that agents send belong to the queue; tasks that are submitted do, too. Answering twice is
// the runtime's concern, but what a task does outside is done as often as it is executed.
//
// # Failure modes
//
// While whoever holds the auctions, or the money, does not answer, tasks that are bid for wait, and ProcurerFailed says why.
// A task that the journal cannot be asked about is refused with a *JournalError, and can be submitted again. Submit gives one Receipt for each task, whose Err is a condition of package plan. An error of the call as a whole leaves the outcome open;
// submitting again is safe. A *JournalError ends the queue's process, which is then rebuilt from what is durable. A *ResultsError keeps a
// file sink from starting. Everything else is told as an event: BadLine, SinkFailed, SnapshotFailed, TaskDead.
//
// The snapshot of a queue that is told to remember more than about a million tasks that are over exceeds events.MaxState and is not kept; such a
// queue starts slowly. Of tasks that a release before correlations has accepted, only those that are remembered are recognised.
//
// # OTP
//
// There is no counterpart in OTP.
//
// # State
//
// The queue's process owns the plan and writes alone to its stream. A sink's process owns its output. A source's reader is owned by
// whoever holds the source's turn. The handle outlives them all and holds only flags.
//
// # Testing
//
// Use events/memory and agents.Native in a testing/synctest bubble.
package work
