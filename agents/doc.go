// SPDX-License-Identifier: Apache-2.0

// Package agents makes processes into agents: workers with an identity, capabilities and a place in a directory, which do tasks.
//
// Guarantees:
//   - An agent is an ordinary supervised process that takes [Message]. It is in the [Directory] from the end of its Init to its death,
//     and no longer: the directory monitors it.
//   - Each [Assign] is answered exactly once: by the agent with an [Outcome], or by the runtime with the reason of its death. An answer
//     counts for the queue that asked, under the token it gave, and for nobody else.
//   - An agent never does more tasks at once than its concurrency; one more is refused with [ClassUndelivered].
//   - A recalled task's context is cancelled at once; its answer is still owed. Who does not answer is killed by whoever waits, and
//     comes back through its supervisor.
//   - An agent's life is a state machine (package lifecycle) that follows facts: the start, the end of Init, work taken and answered, orders
//     carried out, the end of the process. It goes on through all incarnations of an id, and so do the figures of performance.
//   - Its health (package health) is judged once a second from the kernel's counters and what it reports, with no message to it. A directory
//     with a [Sweep] shows both by [Directory.Info] without asking a process; [AgentMoved] and [AgentHealthChanged] tell every change.
//   - What it uses is measured by its kind ([Spec.Note]), reported by itself ([Report]) or estimated from the work in hand, and [Info] says which. Go
//     tells no goroutine's share of CPU or memory, so for an agent in this process the estimate is a CPU for each task in hand.
//   - Who has spent its budget, by fixed prices of attempts and their time ([Price]), is Unhealthy and refuses tasks. What providers really charge
//     is not counted, and what is spent is counted anew when the node starts.
//   - [Maintain] and [Drain] work for every kind. [lifecycle.Lost] is for agents of other nodes: on one node nothing is ever lost.
//   - A durable agent of a team with a journal is written down before it starts, and started again with its spec when its partition or the node is, until it
//     is removed. What it was doing is not kept: that is the queue's business.
//   - A panic in a task is a crash of its agent, and the crash names the task (see [TaskPanicError]).
//
// Usage, from Go:
//
//	kind := agents.Native("upper", "Upper-cases text.", func(agents.Spec) (agents.Worker, error) { return agents.WorkerFunc(upper), nil })
//	agent, err := agents.Spawn(sys, agents.Spec{ID: "u1", Capabilities: agents.Can("text")}, kind, dir)
//	out, err := agent.Do(ctx, agents.Task{ID: "t1", Input: json.RawMessage(`"hi"`)})
//
// In a tree: [Child], behind the children of [NewDirectory] and [Directory.Sweep]. For agents that come and go: [NewTeam].
//
// Duties of the user: a kind of one's own calls [Spec.Begin] and [Attempt.End] around each piece of work, or its agents are never busy. A
// [Worker] returns when its context ends and keeps no state that must survive in its fields; a crashed agent starts with a fresh one.
//
// Failure modes: a refused or failed task is a [*Failure] with its class; a dead agent an *actors.CallError. Where a Worker returns an error with a
// code of its own (package fault), the code decides the class: what no repetition helps is permanent, and advised waits are kept.
//
// State: the directory's process owns the table of the living; it is memory, and filled anew by agents that start after it. Put the directory
// before the agents under a rest_for_one supervisor. What is known of their lives is kept with the directory's handle, and outlives all these
// processes.
package agents
