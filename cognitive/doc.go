// SPDX-License-Identifier: Apache-2.0

// Package cognitive keeps variables: typed, versioned values that many agents live by, that anybody may read without waiting, and that change in one way only: proposed,
// validated, decided by others where that is asked, committed, told.
//
// # Guarantees
//
//   - No committed value is outside of its kind, and no change breaks a constraint. What is refused changes nothing: not the value, nor a version, history or cooldown.
//   - The versions of a variable rise by one with each commit, without gaps, and so do those of the space, which order all its commits. They never go back. An
//     epoch begins when it cannot be proven that the last version that anybody saw is kept.
//   - A durable commit is in the journal before anybody sees it and before its proposer is answered. One that is [Buffered] is seen at once; the crash of a process
//     loses none, the end of the program the last ones.
//   - Every proposer is answered. A proposal that is repeated with its key within ten minutes is committed once.
//   - [Variable.Get] is one atomic load. It takes no lock, allocates nothing, and goes on while any process of the space restarts. [Space.Snapshot] is one cut: in each
//     of them a composite is what its function makes of its inputs of that cut, unless it is flagged Degraded.
//   - A subscriber hears what there is and then every commit in order, or of the Gap. One that was cut off goes on where it was ([ResumeSpace]). An agent that follows a space
//     ([Follow]) hears of its own scopes, and what is in force for it after each commit.
//
// An adapter ([Space.Adapt]) changes a variable in the same way as everybody else: it has no other. What it tries runs for a share of the agents first, where there are agents to
// make one of; feedback counts for the version that it names alone; a change that makes things worse is taken back. Variables that depend on each other are adapted as a
// group, whose values change in one version; adapters that are after one metric of agents that they share take turns. How it adapts can be changed while it does
// ([Space.Readapt]). Where others change the variable again and again, it slows down, and then has what it asks for put to a vote. See package adapt for what it decides. A team ([Space.SelectTeam]) is the best one there is, or stays as it is.
//
// What blocks: a proposal, until it is committed or refused. Subscribers never block anybody.
//
// On a crash: a variable's process resumes with its last committed value and with the decisions that were open; the committer reads the journal, publishes what was
// acknowledged and not yet seen, and journals what was seen and not yet acknowledged. An adapter goes on with what it had learned up to five seconds before; what it had on trial
// for some agents expires.
//
// # Usage
//
//	space, child, err := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "tuning", Journal: journal}) // child goes into a supervisor
//	v, err := space.AddFloat(ctx, "temperature", kind.Float{Min: 0, Max: 2, Step: 0.01}, cognitive.Initial(0.7))
//	x := v.Get()
//	res, err := v.Propose(ctx, 0.9, cognitive.Base(v.Load().Version), cognitive.Because("p95 too high"))
//
// Agents in Go find the spaces of their node with [For], from the context of a task; what they read is as it is for them. Programs get variables over the protocol of package exec.
//
// # Duties of the user
//
// A program adds its variables at its start, those that the journal has, too: functions and constraints are code. Two values that are needed together are read from a
// Snapshot. Agents report with the version that [Variable.Load] or [Bound.Load] gave them. Functions of composites and constraints are pure and quick. One program at a time writes to a stream.
//
// # Failure modes
//
// Errors of package kind for the value; [ErrVersionConflict], [ErrCooldown], [ErrRateLimited], [ErrBusy], [ErrGuard], [ErrDenied], [ErrComputed] and [ConstraintError] for what
// stands against it; [ErrRejected], [ErrNoQuorum], [ErrDeadline], [ErrCancelled], [ErrSuperseded] and [ErrDecisionLost] for decisions; [ErrRestarted] when it is open
// whether a proposal was committed: repeat it with its key. [ErrUnconfirmed] when it was and too few agents apply it; [DegradedError] is why a composite keeps an old value.
//
// # OTP
//
// The nearest counterparts are persistent_term, for reads, and a gen_server, for writes. Neither has versions.
//
// # State
//
// The committer's process owns the book: all values, versions, history. What is published is immutable and belongs to the handle, as do subscriptions; the process of a
// variable owns the proposals that wait.
//
// # Testing
//
// Run a space without a journal inside testing/synctest, or in testkit/sim with one.
package cognitive
